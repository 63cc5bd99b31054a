"""Which audio files a list of paths means, and where the result of each goes."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from quadpred_plugin.audio.decoding import AUDIO_SUFFIXES
from quadpred_plugin.errors import AudioError
from quadpred_plugin.system.files import name_that_fits
from quadpred_plugin.system.text import printable


def read_list(path: str, null: bool) -> list[str]:
    """Read the paths that a file names.

    Parameters
    ----------
    path : str
        ``-`` is standard input.
    null : bool
        Whether each path ends with NUL rather than with a line.

    Returns
    -------
    names : list of str
        As bytes of the system, whatever their encoding; empty ones left out. Relative ones
        are meant from the current folder.

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
    return [os.fsdecode(name) for name in names if name]


def expand_paths(paths: Sequence[str], recursive: bool) -> tuple[list[str], list[str]]:
    """Replace each folder by the audio files in it.

    Parameters
    ----------
    paths : sequence of str
        Files are kept whatever their name; of folders, files with the suffixes of audio,
        sorted by name, hidden ones left out.
    recursive : bool
        Whether to look in the folders' folders too.

    Returns
    -------
    names : list of str
        In the order given. A folder that gives no file stands for itself.
    fruitless : list of str
        The folders among them that gave no file.
    """
    names: list[str] = []
    fruitless = []
    for path in paths:
        if not os.path.isdir(path):
            names.append(path)
            continue
        found = _audio_files(path, recursive)
        if not found:
            fruitless.append(path)
        names += found or [path]
    return names, fruitless


def _audio_files(folder: str, recursive: bool) -> list[str]:
    found = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".")) * recursive
        found += [os.path.join(parent, name) for name in sorted(files) if is_audio_name(name)]
    return found


def is_audio_name(name: str) -> bool:
    """Whether a file of that name is heard where its folder was asked for."""
    return Path(name).suffix.lower() in AUDIO_SUFFIXES and not name.startswith(".")


def output_paths(names: Sequence[str], folder: Path, suffix: str) -> list[Path]:
    """Name one output file for each audio file, no two alike.

    ``song.mp3`` becomes ``song`` with the suffix. Where that would name several files of
    the run, each keeps its own suffix and its folders below the one that all have in
    common: ``album/song.mp3.npz``. A name that is given twice keeps one output.
    """
    absolute = [os.path.abspath(name) for name in names]
    common = os.path.commonpath([os.path.dirname(name) for name in absolute]) if names else ""
    chosen = {whole: name_that_fits(Path(whole).stem, suffix) for whole in absolute}
    while True:
        taken = Counter(name.casefold() for name in chosen.values())
        crowded = [whole for whole, name in chosen.items() if taken[name.casefold()] > 1]
        longer = {whole: _below(common, whole, suffix) for whole in crowded}
        if all(chosen[whole] == name for whole, name in longer.items()):
            return [folder / chosen[whole] for whole in absolute]
        chosen |= longer


def _below(common: str, whole: str, suffix: str) -> str:
    folder, name = os.path.split(os.path.relpath(whole, common))
    return os.path.join(folder, name_that_fits(name, suffix))
