"""Files that are either whole or not there."""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from quadpred_plugin.errors import OutputError

_LONGEST_SUFFIX = 16
# Longest name of a file in bytes, on all common file systems.
_LONGEST_NAME = 255


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


def change_atomically(
    path: Path, change: Callable[[Path], None], before_rename: Callable[[], None]
) -> None:
    """Change a copy of a file, then put it in the file's place.

    Permissions, extended attributes and, where the system allows it, the owner are the
    former file's; the time of modification is new. A symbolic link stays one: the file that
    it leads to is replaced. Of several hard links the one that is named is replaced, the
    others keep the former content.

    Parameters
    ----------
    path : Path
    change : callable
        Called with the copy's path.
    before_rename : callable
        Called when the copy is whole and on the disk.

    Raises
    ------
    OutputError
        If the file is write-protected, is changed by somebody else meanwhile, or can't be
        written; it is then as it was.
    """
    path = Path(os.path.realpath(path))
    temporary = None
    try:
        before = os.stat(path)
        if not before.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
            path, os.W_OK
        ):
            raise OutputError(f"{path} is write-protected.")
        # With the same ending, which tells readers of some kinds what a file is.
        ending = path.suffix if len(os.fsencode(path.suffix)) <= _LONGEST_SUFFIX else ""
        handle, temporary = tempfile.mkstemp(ending, ".quadpred-", path.parent)
        os.close(handle)
        shutil.copyfile(path, temporary)
        change(Path(temporary))
        _take_over(path, before, temporary)
        with open(temporary, "rb") as stream:
            os.fsync(stream.fileno())
        now = os.stat(path)
        if (now.st_ino, now.st_size, now.st_mtime_ns) != (
            before.st_ino,
            before.st_size,
            before.st_mtime_ns,
        ):
            raise OutputError(f"{path} was changed by another program meanwhile.")
        before_rename()
        os.replace(temporary, path)
    except BaseException as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise OutputError(f"{path} can't be written: {error.strerror or error}.") from error
        raise


def _take_over(path: Path, status: os.stat_result, copy: str) -> None:
    """Give a copy the owner, permissions and extended attributes of a file."""
    with suppress(PermissionError):
        os.chown(copy, status.st_uid, status.st_gid)
    shutil.copystat(path, copy)
    os.utime(copy)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def name_that_fits(name: str, suffix: str) -> str:
    """Put a suffix after a name; one that would be too long is cut, with a digest instead.

    Parameters
    ----------
    name : str
        Of a file of audio, without folders.
    suffix : str
        With its dot.

    Returns
    -------
    whole : str
        At most 255 bytes, as file systems take.
    """
    encoded = os.fsencode(name)
    if len(encoded) + len(suffix) <= _LONGEST_NAME:
        return name + suffix
    # What follows the tilde is no suffix of audio, so no other file has this name.
    ending = f"~{hashlib.sha256(encoded).hexdigest()[:32]}"
    kept = encoded[: _LONGEST_NAME - len(suffix) - len(ending)]
    return _whole_characters(kept) + ending + suffix


def _whole_characters(encoded: bytes) -> str:
    """Decode a name, less a character at its end that was cut in two."""
    for end in range(len(encoded), max(len(encoded) - 4, 0), -1):
        try:
            return encoded[:end].decode()
        except UnicodeDecodeError:
            continue
    return os.fsdecode(encoded)
