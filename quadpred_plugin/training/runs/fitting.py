"""The training loop of every network: seeded, logged, resumable after each epoch."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.recipes.schedule import Schedule
from quadpred_plugin.training.runs.record import Run

Figures = dict[str, float]
Report = Callable[[str, Figures], None]
"""Called with the name of a run and each epoch's figures."""

BEST = "best.keras"
"""File of the best network in a run's folder."""
_LOG = "log.jsonl"


def fit(
    make_network: Callable[[], Any],
    epoch_data: Callable[[np.random.Generator], tuple[Any, Any]],
    validate: Callable[[Any], Figures] | None,
    schedule: Schedule,
    run: Run,
    report: Callable[[Figures], None],
) -> Any:
    """Train according to the schedule, and return the best network.

    After each epoch the network, its optimiser and the log are written to the run's folder.
    An interrupted run resumes there and sees the same data as an uninterrupted one, since
    each epoch draws from a generator seeded by the schedule and the epoch's number.

    Parameters
    ----------
    make_network : callable
        Returns a compiled network of built-in layers; called for a new run only, after
        Keras was seeded.
    epoch_data : callable
        Draws one epoch's inputs and targets, in order, from a generator.
    validate : callable or None
        Returns figures of a network, ``validation_loss`` among them. Without it, training
        runs through all epochs and the last network is the best.
    schedule : Schedule
    run : Run
        Gets ``log.jsonl``, a line per epoch, and ``best.keras``, the network.
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model
        Of the epoch with the lowest validation loss; the last one without validation.
    """
    import keras

    last, best, log = run.file("last.keras"), run.file(BEST), run.file(_LOG)
    epochs = _read_log(log) if last.exists() else []
    if epochs:
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
        _copy_shared_weights(network)
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
    return best_network(run)


def is_finished(schedule: Schedule, run: Run) -> bool:
    """Return whether a run has no epoch left, so that its data needn't be loaded."""
    return _finished(_read_log(run.file(_LOG)), schedule)


def unfinished_folds(schedule: Schedule, folders: Mapping[int | None, Path]) -> list[int | None]:
    """Return the folds whose runs have epochs left, given the folder of each."""
    return [fold for fold, one in folders.items() if not is_finished(schedule, Run(one))]


def best_network(run: Run) -> Any:
    """Return the best network so far of a run with at least one epoch."""
    import keras

    return keras.saving.load_model(run.file(BEST))


def _make_variables(network: Any, inputs: Any, targets: Any) -> None:
    """Create the variables of the optimiser and the losses before the first step.

    TensorFlow traces a step a second time, for seconds, if the first trace created variables.
    """
    import keras

    network.optimizer.build(network.trainable_variables)
    first, truth = keras.tree.map_structure(lambda values: values[:1], (inputs, targets))
    network.compute_loss(first, truth, network(first))


def _copy_shared_weights(network: Any) -> None:
    """Copy weights where JAX lets them share a buffer with their running means.

    The next step donates both buffers to its results, which fails for a shared one.
    """
    import keras

    if keras.backend.backend() == "jax":
        for weights in network.trainable_variables:
            weights.assign(keras.ops.copy(weights.value))


def _seed_noise(network: Any, seed: int, epoch: int) -> None:
    """Seed the generators of dropout and noise, whose state isn't saved with a network."""
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


def _read_log(path: Path) -> list[Figures]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def _write_log(path: Path, epochs: list[Figures]) -> None:
    lines = "".join(json.dumps(one) + "\n" for one in epochs)
    write_atomically(path, lambda stream: stream.write(lines), text=True)


def _finished(epochs: list[Figures], schedule: Schedule) -> bool:
    losses = [_loss(one) for one in epochs]
    return len(epochs) >= schedule.epochs or (
        bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= schedule.patience
    )


def _loss(figures: Figures) -> float:
    """Return the validation loss; without validation, a value that falls with every epoch."""
    return figures.get("validation_loss", -figures["epoch"])


def _save(network: Any, path: Path) -> None:
    temporary = path.with_name(f"writing-{path.name}")
    network.save(temporary)
    temporary.replace(path)
