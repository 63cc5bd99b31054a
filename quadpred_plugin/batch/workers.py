"""Many files in several processes; a process that dies costs one file."""

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from quadpred_plugin.chain.engine import restrict_algorithms
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction, without_frames
from quadpred_plugin.system.processes import end_when_stalled, end_with_parent, keep_freed_memory

Item = TypeVar("Item")
Result = TypeVar("Result")

# Processor time without a sample, after which a decoder is taken to go round in a circle.
STALL_SECONDS = 10

# What is said of a file whose process died twice, the second time with no other file in it.
DEADLY = (
    f"brought the decoder or the network down, or kept the decoder busy for {STALL_SECONDS} s "
    "without a sample; the other files are not affected."
)

# Items handed out ahead of the one that is waited for; bounds what finished results occupy.
_AHEAD_PER_PROCESS = 8
# Libraries that run threads of their own, after which forking isn't safe any more.
_THREADED = ("essentia", "pyarrow")

_model: Model | QuadpredError | None = None


def predict_in_processes(
    card: ModelCard, names: Sequence[str], hop: float | None, jobs: int
) -> Iterator[Prediction]:
    """Hear files in processes of our own.

    Parameters
    ----------
    card : ModelCard
        Each process loads its model once.
    names : sequence of str
    hop : float or None
    jobs : int
        Number of processes.

    Yields
    ------
    prediction : Prediction
        In the order of the names. A file that brings its process down has status
        ``error``; the others are not affected.

    Raises
    ------
    ModelError
        If the processes can't load the model.
    """
    function = partial(_predict_one, hop)
    for name, prediction in run_in_processes(card, function, names, jobs, in_order=True):
        if prediction is None:
            prediction = without_frames(name, "error", None, DEADLY, {})
        yield prediction


def run_in_processes(
    card: ModelCard,
    function: Callable[[Model, Item], Result],
    items: Iterable[Item],
    jobs: int,
    in_order: bool = False,
) -> Generator[tuple[Item, Result | None], None, None]:
    """Call a function with a model and each item, in processes of our own.

    Items are taken as they are needed, a few ahead of the results. An item may be handed out
    again when a process dies, so a function that writes must give the same result twice.

    Parameters
    ----------
    card : ModelCard
        Each process loads its model once.
    function : callable
        Takes a `Model` and an item; it, items and results can be pickled.
    items : iterable
    jobs : int
        Number of processes.
    in_order : bool
        Whether results come in the order of the items, or as they are ready.

    Yields
    ------
    item
    result
        None for an item that brings its process down; the others are not affected.

    Raises
    ------
    ModelError
        If the processes can't load the model.
    Exception
        Whatever the function raises: it ends the run.
    """
    source = iter(items)
    # Handed out and without a result, the oldest first.
    unfinished: deque[Item] = deque()
    while True:
        unfinished.extend(islice(source, jobs * _AHEAD_PER_PROCESS - len(unfinished)))
        if not unfinished:
            return
        yield from _until_a_process_dies(card, function, source, unfinished, jobs, in_order)
        if unfinished:
            # The oldest item without a result may be the one, or a bystander in the same
            # pool: alone in a process it shows.
            suspect = deque([unfinished.popleft()])
            yield from _until_a_process_dies(card, function, iter(()), suspect, 1, in_order)
            for item in suspect:
                yield item, None


def _until_a_process_dies(
    card: ModelCard,
    function: Callable[[Model, Item], Result],
    source: Iterator[Item],
    unfinished: deque[Item],
    jobs: int,
    in_order: bool,
) -> Iterator[tuple[Item, Result]]:
    others = set(multiprocessing.active_children())
    pool = _pool(card, min(jobs, len(unfinished)))
    waiting: dict[Future[Result], Item] = {}
    try:
        for item in unfinished:
            waiting[pool.submit(_with_model, function, item)] = item
        while waiting:
            oldest = next(iter(waiting))
            for future in [oldest] if in_order else _any_of(waiting):
                result = future.result()
                item = waiting.pop(future)
                unfinished.remove(item)
                yield item, result
            for item in islice(source, jobs * _AHEAD_PER_PROCESS - len(waiting)):
                # First to the unfinished: a pool that has just broken takes nothing.
                unfinished.append(item)
                waiting[pool.submit(_with_model, function, item)] = item
    except BrokenProcessPool:
        return
    except (KeyboardInterrupt, GeneratorExit):
        # Who gives up doesn't want to wait for the hour-long file that is being heard.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _any_of(waiting: Iterable[Future[Result]]) -> set[Future[Result]]:
    return wait(waiting, return_when=FIRST_COMPLETED).done


def _pool(card: ModelCard, jobs: int) -> ProcessPoolExecutor:
    # Forking is quickest, but not safe once libraries run threads in this process.
    can_fork = sys.platform == "linux" and not any(name in sys.modules for name in _THREADED)
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    return ProcessPoolExecutor(jobs, context, _load, (card,))


def _load(card: ModelCard) -> None:
    import signal

    # Ctrl-C reaches every process of the terminal; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    end_when_stalled(STALL_SECONDS)
    keep_freed_memory()
    _silence_libraries()
    restrict_algorithms()
    global _model
    try:
        _model = Model(card)
    except QuadpredError as error:
        # Raised here it would break the pool, with a traceback; the first file brings it home.
        _model = error


def _silence_libraries() -> None:
    """Close standard error to what is native: libmpg123 remarks on each frame that it skips.

    All that is to be told comes home in predictions and exceptions.
    """
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def _with_model(function: Callable[[Model, Any], Result], item: Any) -> Result:
    if isinstance(_model, QuadpredError):
        raise _model
    assert _model is not None
    return function(_model, item)


def _predict_one(hop: float | None, model: Model, name: str) -> Prediction:
    return model.predict_or_explain(name, hop)
