"""Run a function over many items in worker processes; a crash fails one item."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from itertools import islice
from typing import TypeVar

from quadpred_plugin.audio.unreadable import crashed
from quadpred_plugin.batch.model_set import ModelSet
from quadpred_plugin.chain.engine import restrict_algorithms
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction, without_patches
from quadpred_plugin.system.failures import is_debugging
from quadpred_plugin.system.processes import end_when_stalled, keep_freed_memory
from quadpred_plugin.system.worker_pool import CrashError, WorkerPool

Loaded = TypeVar("Loaded")
Item = TypeVar("Item")
Result = TypeVar("Result")

# Processor time without a sample after which a decoder is taken to be in an endless loop.
STALL_SECONDS = 10

# Items submitted ahead of the result that is waited for; limits the results in memory.
_AHEAD_PER_PROCESS = 8


def predict_in_processes(
    card: ModelCard, names: Sequence[str], hop: float | None, jobs: int
) -> Iterator[Prediction]:
    """Predict files with one model, otherwise as `predict_with_each`."""
    for (prediction,) in predict_with_each([card], names, hop, jobs):
        yield prediction


def predict_with_each(
    cards: Sequence[ModelCard],
    names: Sequence[str],
    hop: float | None,
    jobs: int,
    embeddings: bool = False,
    stream: int | None = None,
) -> Iterator[list[Prediction]]:
    """Predict files with several models in worker processes.

    Parameters
    ----------
    cards : sequence of ModelCard
        Each process loads their models once, as a `ModelSet`.
    names : sequence of str
        Paths of the files.
    hop : float or None
        Seconds, as for `Model.predict`.
    jobs : int
        Number of processes.
    embeddings : bool
        Whether to keep the embeddings of the first model, which must have them.
    stream : int, optional
        As for `Model.predict`.

    Yields
    ------
    predictions : list of Prediction
        One per model, for each file in order. If a file crashes its process, its predictions
        have status ``error``; the other files are not affected.

    Raises
    ------
    ModelError
        If the processes can't load a model.
    """
    function = partial(_predict_one, hop, embeddings, stream)
    load = partial(ModelSet, tuple(cards))
    for name, predictions in run_in_processes(load, function, names, jobs, in_order=True):
        if predictions is None:
            predictions = [without_patches(name, "error", None, crash_reason(), {}) for _ in cards]
        yield predictions


def crash_reason() -> str:
    """Return the reason for an item without a result."""
    return crashed(STALL_SECONDS)


def run_in_processes(
    load: Callable[[], Loaded],
    function: Callable[[Loaded, Item], Result],
    items: Iterable[Item],
    jobs: int,
    in_order: bool = False,
) -> Generator[tuple[Item, Result | None], None, None]:
    """Call a function with each item in worker processes.

    Items are taken as they are needed, a few ahead of the results. An item may be processed
    twice if a process dies, so a function that writes must write the same both times.

    Parameters
    ----------
    load : callable
        Called once in each process; returns the first argument of the function, such as a
        model. It, the function, items and results are pickled.
    function : callable
        Takes what was loaded and an item.
    items : iterable
    jobs : int
        Number of processes.
    in_order : bool
        Whether results come in the order of the items, or as they are ready.

    Yields
    ------
    item
    result
        None if the item crashes its process twice; the other items are not affected.

    Raises
    ------
    QuadpredError
        If ``load`` raises it, or no process can be started.
    Exception
        Any exception of the function; it ends the run.
    """
    source = iter(items)
    most = jobs * _AHEAD_PER_PROCESS
    first = list(islice(source, most))
    if not first:
        return
    begin = partial(_begin, load, STALL_SECONDS)
    with WorkerPool(begin, function, min(jobs, len(first))) as pool:
        # The oldest first.
        waiting = {pool.submit(item): item for item in first}
        while waiting:
            for future in [next(iter(waiting))] if in_order else _any_of(waiting):
                item = waiting.pop(future)
                try:
                    result = future.result()
                except CrashError:
                    yield item, None
                else:
                    yield item, result
            waiting |= {pool.submit(item): item for item in islice(source, most - len(waiting))}


def _any_of(waiting: Iterable[Future[Result]]) -> set[Future[Result]]:
    return wait(waiting, return_when=FIRST_COMPLETED).done


def _begin(load: Callable[[], Loaded], stall_seconds: float) -> Loaded:
    """Prepare this process for the analysis of files, and load what it needs."""
    end_when_stalled(stall_seconds)
    keep_freed_memory()
    if not is_debugging():
        _silence_libraries()
    restrict_algorithms()
    return load()


def _silence_libraries() -> None:
    """Redirect standard error to the null device: libmpg123 prints a line per damaged frame.

    Our own messages are in predictions and exceptions.
    """
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def _predict_one(
    hop: float | None, embeddings: bool, stream: int | None, models: ModelSet, name: str
) -> list[Prediction]:
    return models.predict_or_explain(name, hop, embeddings, stream)
