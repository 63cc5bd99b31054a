"""The file of a track on this machine: its own, or a temporary copy of one at an address."""

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from quadpred_plugin.audio.unreadable import MISSING, cannot_fetch
from quadpred_plugin.batch.tracks import Stamp, read_stamp
from quadpred_plugin.errors import AudioError, OutputError
from quadpred_plugin.system.addresses import BLOCK_BYTES, DiskFullError, Place, is_address
from quadpred_plugin.system.text import printable


@dataclass(frozen=True)
class Source:
    """The file of a track, to be read.

    Attributes
    ----------
    path : str
        Of a local file.
    stamp : Stamp or None
        Size and time before it was read; None if there is no such file.
    sha256 : str or None
        Of its content; None if it can't be read.
    problem : str or None
        Why there is no copy of it, as in `audio.unreadable`.
    """

    path: str
    stamp: Stamp | None = None
    sha256: str | None = None
    problem: str | None = None


@contextmanager
def open_source(root: str, file: str, staging: str) -> Iterator[Source]:
    """Open the file of a track until the end of the ``with`` statement.

    Parameters
    ----------
    root : str
        Folder or address of the collection.
    file : str
        Path of the track below it.
    staging : str
        Folder of the run for a copy of a track at an address, which the next run removes if this
        process is killed. Where it doesn't exist, on another machine, the folder for temporary
        files is used.

    Yields
    ------
    source : Source

    Raises
    ------
    AudioError
        If the collection doesn't exist on this machine.
    OutputError
        If a copy can't be written.
    """
    if not is_address(root):
        yield _local_source(root, file)
        return
    place = Place(root)
    parent = staging if os.access(staging, os.W_OK) else gettempdir()
    try:
        with TemporaryDirectory(
            prefix="quadpred-", dir=parent, ignore_cleanup_errors=True
        ) as folder:
            path = Path(folder, f"track{Path(file).suffix}")
            yield _copied(place, file, path)
    except DiskFullError as error:
        raise OutputError(
            f"A copy of {printable(file)} can't be written to {parent}: {error.strerror}. It needs "
            "space for one track per process: make some, and run the same command again."
        ) from error


def _copied(place: Place, file: str, path: Path) -> Source:
    try:
        with path.open("wb") as stream:
            entry, sha256 = place.copy_here(file, stream)
    except DiskFullError:
        raise
    except FileNotFoundError:
        return Source(str(path), problem=MISSING)
    except OSError as error:
        return Source(str(path), problem=cannot_fetch(error))
    return Source(str(path), Stamp(entry.size, entry.changed_ns), sha256)


def _local_source(root: str, file: str) -> Source:
    path = os.path.join(root, file)
    stamp = read_stamp(path)
    if stamp is None and not os.path.isdir(root):
        raise AudioError(
            f"The folder {root} doesn't exist on {socket.gethostname()}: every worker needs "
            "the collection under the same path."
        )
    return Source(path, stamp, _digest(path) if stamp is not None else None)


def _digest(path: str) -> str | None:
    """Return the SHA-256 of a file, or None if it can't be read; decoding reports the cause."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
