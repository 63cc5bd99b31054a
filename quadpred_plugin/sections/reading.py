"""Read a file of sections, and find the sections of each audio file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.sections import audacity_labels, sonic_visualiser, table, textgrid
from quadpred_plugin.sections.section import Section
from quadpred_plugin.system.text import printable

_TEXTGRID = ".textgrid"
_READERS: dict[str, Callable[[Path], list[Section]]] = {
    ".csv": table.read,
    ".txt": audacity_labels.read,
    ".svl": sonic_visualiser.read,
}


def read_sections(path: Path, tier: str | None = None) -> list[Section]:
    """Read a file of sections in the format of its suffix.

    Parameters
    ----------
    path : Path
        A .csv with columns start, end and, if wanted, label and file; a .txt of Audacity's
        labels; a .TextGrid of Praat; an .svl of Sonic Visualiser. Times are in seconds, those of
        .svl in samples.
    tier : str, optional
        Tier of a TextGrid that has several.

    Returns
    -------
    sections : list of Section
        At least one, in the file's order; they may overlap.

    Raises
    ------
    QuadpredError
        If the suffix is unknown, the file can't be read or has no sections, or a section's end
        isn't after its start.
    """
    suffix = path.suffix.lower()
    if tier is not None and suffix != _TEXTGRID:
        raise QuadpredError(f"A tier is part of a TextGrid, and {path} isn't one.")
    if suffix == _TEXTGRID:
        sections = textgrid.read(path, tier)
    elif suffix in _READERS:
        sections = _READERS[suffix](path)
    else:
        raise QuadpredError(
            f"{path} has an unknown suffix; sections are read from .csv, .txt (labels of "
            "Audacity), .TextGrid (Praat) and .svl (Sonic Visualiser)."
        )
    if not sections:
        raise QuadpredError(f"{path} has no sections.")
    return sections


def sections_by_file(
    path: Path, sections: Sequence[Section], names: Sequence[str]
) -> dict[str, tuple[Section, ...]]:
    """Return the sections of each audio file.

    A name in a column ``file`` means the audio file whose path ends in it.

    Parameters
    ----------
    path : Path
        The file of sections, for errors.
    sections : sequence of Section
    names : sequence of str
        Paths of the audio files.

    Raises
    ------
    QuadpredError
        If sections without names are given for several audio files, a name means several of
        them, or an audio file has no sections.
    """
    files = list(dict.fromkeys(names))
    if any(one.file is None for one in sections):
        if len(files) > 1:
            raise QuadpredError(
                f"{path} has the sections of one audio file, not of {len(files)}: name one, or "
                "give a csv with a column file."
            )
        return {name: tuple(sections) for name in files}
    by_name: dict[str, list[Section]] = {name: [] for name in files}
    parts = {name: _parts(name) for name in files}
    meant: dict[str, list[str]] = {}
    for section in sections:
        wanted = section.file or ""
        if wanted not in meant:
            end = _parts(wanted) if os.path.isabs(wanted) else Path(os.path.normpath(wanted)).parts
            exact = [wanted] if wanted in parts else []
            meant[wanted] = exact or [name for name in files if parts[name][-len(end) :] == end]
        if len(meant[wanted]) > 1:
            several = " and ".join(map(printable, meant[wanted][:2]))
            raise QuadpredError(
                f"In {path}, {printable(wanted)} may be {several}: write more of its path."
            )
        for name in meant[wanted]:
            by_name[name].append(section)
    for name, found in by_name.items():
        if not found:
            raise QuadpredError(f"{path} has no sections of {printable(name)}.")
    return {name: tuple(found) for name, found in by_name.items()}


def _parts(name: str) -> tuple[str, ...]:
    return Path(os.path.abspath(name)).parts
