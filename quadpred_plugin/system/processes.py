"""Child processes: end when stalled, are spared from Ctrl-C, keep memory."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

# Parameters of glibc's mallopt (malloc.h): the size from which an allocation is mapped by
# itself, and the free memory that is kept.
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
_MMAP_BYTES, _TRIM_BYTES = 32 * 2**20, 256 * 2**20

_stall_seconds = 0.0


def end_when_stalled(seconds: float) -> None:
    """End this process when one step of native code takes too much processor time.

    A decoder in an endless loop can't be interrupted by an exception or a thread, only by
    ending its process. The parent then continues with another process. `stalls_limited`
    marks the steps.

    Parameters
    ----------
    seconds : float
        Limit of processor time; waiting for a slow disk or a busy machine doesn't count.
    """
    global _stall_seconds
    _stall_seconds = seconds


@contextmanager
def stalls_limited() -> Iterator[None]:
    """Limit the processor time of the code inside, if `end_when_stalled` was called."""
    if not _stall_seconds:
        yield
        return
    # The signal's default action ends the process; no library can prevent it.
    signal.setitimer(signal.ITIMER_PROF, _stall_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C in threads that start inside and in the processes that they start.

    Ctrl-C reaches every process of the terminal, but only this one handles it. If it is
    pressed inside, it takes effect at the end.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def keep_freed_memory() -> None:
    """Keep freed memory in this process for its next allocations.

    Each file needs the same few megabytes; if they are returned to the system after every
    file, they are mapped and cleared again. No effect without glibc.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    # Setting one of the two disables glibc's automatic adjustment of the other.
    mallopt(_MMAP_THRESHOLD, _MMAP_BYTES)
    mallopt(_TRIM_THRESHOLD, _TRIM_BYTES)
