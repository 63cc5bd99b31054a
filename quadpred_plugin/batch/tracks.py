"""Find the audio files below a folder or an address, and links and folders not to be followed."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from quadpred_plugin.audio.paths import count_left_out, is_audio_name
from quadpred_plugin.audio.unreadable import cannot_list, outside_link
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.addresses import Place, is_address


class Stamp(NamedTuple):
    """Size and time of a file; a change of either means that the content may have changed.

    Attributes
    ----------
    size : int
        Size, bytes.
    mtime_ns : int
        Time of the last change, ns.
    """

    size: int
    mtime_ns: int


@dataclass(frozen=True)
class FoundTrack:
    """A track, or a folder that can't be read.

    Attributes
    ----------
    file : str
        Path below the root.
    problem : str or None
        Why it can't be analysed, as in `audio.unreadable`.
    stamp : Stamp or None
        Size and time, where the list of the folder has them: at an address.
    """

    file: str
    problem: str | None = None
    stamp: Stamp | None = None


def find_tracks(
    root: str,
    excluded: str | None = None,
    left_out: Counter[str] | None = None,
    places: Sequence[str] = (),
) -> Iterator[FoundTrack]:
    """Find the audio files in a folder and its subfolders, except hidden ones.

    Files with the suffixes of audio are found, in each folder sorted by name. Links to files
    are followed if they stay below the root or lead into a place that is named; links to folders
    below the root are not, since such a folder is found in its own place. Links that lead
    elsewhere, and folders that can't be read, have a problem. Only the names of one folder and of
    the folders to come are in memory, and the targets of links to folders.

    Parameters
    ----------
    root : str
        A folder, or the address of one, where links don't exist.
    excluded : str, optional
        A folder to leave out: the folder of results.
    left_out : Counter of str, optional
        Takes the number of files without a suffix of audio, by suffix.
    places : sequence of str
        Folders outside of the root into which links are followed. A folder in them is entered by
        one link only, the first that is found, and never from within itself.

    Raises
    ------
    AudioError
        If the root can't be read.
    """
    if is_address(root):
        yield from _find_at(Place(root), Counter() if left_out is None else left_out)
        return
    links_of = _Links(root, places)
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            names, links, below, others = _read_folder(os.path.join(root, folder))
        except OSError as error:
            if not folder:
                raise AudioError(f"The folder {root} can't be read: {error.strerror}.") from error
            yield FoundTrack(folder, cannot_list(error))
            continue
        if left_out is not None:
            count_left_out(others, left_out)
        inside = os.path.join(folder, "")
        for name in names:
            file = inside + name
            is_link = name in links
            yield FoundTrack(file, links_of.problem(os.path.join(root, file)) if is_link else None)
        entered = []
        for name in sorted(below):
            path = os.path.join(root, folder, name)
            if name not in links or links_of.enters(path):
                if excluded is None or not _is_same(path, excluded):
                    entered.append(os.path.join(folder, name))
            elif problem := links_of.problem(path):
                yield FoundTrack(os.path.join(folder, name), problem)
        folders += reversed(entered)


def _find_at(place: Place, left_out: Counter[str]) -> Iterator[FoundTrack]:
    """Find the audio files below an address, as `find_tracks` does below a folder."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = place.list(folder)
        except OSError as error:
            if not folder:
                reason = error.strerror or "there is no such folder"
                raise AudioError(f"The address {place.address} can't be read: {reason}.") from error
            yield FoundTrack(folder, cannot_list(error))
            continue
        # Object stores have names that no folder on a disk can have.
        entries = [entry for entry in entries if entry.name and not entry.name.startswith(".")]
        files = [entry for entry in entries if not entry.is_folder]
        count_left_out([entry.name for entry in files], left_out)
        for entry in files:
            if is_audio_name(entry.name):
                stamp = Stamp(entry.size, entry.changed_ns)
                yield FoundTrack(os.path.join(folder, entry.name), stamp=stamp)
        below = [os.path.join(folder, entry.name) for entry in entries if entry.is_folder]
        folders += reversed(below)


def read_stamp(path: str) -> Stamp | None:
    """Return the stamp of a regular file, or None if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _read_folder(path: str) -> tuple[list[str], set[str], list[str], list[str]]:
    """Return the names of audio files, sorted, of links, of folders and of other files."""
    files: list[str] = []
    links: set[str] = set()
    folders: list[str] = []
    others: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            is_folder = entry.is_dir()
            if is_folder or is_audio_name(entry.name):
                (folders if is_folder else files).append(entry.name)
                if entry.is_symlink():
                    links.add(entry.name)
            else:
                others.append(entry.name)
    return sorted(files), links, folders, others


class _Links:
    """Decides which links of a collection are followed.

    Parameters
    ----------
    root : str
    places : sequence of str
        Folders outside of the root into which links are followed.
    """

    def __init__(self, root: str, places: Sequence[str]) -> None:
        self._root = os.path.realpath(root)
        self._places = [os.path.realpath(place) for place in places]
        self._entered: set[str] = set()

    def problem(self, link: str) -> str | None:
        """Return why a link isn't followed, if it leads out of the root and all places."""
        target = os.path.realpath(link)
        if any(_is_below(target, folder) for folder in (self._root, *self._places)):
            return None
        return outside_link(target)

    def enters(self, link: str) -> bool:
        """Return whether a link to a folder is to be entered, and remember that it is."""
        target = os.path.realpath(link)
        if _is_below(target, self._root) or target in self._entered:
            return False
        if not any(_is_below(target, place) for place in self._places):
            return False
        if _is_below(os.path.realpath(os.path.dirname(link)), target):
            return False
        self._entered.add(target)
        return True


def _is_below(path: str, folder: str) -> bool:
    return os.path.join(path, "").startswith(os.path.join(folder, ""))


def _is_same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False
