"""Atomic writes: a file is complete or absent. Names that fit file systems."""

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

_MAXIMUM_SUFFIX_BYTES = 16
# Maximum length of a file name on all common file systems.
_MAXIMUM_NAME_BYTES = 255


def write_atomically(path: Path, write: Callable[[IO[Any]], Any], text: bool = False) -> None:
    """Write a file under a temporary name in the same folder, then rename it.

    Parameters
    ----------
    path : Path
        Destination path; an existing file is replaced.
    write : callable
        Called with the open stream.
    text : bool
        Whether the stream takes text instead of bytes: UTF-8, with undecodable bytes of file
        names unchanged.

    Raises
    ------
    OutputError
        If the folder can't be written, the disk is full, or the path is a device or a pipe.
        No partial file is left.
    """
    modes: dict[str, Any] = (
        {"mode": "w", "encoding": "utf-8", "errors": "surrogateescape", "newline": ""}
        if text
        else {"mode": "wb"}
    )
    if path.exists() and not path.is_file():
        # Renaming would replace a device by a file; for root, even /dev/null.
        raise OutputError(f"{path} exists and is not a regular file.")
    temporary = None
    try:
        # Not derived from the file's name, which may have the maximum length.
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
    """Change a copy of a file, then replace the file by the copy.

    The copy gets the file's permissions, extended attributes and, if the system allows it,
    owner; the modification time is new. For a symbolic link, its target is replaced. Of
    several hard links only this one is replaced; the others keep the old content.

    Parameters
    ----------
    path : Path
    change : callable
        Called with the copy's path.
    before_rename : callable
        Called when the copy is complete and on the disk.

    Raises
    ------
    OutputError
        If the file is write-protected, was changed by another program meanwhile, or can't
        be written. It is then unchanged.
    """
    path = Path(os.path.realpath(path))
    temporary = None
    try:
        before = os.stat(path)
        if not before.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
            path, os.W_OK
        ):
            raise OutputError(f"{path} is write-protected.")
        # With the same suffix: some readers identify formats by it.
        ending = path.suffix if len(os.fsencode(path.suffix)) <= _MAXIMUM_SUFFIX_BYTES else ""
        handle, temporary = tempfile.mkstemp(ending, ".quadpred-", path.parent)
        os.close(handle)
        shutil.copyfile(path, temporary)
        change(Path(temporary))
        _copy_metadata(path, before, temporary)
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


def _copy_metadata(path: Path, status: os.stat_result, copy: str) -> None:
    """Copy owner, permissions and extended attributes of a file to its copy."""
    with suppress(PermissionError):
        os.chown(copy, status.st_uid, status.st_gid)
    shutil.copystat(path, copy)
    os.utime(copy)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def name_that_fits(name: str, suffix: str) -> str:
    """Append a suffix to a name; a name that gets too long is cut and ends with a digest.

    Parameters
    ----------
    name : str
        Name of an audio file, without folders.
    suffix : str
        With its dot.

    Returns
    -------
    file_name : str
        At most 255 bytes, the limit of common file systems.
    """
    encoded = os.fsencode(name)
    if len(encoded) + len(suffix) <= _MAXIMUM_NAME_BYTES:
        return name + suffix
    # No audio suffix begins with a tilde, so no other file has this name.
    ending = f"~{hashlib.sha256(encoded).hexdigest()[:32]}"
    kept = encoded[: _MAXIMUM_NAME_BYTES - len(suffix) - len(ending)]
    return _decode_cut_name(kept) + ending + suffix


def _decode_cut_name(encoded: bytes) -> str:
    """Decode the start of a name without a partial character at its end."""
    for end in range(len(encoded), max(len(encoded) - 4, 0), -1):
        try:
            return encoded[:end].decode()
        except UnicodeDecodeError:
            continue
    return os.fsdecode(encoded)
