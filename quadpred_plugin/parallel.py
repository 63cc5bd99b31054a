"""Many files in several processes, in order; a process that dies costs one file."""

import multiprocessing
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from quadpred_plugin.card import ModelCard
from quadpred_plugin.chain.engine import restrict_algorithms
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.prediction import Prediction, without_frames

# Files handed out ahead of the one that is waited for; bounds what finished results occupy.
_AHEAD_PER_PROCESS = 8

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
    remaining = deque(names)
    while remaining:
        yield from _until_a_process_dies(card, remaining, hop, min(jobs, len(remaining)))
        if remaining:
            # The first file without a result may be the one, or a bystander in the same
            # pool: alone in a process it shows.
            yield _alone(card, remaining.popleft(), hop)


def _until_a_process_dies(
    card: ModelCard, remaining: deque[str], hop: float | None, jobs: int
) -> Iterator[Prediction]:
    others = set(multiprocessing.active_children())
    pool = _pool(card, jobs)
    waiting: deque[Future[Prediction]] = deque()
    handed_out = 0
    try:
        while remaining:
            while handed_out < len(remaining) and handed_out < jobs * _AHEAD_PER_PROCESS:
                waiting.append(pool.submit(_predict_one, remaining[handed_out], hop))
                handed_out += 1
            prediction = waiting.popleft().result()
            remaining.popleft()
            handed_out -= 1
            yield prediction
    except BrokenProcessPool:
        return
    except (KeyboardInterrupt, GeneratorExit):
        # Who gives up doesn't want to wait for the hour-long file that is being heard.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _alone(card: ModelCard, name: str, hop: float | None) -> Prediction:
    with _pool(card, 1) as pool:
        try:
            return pool.submit(_predict_one, name, hop).result()
        except BrokenProcessPool:
            reason = "brought the decoder or the network down; the other files are not affected."
            return without_frames(name, "error", None, reason, {})


def _pool(card: ModelCard, jobs: int) -> ProcessPoolExecutor:
    # Forking is quickest, but not safe once TensorFlow runs threads in this process.
    can_fork = sys.platform == "linux" and "essentia" not in sys.modules
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    return ProcessPoolExecutor(jobs, context, _load, (card,))


def _load(card: ModelCard) -> None:
    import signal

    # Ctrl-C reaches every process of the terminal; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    restrict_algorithms()
    global _model
    try:
        _model = Model(card)
    except QuadpredError as error:
        # Raised here it would break the pool, with a traceback; the first file brings it home.
        _model = error


def _predict_one(name: str, hop: float | None) -> Prediction:
    if isinstance(_model, QuadpredError):
        raise _model
    assert _model is not None
    return _model.predict_or_explain(name, hop)
