"""Expand lists and folders to audio files, and name an output for each."""

import codecs
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from quadpred_plugin.audio.suffixes import AUDIO_SUFFIXES
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.files import name_that_fits
from quadpred_plugin.system.text import printable

PLAYLIST_SUFFIXES = (".m3u", ".m3u8")


def read_list(path: str, null: bool) -> list[str]:
    """Read a list of paths from a file.

    Parameters
    ----------
    path : str
        File of the list; ``-`` is standard input.
    null : bool
        Whether paths end with NUL instead of a line break.

    Returns
    -------
    names : list of str
        The paths, decoded as the system's file names; empty ones are left out. Relative
        paths start from the current folder. In a playlist (.m3u or .m3u8), they start from the
        playlist's folder, and comments are left out.

    Raises
    ------
    AudioError
        If the list can't be read.
    """
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except (OSError, ValueError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        raise AudioError(f"The list {printable(path)} can't be read: {reason}.") from error
    if null:
        names = content.split(b"\0")
    else:
        names = [line.removesuffix(b"\r") for line in content.split(b"\n")]
    if Path(path).suffix.lower() in PLAYLIST_SUFFIXES and not null:
        folder = os.fsencode(os.path.dirname(path))
        names[0] = names[0].removeprefix(codecs.BOM_UTF8)
        names = [os.path.join(folder, name) for name in names if name and name[:1] != b"#"]
    return [os.fsdecode(name) for name in names if name]


def expand_paths(
    paths: Sequence[str], recursive: bool
) -> tuple[list[str], list[str], Counter[str]]:
    """Replace each folder by its audio files.

    Parameters
    ----------
    paths : sequence of str
        Files are kept, whatever their name. A folder is replaced by its files with an
        audio suffix, sorted by name, without hidden ones.
    recursive : bool
        Whether to include subfolders.

    Returns
    -------
    names : list of str
        In the order given. A folder without audio files is kept.
    empty_folders : list of str
        Folders without audio files.
    left_out : Counter of str
        Number of other files in the folders by suffix, without hidden ones.
    """
    names: list[str] = []
    empty_folders = []
    left_out: Counter[str] = Counter()
    for path in paths:
        if not os.path.isdir(path):
            names.append(path)
            continue
        found = _audio_files(path, recursive, left_out)
        if not found:
            empty_folders.append(path)
        names += found or [path]
    return names, empty_folders, left_out


def _audio_files(folder: str, recursive: bool, left_out: Counter[str]) -> list[str]:
    found = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".")) * recursive
        found += [os.path.join(parent, name) for name in sorted(files) if is_audio_name(name)]
        count_left_out(files, left_out)
    return found


def count_subfolders(paths: Iterable[str]) -> int:
    """Return the number of folders directly in those that are given, without hidden ones."""
    number = 0
    for path in paths:
        with suppress(OSError), os.scandir(path) as entries:
            number += sum(entry.is_dir() and not entry.name.startswith(".") for entry in entries)
    return number


def is_audio_name(name: str) -> bool:
    """Return whether a file of that name counts as audio when its folder is expanded."""
    return os.path.splitext(name)[1].lower() in AUDIO_SUFFIXES and not name.startswith(".")


def count_left_out(names: Iterable[str], left_out: Counter[str]) -> None:
    """Count the files by suffix that don't count as audio, without hidden ones.

    Parameters
    ----------
    names : iterable of str
        Names of files.
    left_out : Counter of str
        Numbers by suffix, in lower case; empty for none.
    """
    left_out.update(
        Path(name).suffix.lower()
        for name in names
        if not is_audio_name(name) and not name.startswith(".")
    )


def output_paths(names: Sequence[str], folder: Path, suffix: str) -> list[Path]:
    """Return a distinct output path for each audio file.

    ``song.mp3`` becomes ``song`` with the suffix. If several files would get the same name,
    each of them keeps its own suffix and its folders below the common folder of all files:
    ``album/song.mp3.npz``. A file that is given twice has one output.

    Parameters
    ----------
    names : sequence of str
        Paths of the audio files.
    folder : Path
        Folder of the outputs.
    suffix : str
        Suffix of the outputs, with its dot.

    Returns
    -------
    paths : list of Path
        In the order of the names.
    """
    absolute = [os.path.abspath(name) for name in names]
    common = os.path.commonpath([os.path.dirname(name) for name in absolute]) if names else ""
    chosen = {path: name_that_fits(Path(path).stem, suffix) for path in absolute}
    while True:
        taken = Counter(name.casefold() for name in chosen.values())
        ambiguous = [path for path, name in chosen.items() if taken[name.casefold()] > 1]
        longer = {path: _name_below(common, path, suffix) for path in ambiguous}
        if all(chosen[path] == name for path, name in longer.items()):
            return [folder / chosen[path] for path in absolute]
        chosen |= longer


def _name_below(common: str, path: str, suffix: str) -> str:
    folder, name = os.path.split(os.path.relpath(path, common))
    return os.path.join(folder, name_that_fits(name, suffix))
