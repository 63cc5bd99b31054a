"""A pool of worker processes, of which a crash costs one item."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, TypeVar

from quadpred_plugin.errors import InstallationError
from quadpred_plugin.system.worker_process import ProcessEndedError, WorkerProcess

Item = TypeVar("Item")
Result = TypeVar("Result")

# A process that ends again with the same item was ended by it.
_ATTEMPTS = 2
# A process that ends while it loads may have been chosen by a system without memory.
_STARTS = 3
# For a thread to end after its process was killed.
_END_SECONDS = 1.0


class CrashError(Exception):
    """An item ended its process twice."""


class WorkerPool(Generic[Item, Result]):
    """Worker processes, each with a thread here that passes it one item after another.

    Leaving the ``with`` statement kills the processes, so wait for the results inside.

    Parameters
    ----------
    load, function : callable
        As for `WorkerProcess`.
    jobs : int
        Number of processes.
    may_fork : bool
        As for `WorkerProcess`.

    Raises
    ------
    QuadpredError
        If the system refuses a process.
    """

    def __init__(
        self,
        load: Callable[[], Any],
        function: Callable[[Any, Item], Result],
        jobs: int,
        may_fork: bool = True,
    ) -> None:
        self._start = partial(WorkerProcess, load, function, may_fork)
        self._tasks: SimpleQueue[tuple[Future[Result], Item] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._processes: dict[int, WorkerProcess] = {}
        self._threads: list[threading.Thread] = []
        try:
            # All processes before the first thread, since one with threads can't be copied.
            for number in range(jobs):
                self._processes[number] = self._start()
        except BaseException:
            self.close()
            raise
        for number in range(jobs):
            # Daemons, so that a program that ends doesn't wait for results.
            thread = threading.Thread(target=self._work, args=(number,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def __enter__(self) -> "WorkerPool[Item, Result]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def submit(self, item: Item) -> "Future[Result]":
        """Compute an item as soon as a process is free.

        Parameters
        ----------
        item : object
            May be computed twice if a process ends.

        Returns
        -------
        future : Future
            The result, or an exception: of the function or of ``load``, `CrashError`, or
            `InstallationError` if the processes end while they start.
        """
        future: Future[Result] = Future()
        self._tasks.put((future, item))
        return future

    def close(self) -> None:
        """Kill the processes."""
        with self._lock:
            self._closed = True
            processes = list(self._processes.values())
        for process in processes:
            process.kill()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join(_END_SECONDS)

    def _work(self, number: int) -> None:
        while (task := self._tasks.get()) is not None:
            future, item = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._compute(number, item))
            except BaseException as error:
                future.set_exception(error)

    def _compute(self, number: int, item: Item) -> Result:
        for _ in range(_ATTEMPTS):
            process = self._ready_process(number)
            try:
                result: Result = process.compute(item)
                return result
            except ProcessEndedError:
                self._forget(number)
        raise CrashError

    def _ready_process(self, number: int) -> WorkerProcess:
        reason = ""
        for _ in range(_STARTS):
            with self._lock:
                if self._closed:
                    raise CrashError
                if number not in self._processes:
                    self._processes[number] = self._start()
                process = self._processes[number]
            try:
                process.become_ready()
                return process
            except ProcessEndedError as error:
                reason = str(error)
            except BaseException:
                process.kill()
                self._forget(number)
                raise
            self._forget(number)
        raise InstallationError(
            f"Worker processes end while they start ({reason}): 'quadpred doctor' checks this "
            "installation."
        )

    def _forget(self, number: int) -> None:
        with self._lock:
            del self._processes[number]
