"""Ctrl-C that leaves no partial row or file."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TypeVar

Item = TypeVar("Item")


class Interruption:
    """Context in which Ctrl-C waits while results are written and acts at once in between.

    It has no effect outside of the main thread, where signals can't be handled.

    Attributes
    ----------
    requested : bool
        Whether Ctrl-C was pressed.
    cut_short : bool
        Whether it ended an iteration of `iterate` early.
    """

    def __init__(self) -> None:
        self.requested = False
        self.cut_short = False
        self._immediate = False
        self._main = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Interruption:
        if self._main:
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # After a first Ctrl-C the program is already ending, so a second one is ignored. The
        # system ignores it, since Python removes its own handlers while it exits.
        if self._main:
            signal.signal(signal.SIGINT, signal.SIG_IGN if self.requested else self._before)

    def iterate(self, source: Generator[Item, None, None]) -> Iterator[Item]:
        """Yield the items of a generator until its end or Ctrl-C, which closes the generator.

        Ctrl-C acts at once while an item is computed, otherwise before the next item.
        """
        while not self.requested:
            try:
                with self.immediate():
                    item = next(source, None)
            except KeyboardInterrupt:
                break
            if item is None:
                return
            yield item
        self.cut_short = True
        source.close()

    @contextmanager
    def immediate(self) -> Iterator[None]:
        """Raise KeyboardInterrupt inside on the first Ctrl-C."""
        self._immediate = True
        try:
            yield
        finally:
            self._immediate = False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        first, self.requested = not self.requested, True
        if first and self._immediate:
            raise KeyboardInterrupt
