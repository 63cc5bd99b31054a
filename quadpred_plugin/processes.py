"""What processes of ours have in common: how many, and how long they live."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def end_with_parent() -> None:
    """Let this process, one of Python's pools, end as soon as the one that started it is gone.

    A parent that is killed can't end its pool, and the pool's own pipes are held open by the
    processes in it: they would wait for ever, or write into a folder that another run has taken
    over.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def spared_from_interrupts() -> Iterator[None]:
    """Keep Ctrl-C from processes that threads start which begin inside.

    It reaches every process of the terminal, and is this process's to answer. Pressed inside, it
    is answered at the end.
    """
    # It would be started with the first process, and let the signal through again.
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
