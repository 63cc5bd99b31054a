"""Ctrl-C that never tears a row or a file."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType


class Interruption:
    """Takes Ctrl-C as a wish while results are written, and at once while one is awaited.

    Outside of the main thread, where signals can't be handled, it does nothing.

    Attributes
    ----------
    wished : bool
        Whether Ctrl-C was pressed.
    """

    def __init__(self) -> None:
        self.wished = False
        self._at_once = False
        self._main = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Interruption:
        if self._main:
            self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # After a first Ctrl-C the program is about to end in good order: a second is too late.
        # Ignored by the system, since Python takes its own handlers back while it ends.
        if self._main:
            signal.signal(signal.SIGINT, signal.SIG_IGN if self.wished else self._before)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let the first Ctrl-C raise KeyboardInterrupt inside."""
        self._at_once = True
        try:
            yield
        finally:
            self._at_once = False

    def _press(self, number: int, frame: FrameType | None) -> None:
        first, self.wished = not self.wished, True
        if first and self._at_once:
            raise KeyboardInterrupt
