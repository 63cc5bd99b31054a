"""Files at addresses, such as ``s3://bucket/music``: list, copy here, put there, remove.

fsspec knows the protocols and takes names, keys and end points from its own configuration. What
a broken connection costs is decided here: each step is tried again, then fails as an `OSError`.
"""

import errno
import hashlib
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import IO, Any, TypeVar

from quadpred_plugin.errors import InstallationError, QuadpredError
from quadpred_plugin.system.failures import describe, show_traceback

Result = TypeVar("Result")

BLOCK_BYTES = 1 << 20

# Between attempts. Libraries of protocols try again by themselves, within less time.
_WAITS_SECONDS = (0.5, 2.0)
_ATTEMPTS = len(_WAITS_SECONDS) + 1

# They would be the same at the next attempt.
_LASTING = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")

# Names that file systems of fsspec have for the time of the last change.
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")


@dataclass(frozen=True)
class Entry:
    """A file or a folder at an address.

    Attributes
    ----------
    name : str
        Last part of its address.
    is_folder : bool
    size : int
        Bytes; 0 if it isn't known.
    changed_ns : int
        Time of the last change, ns; 0 if it isn't known.
    """

    name: str
    is_folder: bool
    size: int
    changed_ns: int


def is_address(name: str) -> bool:
    """Return whether a name is an address, such as ``s3://bucket/music``, not a path.

    Examples
    --------
    >>> is_address("s3://bucket/music"), is_address("music/a:b")
    (True, False)
    """
    return _ADDRESS.match(name) is not None


def join(address: str, name: str) -> str:
    """Return the address of a name below an address; of an empty name, the address itself."""
    return f"{address.rstrip('/')}/{name}" if name else address


class Place:
    """A folder at an address.

    Each method raises an `OSError` with a text: `FileNotFoundError` and `PermissionError` at
    once, any other failure, such as a broken connection, at the last attempt.

    Parameters
    ----------
    address : str

    Raises
    ------
    QuadpredError
        If fsspec or the package of the protocol is missing, or the address is malformed.
    """

    def __init__(self, address: str) -> None:
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise _missing(address, error) from error
        self.address = address
        try:
            self._system, base = url_to_fs(address)
        except ImportError as error:
            raise _missing(address, error) from error
        except Exception as error:
            show_traceback(error)
            raise QuadpredError(
                f"The address {address} can't be used: {describe(error)}."
            ) from error
        self._base = str(base).rstrip("/")

    def list(self, folder: str) -> list[Entry]:
        """Return what a folder below the address contains, sorted by name."""
        path = self._path(folder)

        def read() -> list[dict[str, Any]]:
            # Another program, or an earlier attempt, may have changed it.
            self._system.invalidate_cache()
            found: list[dict[str, Any]] = self._system.ls(path or "/", detail=True)
            return found

        entries = []
        for found in tried_again(read):
            name = str(found["name"]).rstrip("/")
            # An object store may have an empty object with the name of the folder.
            if name.strip("/") != path.strip("/"):
                entries.append(_entry(name.rpartition("/")[2], found))
        return sorted(entries, key=lambda entry: entry.name)

    def find(self, file: str) -> Entry:
        """Return the size and the time of a file."""
        path = self._path(file)

        def read() -> dict[str, Any]:
            self._system.invalidate_cache()
            found: dict[str, Any] = self._system.info(path)
            return found

        return _entry(file.rpartition("/")[2], tried_again(read))

    def copy_here(self, file: str, stream: IO[bytes]) -> tuple[Entry, str]:
        """Copy a file into a local one, a block at a time.

        Parameters
        ----------
        file : str
            Path below the address.
        stream : binary stream
            Of a local file; each attempt begins at its start.

        Returns
        -------
        entry : Entry
            Size and time of what was copied.
        sha256 : str
            Of the content.
        """

        def copy() -> tuple[Entry, str]:
            stream.seek(0)
            stream.truncate()
            entry = self.find(file)
            digest, size = hashlib.sha256(), 0
            with self._system.open(self._path(file), "rb", block_size=BLOCK_BYTES) as source:
                while block := source.read(BLOCK_BYTES):
                    digest.update(block)
                    size += len(block)
                    _write_here(stream, block)
            if entry.size != size:
                raise OSError(f"{size} of {entry.size} bytes arrived")
            _write_here(stream, b"")
            return entry, digest.hexdigest()

        return tried_again(copy)

    def put(self, path: str, file: str) -> None:
        """Put a local file at the address; whoever reads there sees all of it or none.

        Parameters
        ----------
        path : str
            Of the local file.
        file : str
            Path below the address; an existing file is replaced, missing folders are made, but
            no bucket.
        """
        folder, _, name = file.rpartition("/")
        incomplete = join(folder, f".{name}") if folder else f".{name}"

        def copy() -> None:
            self._system.put_file(path, self._path(incomplete))
            size, arrived = os.path.getsize(path), self.find(incomplete).size
            if arrived != size:
                raise OSError(f"{arrived} of {size} bytes arrived")
            self._system.mv(self._path(incomplete), self._path(file))

        tried_again(copy)

    def remove(self, file: str) -> None:
        """Remove a file, if it exists."""
        with suppress(FileNotFoundError):
            tried_again(lambda: self._system.rm_file(self._path(file)))

    def _path(self, name: str) -> str:
        return f"{self._base}/{name}" if name else self._base


class DiskFullError(OSError):
    """A copy can't be written on this machine; no attempt would change that."""


def tried_again(step: Callable[[], Result]) -> Result:
    """Call a function, again if it fails, with a pause before each further attempt.

    Raises
    ------
    OSError
        If the last attempt fails, or at once if another one would be no use.
    """
    for pause in _WAITS_SECONDS:
        try:
            return step()
        except (*_LASTING, DiskFullError, QuadpredError):
            raise
        except Exception as error:
            show_traceback(error)
            time.sleep(pause)
    try:
        return step()
    except (*_LASTING, DiskFullError, QuadpredError):
        raise
    except Exception as error:
        show_traceback(error)
        raise ConnectionError(
            errno.ECONNRESET, f"{_ATTEMPTS} attempts failed, the last with {describe(error)}"
        ) from error


def _write_here(stream: IO[bytes], block: bytes) -> None:
    try:
        stream.write(block)
        if not block:
            stream.flush()
    except OSError as error:
        raise DiskFullError(error.errno, os.strerror(error.errno or errno.EIO)) from error


def _entry(name: str, found: dict[str, Any]) -> Entry:
    is_folder = found.get("type") == "directory"
    changed = next((found[key] for key in _TIMES if found.get(key) is not None), None)
    return Entry(name, is_folder, int(found.get("size") or 0), _nanoseconds(changed))


def _nanoseconds(moment: Any) -> int:
    """Return a time as a file system of fsspec states it, in ns; 0 if it states none."""
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment.replace("Z", "+00:00"))
        except ValueError:
            return 0
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        moment = moment.timestamp()
    return round(moment * 1e9) if isinstance(moment, (int, float)) else 0


def _missing(address: str, error: ImportError) -> InstallationError:
    return InstallationError(
        f"The address {address} needs more packages ({error}): pip install "
        "'quadpred-plugin[remote]'."
    )
