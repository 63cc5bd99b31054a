"""What is under a folder: audio files one after another, and what stands in the way."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from quadpred_plugin.audio.paths import is_audio_name
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.text import printable


class Stamp(NamedTuple):
    """What tells cheaply that a file may have changed.

    Attributes
    ----------
    size : int
        Bytes.
    mtime_ns : int
        Time of the last change, ns.
    """

    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Found:
    """A track, or a folder that wasn't looked into.

    Attributes
    ----------
    file : str
        Path below the root.
    obstacle : str or None
        Why it can't be heard, a sentence less its subject.
    """

    file: str
    obstacle: str | None = None


def find_tracks(root: str, excluded: str | None = None) -> Iterator[Found]:
    """Go through a folder and its folders, hidden ones left out.

    Files with the suffixes of audio are found, in each folder by name. Links to files are
    followed where they stay under the root; links to folders are not, since what is under the
    root is found in its own place. Links that lead out of the root, and folders that can't be
    read, are obstacles. No more is held than the names of one folder and of folders to come.

    Parameters
    ----------
    root : str
    excluded : str, optional
        A folder not to look into: where results go.

    Raises
    ------
    AudioError
        If the root can't be read.
    """
    inside = os.path.join(os.path.realpath(root), "")
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            names, links, below = _read_folder(os.path.join(root, folder))
        except OSError as error:
            if not folder:
                raise AudioError(f"The folder {root} can't be read: {error.strerror}.") from error
            yield Found(folder, f"is a folder that can't be read: {error.strerror}.")
            continue
        for name in names:
            file = os.path.join(folder, name)
            yield Found(file, _way_out(os.path.join(root, file), inside) if name in links else None)
        for name in sorted(below, reverse=True):
            path = os.path.join(root, folder, name)
            if name not in links:
                if excluded is None or not _is_same(path, excluded):
                    folders.append(os.path.join(folder, name))
            elif obstacle := _way_out(path, inside):
                yield Found(os.path.join(folder, name), obstacle)


def read_stamp(path: str) -> Stamp | None:
    """Return the stamp of a regular file, or None where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _read_folder(path: str) -> tuple[list[str], set[str], list[str]]:
    """Return the names of audio files, sorted, those of links, and those of folders."""
    files: list[str] = []
    links: set[str] = set()
    folders: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            is_folder = entry.is_dir()
            if is_folder or is_audio_name(entry.name):
                (folders if is_folder else files).append(entry.name)
                if entry.is_symlink():
                    links.add(entry.name)
    return sorted(files), links, folders


def _way_out(link: str, inside: str) -> str | None:
    target = os.path.realpath(link)
    if os.path.join(target, "").startswith(inside):
        return None
    return f"is a link that leads out of the collection, to {printable(target)}."


def _is_same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False
