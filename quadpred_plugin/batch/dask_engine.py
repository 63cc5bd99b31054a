"""The engine for a Dask cluster: one that is there, or processes of this machine."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from itertools import islice
from tempfile import TemporaryDirectory
from typing import Any

from quadpred_plugin.batch.tasks import Job, Outcome, Task, brought_down, hear
from quadpred_plugin.chain.engine import one_tensorflow_thread
from quadpred_plugin.errors import InstallationError, ModelError, QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.model.registry import find_model
from quadpred_plugin.system.processes import spared_from_interrupts
from quadpred_plugin.version import VERSION

# One is heard and one waits; more would fall under suspicion together when a worker dies.
_TRACKS_A_THREAD = 2
_SECONDS_BETWEEN_COUNTS = 5.0
_PATIENCE_SECONDS = 10

_lock = threading.Lock()
_model: Model | None = None


@contextmanager
def connect(scheduler: str | None, jobs: int) -> Iterator[Any]:
    """Connect to a scheduler, or start a cluster on this machine for as long as it is needed.

    Parameters
    ----------
    scheduler : str or None
        Its address, such as ``tcp://10.0.0.1:8786``.
    jobs : int
        Worker processes of a cluster of our own.

    Yields
    ------
    client : distributed.Client

    Raises
    ------
    QuadpredError
        If Dask is missing, or no scheduler answers.
    """
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError as error:
        raise InstallationError(
            "Clusters need more packages: pip install 'quadpred-plugin[cluster]'."
        ) from error
    _silence_dask()
    with ExitStack() as stack:
        if scheduler is None:
            client = Client(stack.enter_context(_own_cluster(jobs)), set_as_default=False)
        else:
            try:
                # A client of an address without sense would wait, and leave threads behind.
                get_address_host_port(scheduler)
                client = Client(scheduler, timeout=_PATIENCE_SECONDS, set_as_default=False)
            except (OSError, ValueError) as error:
                raise QuadpredError(
                    f"No Dask scheduler answers at {scheduler}: is it running, and is the "
                    "address whole, such as tcp://10.0.0.1:8786?"
                ) from error
        yield stack.enter_context(client)


def _silence_dask() -> None:
    """Leave it to us what is told: Dask tells of lost workers with tracebacks."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def _own_cluster(jobs: int) -> Iterator[Any]:
    import dask
    from distributed import LocalCluster

    with TemporaryDirectory() as folder, ExitStack() as stack:
        # Processes of this machine may be slow to start, but are not out of reach.
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": "300s"}))
        try:
            with spared_from_interrupts():
                cluster = LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                    local_directory=folder,
                    # A track whose worker died is heard again alone, by us, rather than by Dask
                    # three times together with others.
                    scheduler_kwargs={"allowed_failures": 0},
                )
        except (OSError, RuntimeError) as error:
            raise QuadpredError(f"No Dask cluster could be started here: {error!r}.") from error
        yield stack.enter_context(cluster)


def hear_on_cluster(
    client: Any, card: ModelCard, job: Job, tasks: Iterator[Task]
) -> Iterator[Outcome]:
    """Hear tracks on a cluster, a task for each, as they get ready.

    Dask gives the tracks of a worker that dies to others. What it gives up after several
    deaths is heard once more with nothing else under way, and fails only if that ends
    another worker.

    Raises
    ------
    QuadpredError
        If the scheduler is lost, or workers can't hear: they lack the package, the model or
        the collection.
    """
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    tasks = iter(tasks)
    ready = as_completed(loop=client.loop)
    waiting: dict[str, Task] = {}
    suspects: deque[Task] = deque()
    room = _Room(client)
    while True:
        if suspects:
            following = [] if waiting else [suspects[0]]
        else:
            following = list(islice(tasks, max(room.tracks() - len(waiting), 0)))
        for task in following:
            future = client.submit(_hear_in_worker, VERSION, card, job, task, pure=False)
            waiting[future.key] = task
            ready.add(future)
        if not waiting:
            return
        future = next(ready)
        task = waiting.pop(future.key)
        alone = bool(suspects) and task is suspects[0]
        try:
            outcome = _result(future)
        except KilledWorker:
            if not alone:
                suspects.append(task)
                continue
            outcome = brought_down(task)
        if alone:
            suspects.popleft()
        yield outcome


class _Room:
    """How many tracks a cluster takes at a time; workers come and go."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._counted = -_SECONDS_BETWEEN_COUNTS
        self._threads = 0

    def tracks(self) -> int:
        if time.monotonic() - self._counted > _SECONDS_BETWEEN_COUNTS:
            with _told_of_a_lost_scheduler():
                self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return max(self._threads, 1) * _TRACKS_A_THREAD


@contextmanager
def _told_of_a_lost_scheduler() -> Iterator[None]:
    try:
        yield
    except (CancelledError, OSError) as error:
        raise QuadpredError(
            "The connection to the Dask scheduler is lost. What was finished is kept: run the "
            "same command again."
        ) from error


def _result(future: Any) -> Outcome:
    if future.status == "error":
        # Of the task, not of the way to it.
        error = future.exception()
        if isinstance(error, ImportError):
            raise InstallationError(
                f"The cluster's workers can't import quadpred-plugin ({error}): install it "
                "where they run."
            ) from error
        raise error
    with _told_of_a_lost_scheduler():
        outcome: Outcome = future.result()
    return outcome


def _hear_in_worker(version: str, card: ModelCard, job: Job, task: Task) -> Outcome:
    if version != VERSION:
        raise InstallationError(
            f"A worker of the cluster has quadpred-plugin {VERSION}, not {version}: install the "
            "same version everywhere."
        )
    # A worker may have several threads; a model hears one track at a time.
    with _lock:
        return hear(job, _load_once(card), task)


def _load_once(card: ModelCard) -> Model:
    global _model
    if _model is None or not _same(_model.card, card):
        # Installed elsewhere, a model has another path.
        own = card if card.graph.is_file() else find_model(card.name)
        if not _same(own, card):
            raise ModelError(f"A worker of the cluster has another model '{card.name}'.")
        with one_tensorflow_thread():
            _model = Model(own)
    return _model


def _same(one: ModelCard, other: ModelCard) -> bool:
    """Whether two cards' models give the same rows."""
    return (one.sha256, one.pooling) == (other.sha256, other.pooling)
