"""Training on music alone, from random weights."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.augmentation import augment, mix
from quadpred_plugin.training.datasets import Clip
from quadpred_plugin.training.networks.published import HEADS, build_network
from quadpred_plugin.training.recipes.config import Recipe
from quadpred_plugin.training.runs.fitting import Figures, Schedule, fit

Features = Sequence[NDArray[np.float16]]
Labels = dict[str, NDArray[np.float32]]


class HeadSettings(Protocol):
    """What any recipe for the three heads has."""

    @property
    def label_smoothing(self) -> float:
        """Share of each label that is spread over all classes."""

    @property
    def loss_weights(self) -> dict[str, float]:
        """Weight of each head's cross-entropy."""


class ClipSettings(Protocol):
    """What any recipe has that draws patches clip by clip."""

    @property
    def patches_per_clip(self) -> int:
        """Random patches of each clip in one epoch."""

    @property
    def mixup(self) -> float:
        """Parameter of the Beta distribution; 0 for none."""


def one_hot_labels(clips: Sequence[Clip]) -> Labels:
    """Return the labels of each head, shape (clips, classes); two-class heads negative first."""
    quadrants = np.array([clip.quadrant for clip in clips], dtype=np.int64)
    return heads_of(np.eye(len(QUADRANTS), dtype=np.float32)[quadrants])


def heads_of(quadrants: NDArray[np.float32]) -> Labels:
    """Return the labels of all heads that follow from probabilities of the quadrants.

    Parameters
    ----------
    quadrants : ndarray, shape (n, 4)

    Returns
    -------
    labels : dict of ndarray of float32
        ``quadrants`` (n, 4), ``arousal`` and ``valence`` (n, 2), negative first.
    """
    labels = {"quadrants": quadrants.astype(np.float32)}
    for head in HEADS:
        if head not in labels:
            signs = np.array([getattr(quadrant, head) > 0 for quadrant in QUADRANTS])
            positive = quadrants[:, signs].sum(axis=1)
            labels[head] = np.stack([1 - positive, positive], axis=1).astype(np.float32)
    return labels


def train(
    recipe: Recipe,
    preprocessing: Preprocessing,
    train_features: Features,
    train_labels: Labels,
    validation_features: Features,
    validation_labels: Labels,
    folder: Path,
    report: Callable[[Figures], None],
) -> Any:
    """Train until the recipe says stop, and return the best network.

    Parameters
    ----------
    recipe : Recipe
    preprocessing : Preprocessing
    train_features : sequence of ndarray, shape (frames, bands)
        One array a clip, ln units.
    train_labels : dict of ndarray, shape (clips, classes)
        As `one_hot_labels` gives.
    validation_features, validation_labels : sequence of ndarray, dict of ndarray
        The same of the clips that decide when to stop.
    folder : Path
        Of this run alone, which goes on there where it was interrupted.
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model
        Of the epoch with the lowest validation loss.
    """
    steps = -(-len(train_features) * recipe.patches_per_clip // recipe.batch_size)
    validation = validation_patches(validation_features, preprocessing)

    def make_network() -> Any:
        network = build_network(preprocessing, recipe.filters, recipe.dropout)
        compile_heads(network, recipe, recipe.schedule, steps)
        return network

    return fit(
        make_network,
        lambda random: epoch_patches(train_features, train_labels, preprocessing, recipe, random),
        lambda network: clip_figures(network, validation, validation_labels),
        recipe.schedule,
        folder,
        report,
    )


def compile_heads(network: Any, recipe: HeadSettings, schedule: Schedule, steps: int) -> None:
    """Compile a network with the three heads for so many steps an epoch."""
    import keras

    smoothing = recipe.label_smoothing
    network.compile(
        optimizer=schedule.optimiser(steps),
        loss={
            output: keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
            if output in HEADS
            else "mean_squared_error"
            for output in network.output
        },
        loss_weights=recipe.loss_weights,
    )


def epoch_patches(
    features: Features,
    labels: Labels,
    preprocessing: Preprocessing,
    recipe: ClipSettings,
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
    network: Any, patches: Sequence[NDArray[np.floating]], labels: Labels
) -> dict[str, float]:
    """Cross-entropy of the clips' mean softmaxes, and the quadrants' accuracy."""
    outputs = network.predict(np.concatenate(patches), batch_size=64, verbose=0)
    ends = np.cumsum([len(clip) for clip in patches])[:-1]
    loss = 0.0
    accuracy = {}
    for head in labels:
        values = outputs[head]
        means = np.stack([part.mean(axis=0) for part in np.split(values, ends)])
        loss -= float(np.mean(np.sum(labels[head] * np.log(means + 1e-7), axis=1)))
        right = means.argmax(axis=1) == labels[head].argmax(axis=1)
        accuracy[f"validation_{head}_accuracy"] = float(right.mean())
    return {"validation_loss": loss, **accuracy}
