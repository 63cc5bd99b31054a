"""Training on music alone, from random weights: seeded and resumable."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.files import write_atomically
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.architecture import HEADS, build_network
from quadpred_plugin.training.augmentation import augment, mix
from quadpred_plugin.training.corpora import Clip
from quadpred_plugin.training.recipe import Recipe

Features = Sequence[NDArray[np.float16]]
Labels = dict[str, NDArray[np.float32]]


def one_hot_labels(clips: Sequence[Clip]) -> Labels:
    """Return the labels of each head, shape (clips, classes); two-class heads negative first."""
    quadrants = np.array([clip.quadrant for clip in clips])
    positive = {
        "arousal": np.array([QUADRANTS[index].arousal > 0 for index in quadrants], dtype=int),
        "valence": np.array([QUADRANTS[index].valence > 0 for index in quadrants], dtype=int),
    }
    classes = {"quadrants": quadrants, **positive}
    return {head: np.eye(HEADS[head], dtype=np.float32)[classes[head]] for head in HEADS}


def train(
    recipe: Recipe,
    preprocessing: Preprocessing,
    train_features: Features,
    train_labels: Labels,
    validation_features: Features,
    validation_labels: Labels,
    folder: Path,
    report: Callable[[dict[str, float]], None],
) -> Any:
    """Train until the recipe says stop, and return the best network.

    After each epoch the network, its optimiser and the log are written to the folder;
    a run that was interrupted goes on there and sees the same patches as one that
    wasn't, since each epoch draws from a generator seeded by the recipe and its number.

    Parameters
    ----------
    recipe : Recipe
    preprocessing : Preprocessing
    train_features, validation_features : sequence of ndarray, shape (frames, bands)
        One array a clip, ln units.
    train_labels, validation_labels : dict of ndarray, shape (clips, classes)
        As `one_hot_labels` gives.
    folder : Path
        Of this run alone; ``log.jsonl`` holds a line an epoch.
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model
        Of the epoch with the lowest validation loss.
    """
    import keras

    folder.mkdir(parents=True, exist_ok=True)
    last, best, log = folder / "last.keras", folder / "best.keras", folder / "log.jsonl"
    steps = -(-len(train_features) * recipe.patches_per_clip // recipe.batch_size)
    epochs: list[dict[str, float]] = []
    if last.exists() and log.exists():
        epochs = [json.loads(line) for line in log.read_text().splitlines()]
        network = keras.saving.load_model(last)
    else:
        keras.utils.set_random_seed(recipe.seed)
        network = _compiled(
            build_network(preprocessing, recipe.filters, recipe.dropout), recipe, steps
        )
    validation = validation_patches(validation_features, preprocessing)
    while not _finished(epochs, recipe):
        epoch = len(epochs)
        _seed_dropout(network, recipe.seed, epoch)
        random = np.random.default_rng([recipe.seed, epoch])
        patches, labels = epoch_patches(train_features, train_labels, preprocessing, recipe, random)
        history = network.fit(
            patches, labels, batch_size=recipe.batch_size, shuffle=False, verbose=0
        ).history
        figures = {"epoch": epoch, "loss": history["loss"][0]}
        figures |= clip_figures(network, validation, validation_labels)
        epochs.append(figures)
        if figures["validation_loss"] <= min(one["validation_loss"] for one in epochs):
            _save(network, best)
        _save(network, last)
        # The log is written last: an epoch counts once its network is on disk.
        _write_log(log, epochs)
        report(figures)
    return keras.saving.load_model(best)


def _seed_dropout(network: Any, seed: int, epoch: int) -> None:
    """Set the generators of dropout, whose state a saved network doesn't hold."""
    for index, layer in enumerate(network.layers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([(seed * 1000 + epoch) % 2**31, index])


def _write_log(path: Path, epochs: list[dict[str, float]]) -> None:
    lines = "".join(json.dumps(one) + "\n" for one in epochs)
    write_atomically(path, lambda stream: stream.write(lines), text=True)


def _finished(epochs: list[dict[str, float]], recipe: Recipe) -> bool:
    losses = [one["validation_loss"] for one in epochs]
    return len(epochs) >= recipe.epochs or (
        bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= recipe.patience
    )


def _compiled(network: Any, recipe: Recipe, steps: int) -> Any:
    import keras

    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / 20,
        decay_steps=steps * (recipe.epochs - 1),
        warmup_target=recipe.learning_rate,
        warmup_steps=steps,
    )
    smoothing = recipe.label_smoothing
    network.compile(
        optimizer=keras.optimizers.AdamW(
            rate,
            weight_decay=recipe.weight_decay,
            global_clipnorm=1.0,
            use_ema=True,
            ema_momentum=recipe.averaging,
        ),
        loss={
            head: keras.losses.CategoricalCrossentropy(label_smoothing=smoothing) for head in HEADS
        },
        loss_weights=recipe.loss_weights,
    )
    return network


def _save(network: Any, path: Path) -> None:
    temporary = path.with_name(f"writing-{path.name}")
    network.save(temporary)
    temporary.replace(path)


def epoch_patches(
    features: Features,
    labels: Labels,
    preprocessing: Preprocessing,
    recipe: Recipe,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], Labels]:
    """Draw one epoch's patches: so many of each clip, at random places, in random order."""
    clips = random.permutation(np.repeat(np.arange(len(features)), recipe.patches_per_clip))
    size = preprocessing.patch_size
    patches = np.empty((len(clips), size, preprocessing.bands), dtype=np.float32)
    for index, clip in enumerate(clips):
        start = random.integers(0, len(features[clip]) - size + 1)
        patches[index] = features[clip][start : start + size]
    patches = augment(patches, random)
    return mix(
        patches, {head: values[clips] for head, values in labels.items()}, recipe.mixup, random
    )


def validation_patches(
    features: Features, preprocessing: Preprocessing
) -> list[NDArray[np.float32]]:
    """Cut each clip into patches without overlap."""
    size = preprocessing.patch_size
    return [
        clip[: len(clip) // size * size].reshape(-1, size, preprocessing.bands).astype(np.float32)
        for clip in features
    ]


def clip_figures(
    network: Any, patches: list[NDArray[np.float32]], labels: Labels
) -> dict[str, float]:
    """Cross-entropy of the clips' mean softmaxes, and the quadrants' accuracy."""
    outputs = network.predict(np.concatenate(patches), batch_size=64, verbose=0)
    ends = np.cumsum([len(clip) for clip in patches])[:-1]
    loss = 0.0
    accuracy = {}
    for head, values in outputs.items():
        means = np.stack([part.mean(axis=0) for part in np.split(values, ends)])
        loss -= float(np.mean(np.sum(labels[head] * np.log(means + 1e-7), axis=1)))
        right = means.argmax(axis=1) == labels[head].argmax(axis=1)
        accuracy[f"validation_{head}_accuracy"] = float(right.mean())
    return {"validation_loss": loss, **accuracy}
