"""Engine for a Dask cluster: an existing one, or one started on this machine."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from multiprocessing import resource_tracker
from tempfile import TemporaryDirectory
from typing import Any

from quadpred_plugin.batch.engines import Engine, EngineOptions
from quadpred_plugin.batch.tasks import Job, Outcome, Task, analyse_track, crash_outcome
from quadpred_plugin.chain.engine import one_tensorflow_thread
from quadpred_plugin.errors import InstallationError, ModelError, QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.model.registry import find_model
from quadpred_plugin.system.processes import interrupts_blocked
from quadpred_plugin.system.semaphores import semaphore_problem
from quadpred_plugin.version import VERSION

# One track is processed and one waits. With more, more would be suspects when a worker dies.
_TRACKS_PER_THREAD = 2
_COUNT_INTERVAL_SECONDS = 5.0
_CONNECT_SECONDS = 10

_lock = threading.Lock()
_model: Model | None = None


@contextmanager
def open_engine(options: EngineOptions) -> Iterator[Engine]:
    """Connect to the scheduler, or start a cluster here, and return the engine for it.

    Raises
    ------
    QuadpredError
        If Dask is missing, or no scheduler answers.
    """
    with _connect(options.scheduler, options.jobs) as client:
        if not client.nthreads():
            options.report(f"{options.scheduler} has no workers yet: waiting for one.")
        yield partial(_run, client, options.card)


@contextmanager
def _connect(scheduler: str | None, jobs: int) -> Iterator[Any]:
    """Connect to a scheduler, or start a cluster on this machine until the end of ``with``.

    Parameters
    ----------
    scheduler : str or None
        Address, such as ``tcp://10.0.0.1:8786``.
    jobs : int
        Worker processes of a cluster on this machine.

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
            client = Client(stack.enter_context(_local_cluster(jobs)), set_as_default=False)
        else:
            try:
                # Validate the address first: with a malformed one, a client waits and leaves
                # threads behind.
                get_address_host_port(scheduler)
                client = Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
            except (OSError, ValueError) as error:
                raise QuadpredError(
                    f"No Dask scheduler answers at {scheduler}: check that it runs and that the "
                    "address is complete, such as tcp://10.0.0.1:8786."
                ) from error
        yield stack.enter_context(client)


def _silence_dask() -> None:
    """Silence Dask's loggers, which print tracebacks; lost workers are reported here."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def _local_cluster(jobs: int) -> Iterator[Any]:
    import dask
    from distributed import LocalCluster

    with TemporaryDirectory() as folder, ExitStack() as stack:
        # Processes of this machine may start slowly, but can always be reached.
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": "300s"}))
        try:
            # Otherwise it would start with the first process and unblock the signal.
            resource_tracker.ensure_running()
            with interrupts_blocked():
                cluster = LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                    local_directory=folder,
                    # Dask doesn't retry the tracks of a worker that died: each is retried alone
                    # below.
                    scheduler_kwargs={"allowed_failures": 0},
                )
        except (OSError, RuntimeError) as error:
            # Dask's processes share semaphores, unlike those of the other engine.
            problem = semaphore_problem() or repr(error)
            raise QuadpredError(f"No Dask cluster could be started here: {problem}.") from error
        yield stack.enter_context(cluster)


def _run(client: Any, card: ModelCard, job: Job, tasks: Iterator[Task]) -> Iterator[Outcome]:
    """Run tasks on a cluster and yield outcomes as they are ready.

    Dask passes the tasks of a worker that dies to other workers. A task that it gives up after
    several deaths is run once more with no other task, and fails only if that worker dies too.

    Raises
    ------
    QuadpredError
        If the scheduler is lost, or workers lack the package, the model or the collection.
    """
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    tasks = iter(tasks)
    ready = as_completed(loop=client.loop)
    waiting: dict[str, Task] = {}
    suspects: deque[Task] = deque()
    capacity = _Capacity(client)
    while True:
        if suspects:
            following = [] if waiting else [suspects[0]]
        else:
            following = list(islice(tasks, max(capacity.tracks() - len(waiting), 0)))
        for task in following:
            future = client.submit(_analyse_in_worker, VERSION, card, job, task, pure=False)
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
            outcome = crash_outcome(task)
        if alone:
            suspects.popleft()
        yield outcome


class _Capacity:
    """Number of tracks that a cluster takes at a time; workers come and go."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._counted = -_COUNT_INTERVAL_SECONDS
        self._threads = 0

    def tracks(self) -> int:
        if time.monotonic() - self._counted > _COUNT_INTERVAL_SECONDS:
            with _reported_loss_of_scheduler():
                self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return max(self._threads, 1) * _TRACKS_PER_THREAD


@contextmanager
def _reported_loss_of_scheduler() -> Iterator[None]:
    try:
        yield
    except (CancelledError, OSError) as error:
        raise QuadpredError(
            "The connection to the Dask scheduler is lost. Finished results are kept: run the "
            "same command again."
        ) from error


def _result(future: Any) -> Outcome:
    if future.status == "error":
        # Raised by the task, not by the connection.
        error = future.exception()
        if isinstance(error, ImportError):
            raise InstallationError(
                f"The cluster's workers can't import quadpred-plugin ({error}): install it "
                "where they run."
            ) from error
        raise error
    with _reported_loss_of_scheduler():
        outcome: Outcome = future.result()
    return outcome


def _analyse_in_worker(version: str, card: ModelCard, job: Job, task: Task) -> Outcome:
    if version != VERSION:
        raise InstallationError(
            f"A worker of the cluster has quadpred-plugin {VERSION}, not {version}: install the "
            "same version everywhere."
        )
    # A worker may have several threads, and a model takes one track at a time.
    with _lock:
        return analyse_track(job, _load_once(card), task)


def _load_once(card: ModelCard) -> Model:
    global _model
    if _model is None or not _is_equal(_model.card, card):
        # The model has another path where the package is installed elsewhere.
        own = card if card.graph.is_file() else find_model(card.name)
        if not _is_equal(own, card):
            raise ModelError(f"A worker of the cluster has another model '{card.name}'.")
        with one_tensorflow_thread():
            _model = Model(own)
    return _model


def _is_equal(one: ModelCard, other: ModelCard) -> bool:
    """Whether the models of two cards give the same rows."""
    return (one.sha256, one.pooling) == (other.sha256, other.pooling)
