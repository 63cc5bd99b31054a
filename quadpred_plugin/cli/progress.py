"""Progress on standard error, on a terminal only, after half a second."""

import sys
import time
from types import TracebackType
from typing import Any

_AFTER_SECONDS = 0.5


class Progress:
    """Counts what is done, with the rate and the time left.

    Parameters
    ----------
    total : int
        Number of files, or of what else is counted.
    wanted : bool
        False for none at all.
    unit : str
        What is counted.

    Attributes
    ----------
    total : int
        May be set later, when the count costs something.
    wanted : bool
        Whether anything is shown.
    """

    def __init__(self, total: int, wanted: bool, unit: str = "files") -> None:
        self.total = total
        self._unit = unit
        self.wanted = wanted and sys.stderr is not None and sys.stderr.isatty()
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

    def show(self, done: int, without_work: int = 0) -> None:
        """Say that so many files are done, of which some don't count for the rate."""
        if not self.wanted or time.monotonic() - self._begin < _AFTER_SECONDS:
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
        rate = (done - without_work) / (time.monotonic() - self._begin)
        self._bar.update(self._task, completed=done, rate=rate)
