"""Files that are either whole or not there."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from quadpred_plugin.errors import OutputError


def write_atomically(path: Path, write: Callable[[IO[Any]], Any], text: bool = False) -> None:
    """Write a file under a temporary name beside it, then rename.

    Parameters
    ----------
    path : Path
        Where the file shall be; an existing one is replaced.
    write : callable
        Called with the open stream.
    text : bool
        Whether the stream takes text (UTF-8, names byte-exact) rather than bytes.

    Raises
    ------
    OutputError
        If the folder can't be written or the disk is full; no part of a file is left.
    """
    modes: dict[str, Any] = (
        {"mode": "w", "encoding": "utf-8", "errors": "surrogateescape", "newline": ""}
        if text
        else {"mode": "wb"}
    )
    if path.exists() and not path.is_file():
        # A rename would put a file in the place of a device, as root even of /dev/null.
        raise OutputError(f"{path} is there, and not a regular file.")
    temporary = None
    try:
        # A name of its own rather than one made of the file's, which may be as long as names get.
        handle, temporary = tempfile.mkstemp(prefix=".quadpred-", dir=path.parent)
        with os.fdopen(handle, **modes) as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError):
            reason = error.strerror or error
            raise OutputError(f"{path} can't be written: {reason}.") from error
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
