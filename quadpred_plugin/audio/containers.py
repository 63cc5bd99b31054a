"""Opening audio files with FFmpeg: any name, any bytes in the tags, any place asked for."""

from typing import Any, BinaryIO


def open_container(content: BinaryIO, **settings: Any) -> Any:
    """Open an audio file with FFmpeg.

    Parameters
    ----------
    content : binary file
        The open file, rather than its name: FFmpeg would take ``http://…`` or ``a:b`` for a
        protocol and needs names to be UTF-8. It stays open. One without ``seek``, such as a
        pipe, is read from front to end.
    **settings
        What ``av.open`` takes besides.

    Returns
    -------
    av.container.InputContainer
        To be closed by the caller.

    Raises
    ------
    av.FFmpegError, ValueError
        If FFmpeg knows no container in it.
    """
    import av

    av.logging.set_level(av.logging.PANIC)
    # From version 19 on PyAV takes tags that aren't UTF-8 without being asked.
    asked = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
    file = _Content(content) if hasattr(content, "seek") else content
    return av.open(file, **asked, **settings)


class _Content:
    """An open file for FFmpeg, which asks damaged files for places before their beginning.

    PyAV would print a traceback of the exception.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.read, self.tell = stream.read, stream.tell
        self._seek = stream.seek

    def seek(self, offset: int, whence: int) -> int:
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return -1
