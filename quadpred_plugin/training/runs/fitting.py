"""One way of training for every network: seeded, logged, resumable after each epoch."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.system.files import write_atomically

Figures = dict[str, float]


@dataclass(frozen=True)
class Schedule:
    """How long, how fast and from which seed.

    Attributes
    ----------
    seed : int
    epochs : int
        At most; the learning rate falls to zero over them along a cosine.
    patience : int
        Epochs without a better validation loss before stopping.
    batch_size : int
    learning_rate, weight_decay : float
        Of AdamW; the rate rises over the first epoch.
    averaging : float
        Momentum of the running mean of the weights; each epoch ends on the mean. 0 for none.
    """

    seed: int
    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    averaging: float

    def optimiser(self, steps: int) -> Any:
        """Make the optimiser for so many steps an epoch."""
        import keras

        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=self.learning_rate / 20,
            decay_steps=steps * max(self.epochs - 1, 1),
            warmup_target=self.learning_rate,
            warmup_steps=steps,
        )
        averaged = {"use_ema": True, "ema_momentum": self.averaging} if self.averaging else {}
        return keras.optimizers.AdamW(
            rate, weight_decay=self.weight_decay, global_clipnorm=1.0, **averaged
        )


def fit(
    make_network: Callable[[], Any],
    epoch_data: Callable[[np.random.Generator], tuple[Any, Any]],
    validate: Callable[[Any], Figures] | None,
    schedule: Schedule,
    folder: Path,
    report: Callable[[Figures], None],
) -> Any:
    """Train until the schedule says stop, and return the best network.

    After each epoch the network, its optimiser and the log are written to the folder; a run
    that was interrupted goes on there and sees the same data as one that wasn't, since each
    epoch draws from a generator seeded by the schedule and its number.

    Parameters
    ----------
    make_network : callable
        Returns a compiled network of built-in layers; called for a new run only, after
        Keras was seeded.
    epoch_data : callable
        Draws one epoch's inputs and targets, in order, from a generator.
    validate : callable or None
        Returns figures of a network, ``validation_loss`` among them; without it training
        runs through all epochs and the last network counts as the best.
    schedule : Schedule
    folder : Path
        Of this run alone; ``log.jsonl`` holds a line an epoch, ``best.keras`` the network.
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model
        Of the epoch with the lowest validation loss; the last one without validation.
    """
    import keras

    folder.mkdir(parents=True, exist_ok=True)
    last, best, log = folder / "last.keras", folder / "best.keras", folder / "log.jsonl"
    epochs: list[Figures] = []
    if last.exists() and log.exists():
        epochs = [json.loads(line) for line in log.read_text().splitlines()]
        network = keras.saving.load_model(last)
    else:
        keras.utils.set_random_seed(schedule.seed)
        network = make_network()
    while not _finished(epochs, schedule):
        epoch = len(epochs)
        _seed_noise(network, schedule.seed, epoch)
        inputs, targets = epoch_data(np.random.default_rng([schedule.seed, epoch]))
        _make_variables(network, inputs, targets)
        history = network.fit(
            inputs, targets, batch_size=schedule.batch_size, shuffle=False, verbose=0
        ).history
        _part_from_means(network)
        figures = {
            "epoch": epoch,
            "loss": history["loss"][0],
            **(validate(network) if validate else {}),
        }
        epochs.append(figures)
        if _loss(figures) <= min(map(_loss, epochs)):
            _save(network, best)
        _save(network, last)
        # The log is written last: an epoch counts once its network is on disk.
        _write_log(log, epochs)
        report(figures)
    return keras.saving.load_model(best)


def _make_variables(network: Any, inputs: Any, targets: Any) -> None:
    """Make what the optimiser and the losses remember, before a step does.

    TensorFlow traces a step a second time if the first trace made variables: seconds more.
    """
    import keras

    network.optimizer.build(network.trainable_variables)
    one, truth = keras.tree.map_structure(lambda values: values[:1], (inputs, targets))
    network.compute_loss(one, truth, network(one))


def _part_from_means(network: Any) -> None:
    """Give weights memory of their own where JAX let them share that of their running means.

    The next step hands the memory of both to its results, and can't do so twice.
    """
    import keras

    if keras.backend.backend() == "jax":
        for weights in network.trainable_variables:
            weights.assign(keras.ops.copy(weights.value))


def _seed_noise(network: Any, seed: int, epoch: int) -> None:
    """Set the generators of dropout and noise, whose state a saved network doesn't hold."""
    for index, layer in enumerate(_layers(network)):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([(seed * 1000 + epoch) % 2**31, index])


def _layers(network: Any) -> Iterator[Any]:
    """Yield the layers of a network, and of networks in it."""
    for layer in network.layers:
        if hasattr(layer, "layers"):
            yield from _layers(layer)
        else:
            yield layer


def _write_log(path: Path, epochs: list[Figures]) -> None:
    lines = "".join(json.dumps(one) + "\n" for one in epochs)
    write_atomically(path, lambda stream: stream.write(lines), text=True)


def _finished(epochs: list[Figures], schedule: Schedule) -> bool:
    losses = [_loss(one) for one in epochs]
    return len(epochs) >= schedule.epochs or (
        bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= schedule.patience
    )


def _loss(figures: Figures) -> float:
    """Return what the best epoch has least of; without validation each is better than the last."""
    return figures.get("validation_loss", -figures["epoch"])


def _save(network: Any, path: Path) -> None:
    temporary = path.with_name(f"writing-{path.name}")
    network.save(temporary)
    temporary.replace(path)
