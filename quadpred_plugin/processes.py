"""Processes of our own: they don't outlive the one that started them, nor answer Ctrl-C."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


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
