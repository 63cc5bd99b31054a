"""Progress bar on standard error, on terminals only, after half a second."""

import sys
import time
from types import TracebackType
from typing import Any

_AFTER_SECONDS = 0.5


class Progress:
    """Progress bar with the count, the rate and the time left.

    Parameters
    ----------
    total : int
        Number of files or other items.
    enabled : bool
        False never shows the bar.
    unit : str
        Plural name of the items.

    Attributes
    ----------
    total : int
        May be set later, if counting takes time.
    enabled : bool
        Whether a bar can be shown.
    """

    def __init__(self, total: int, enabled: bool, unit: str = "files") -> None:
        self.total = total
        self._unit = unit
        self.enabled = enabled and sys.stderr is not None and sys.stderr.isatty()
        self._begin = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, skipped: int = 0) -> None:
        """Show the number of finished items, of which skipped ones don't count for the rate."""
        if not self.enabled or time.monotonic() - self._begin < _AFTER_SECONDS:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn(f"{{task.fields[rate]:.1f}} {self._unit}/s"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task(self._unit, total=self.total, rate=0.0)
            self._bar.start()
        rate = (done - skipped) / (time.monotonic() - self._begin)
        self._bar.update(self._task, completed=done, rate=rate)
