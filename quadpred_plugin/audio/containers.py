"""Open audio containers with FFmpeg, whatever their names, tags and damage."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

# Part of FFmpeg's message (libavformat/demux.c).
_GUESS = "Estimating duration from bitrate"
_one_at_a_time = threading.Lock()


def open_container(content: BinaryIO, **settings: Any) -> Any:
    """Open an audio container with FFmpeg.

    Parameters
    ----------
    content : binary file
        An open file, not its name: FFmpeg would take ``http://…`` or ``a:b`` for a
        protocol and needs names in UTF-8. It stays open. A file without ``seek``, such as a
        pipe, is read sequentially.
    **settings
        Further arguments of ``av.open``.

    Returns
    -------
    container : av.container.InputContainer
        The caller closes it.

    Raises
    ------
    av.FFmpegError, ValueError
        If FFmpeg doesn't recognise a container.
    """
    import av

    # PyAV 19 and newer replace bytes of tags that aren't UTF-8 by default.
    errors = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
    file = _Content(content) if hasattr(content, "seek") else content
    return av.open(file, **errors, **settings)


def open_and_check_length(content: BinaryIO, **settings: Any) -> tuple[Any, bool]:
    """Open an audio container, and ask whether its length is a guess.

    Parameters
    ----------
    content : binary file
        As for `open_container`.
    **settings
        Further arguments of ``av.open``.

    Returns
    -------
    container : av.container.InputContainer
        The caller closes it.
    guessed : bool
        Whether its duration is a guess from bit rate and size, as the header has none.

    Raises
    ------
    av.FFmpegError, ValueError
        If FFmpeg doesn't recognise a container.
    """
    # PyAV doesn't pass on how FFmpeg found the length; a message tells.
    with _one_at_a_time, _messages() as messages:
        container = open_container(content, **settings)
    return container, any(_GUESS in text for _, _, text in messages)


@contextmanager
def _messages() -> Iterator[list[tuple[int, str, str]]]:
    """Collect FFmpeg's messages of this thread, and put back its settings, which are global."""
    import av

    level, skipped = av.logging.get_level(), av.logging.get_skip_repeated()
    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)
    try:
        with av.logging.Capture(local=True) as messages:
            yield messages
    finally:
        av.logging.set_level(level)
        av.logging.set_skip_repeated(skipped)


class _Content:
    """An open file whose ``seek`` returns -1 on errors instead of raising.

    FFmpeg seeks before the start of damaged files, and PyAV prints exceptions as tracebacks.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.read, self.tell = stream.read, stream.tell
        self._seek = stream.seek

    def seek(self, offset: int, whence: int) -> int:
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return -1
