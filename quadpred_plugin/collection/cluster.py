"""The engine for a Dask cluster: one that is there, or processes of this machine."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from tempfile import TemporaryDirectory
from typing import Any

from quadpred_plugin.card import ModelCard
from quadpred_plugin.chain.engine import one_tensorflow_thread
from quadpred_plugin.collection.hearing import Job, Outcome, Task, brought_down, hear
from quadpred_plugin.errors import InstallationError, ModelError, QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.models import find_model
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
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InstallationError(
            "Clusters need more packages: pip install 'quadpred-plugin[cluster]'."
        ) from error
    # Dask tells of lost workers with tracebacks; what comes of them is told by us.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        if scheduler is None:
            cluster = LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                local_directory=stack.enter_context(TemporaryDirectory()),
                # A track whose worker died is heard again alone, by us, rather than by Dask
                # three times together with others.
                scheduler_kwargs={"allowed_failures": 0},
            )
            address = stack.enter_context(cluster)
        else:
            address = scheduler
        try:
            client = Client(address, timeout=_PATIENCE_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise QuadpredError(
                f"No Dask scheduler answers at {scheduler}: is it running, and is the address "
                f"whole, such as tcp://10.0.0.1:8786? ({error})"
            ) from error
        yield stack.enter_context(client)


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
            outcome = _result(client, future)
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
            self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return max(self._threads, 1) * _TRACKS_A_THREAD


def _result(client: Any, future: Any) -> Outcome:
    from concurrent.futures import CancelledError

    try:
        outcome: Outcome = future.result()
    except ImportError as error:
        raise InstallationError(
            f"The cluster's workers can't import quadpred-plugin ({error}): install it where "
            "they run."
        ) from error
    except CancelledError as error:
        raise QuadpredError(
            "The connection to the Dask scheduler is lost. What was finished is kept: run the "
            "same command again."
        ) from error
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
    if _model is None or _model.card.sha256 != card.sha256:
        # Installed elsewhere, a model has another path.
        own = card if card.graph.is_file() else find_model(card.name)
        if own.sha256 != card.sha256:
            raise ModelError(f"A worker of the cluster has another model '{card.name}'.")
        with one_tensorflow_thread():
            _model = Model(own)
    return _model
