"""Open audio containers with FFmpeg, whatever their names, tags and damage."""

from typing import Any, BinaryIO


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
