"""Processes of our own that don't outlive the one that started them."""

import os
import threading
import time


def end_with_parent() -> None:
    """Let this process end within a second once its parent is gone.

    A parent that is killed can't tell its children; without this they would work on, and a
    second run would meet the first one's in the same folder.
    """
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
