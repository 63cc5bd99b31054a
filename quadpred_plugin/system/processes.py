"""Processes of our own: they don't outlive the one that started them, nor answer Ctrl-C."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

# glibc's numbers of what mallopt sets (malloc.h): from which size on an array is mapped by
# itself, and how much of what is free is kept.
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
_KEPT_ARRAY, _KEPT = 32 * 2**20, 256 * 2**20

_stall_seconds = 0.0


def end_with_parent() -> None:
    """Let this process, started by `multiprocessing`, end as soon as its parent is gone.

    A parent that is killed can't tell its children; without this they would work on, and a
    second run would meet the first one's in the same folder.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def end_when_stalled(seconds: float) -> None:
    """Let this process end when native code keeps it busy for so long without a result.

    A decoder that goes round in a circle answers no exception and no thread, so nothing less
    than the process's end helps; whoever started it has to go on with another.

    Parameters
    ----------
    seconds : float
        Of processor time, which neither a slow disk nor a busy machine spends.
    """
    global _stall_seconds
    _stall_seconds = seconds


@contextmanager
def stalls_limited() -> Iterator[None]:
    """Count what is done inside as one step, which `end_when_stalled` limits; else do nothing."""
    if not _stall_seconds:
        yield
        return
    # The signal's default action, which no library stands in the way of, ends the process.
    signal.setitimer(signal.ITIMER_PROF, _stall_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


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


def keep_freed_memory() -> None:
    """Let this process keep what it frees for what it asks for next.

    Each file takes the same few megabytes; given back in between, they are mapped and cleared
    anew for each. Does nothing where the C library isn't glibc.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    # Both: one of them alone switches off what glibc learns by itself about the other.
    mallopt(_MMAP_THRESHOLD, _KEPT_ARRAY)
    mallopt(_TRIM_THRESHOLD, _KEPT)
