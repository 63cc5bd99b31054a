"""Run a function over many items in worker processes; a crash fails one item."""

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar

from quadpred_plugin.audio.unreadable import crashed
from quadpred_plugin.batch.model_set import ModelSet
from quadpred_plugin.chain.engine import restrict_algorithms
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction, without_patches
from quadpred_plugin.system.processes import end_when_stalled, end_with_parent, keep_freed_memory

Loaded = TypeVar("Loaded")
Item = TypeVar("Item")
Result = TypeVar("Result")

# Processor time without a sample after which a decoder is taken to be in an endless loop.
STALL_SECONDS = 10

# Items submitted ahead of the result that is waited for; limits the results in memory.
_AHEAD_PER_PROCESS = 8
# Libraries with threads of their own, after whose import forking isn't safe.
_THREADED = ("essentia", "pyarrow")

# Of this process, if it is a worker: what its pool's `load` returned or raised.
_loaded: Any = None


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
        None if the item crashes its process twice, the second time alone; the other items are
        not affected.

    Raises
    ------
    QuadpredError
        If ``load`` raises it.
    Exception
        Any exception of the function; it ends the run.
    """
    source = iter(items)
    work = _Work(load, function)
    # Submitted and without a result, the oldest first.
    unfinished: deque[Item] = deque()
    while True:
        unfinished.extend(islice(source, jobs * _AHEAD_PER_PROCESS - len(unfinished)))
        if not unfinished:
            return
        yield from _run_until_a_crash(work, source, unfinished, jobs, in_order)
        if unfinished:
            # Any item in the pool may have caused the crash. The oldest one is run alone: if
            # that crashes too, it is the cause.
            suspect = deque([unfinished.popleft()])
            yield from _run_until_a_crash(work, iter(()), suspect, 1, in_order)
            for item in suspect:
                yield item, None


@dataclass(frozen=True)
class _Work(Generic[Loaded, Item, Result]):
    load: Callable[[], Loaded]
    function: Callable[[Loaded, Item], Result]

    def pool(self, jobs: int) -> ProcessPoolExecutor:
        # Forking is fastest, but not safe once libraries run threads in this process.
        can_fork = sys.platform == "linux" and not any(name in sys.modules for name in _THREADED)
        context = multiprocessing.get_context("fork" if can_fork else "spawn")
        return ProcessPoolExecutor(jobs, context, _start_worker, (self.load,))

    def submit(self, pool: ProcessPoolExecutor, item: Item) -> Future[Result]:
        return pool.submit(_call, self.function, item)


def _run_until_a_crash(
    work: _Work[Loaded, Item, Result],
    source: Iterator[Item],
    unfinished: deque[Item],
    jobs: int,
    in_order: bool,
) -> Iterator[tuple[Item, Result]]:
    others = set(multiprocessing.active_children())
    pool = work.pool(min(jobs, len(unfinished)))
    waiting: dict[Future[Result], Item] = {}
    try:
        for item in unfinished:
            waiting[work.submit(pool, item)] = item
        while waiting:
            oldest = next(iter(waiting))
            for future in [oldest] if in_order else _any_of(waiting):
                result = future.result()
                item = waiting.pop(future)
                unfinished.remove(item)
                yield item, result
            for item in islice(source, jobs * _AHEAD_PER_PROCESS - len(waiting)):
                # Recorded before it is submitted: a pool that has just broken refuses it.
                unfinished.append(item)
                waiting[work.submit(pool, item)] = item
    except BrokenProcessPool:
        return
    except (KeyboardInterrupt, GeneratorExit):
        # The caller gives up and must not wait for an hour-long file.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _any_of(waiting: Iterable[Future[Result]]) -> set[Future[Result]]:
    return wait(waiting, return_when=FIRST_COMPLETED).done


def _start_worker(load: Callable[[], Any]) -> None:
    import signal

    # Ctrl-C reaches every process of the terminal; only the parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    end_when_stalled(STALL_SECONDS)
    keep_freed_memory()
    _silence_libraries()
    restrict_algorithms()
    global _loaded
    try:
        _loaded = load()
    except QuadpredError as error:
        # Raised here it would break the pool with a traceback; the first item raises it.
        _loaded = error


def _silence_libraries() -> None:
    """Redirect standard error to the null device: libmpg123 prints a line per damaged frame.

    Our own messages are in predictions and exceptions.
    """
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def _call(function: Callable[[Any, Any], Result], item: Any) -> Result:
    if isinstance(_loaded, QuadpredError):
        raise _loaded
    return function(_loaded, item)


def _predict_one(
    hop: float | None, embeddings: bool, stream: int | None, models: ModelSet, name: str
) -> list[Prediction]:
    return models.predict_or_explain(name, hop, embeddings, stream)
