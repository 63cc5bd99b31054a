"""Which audio file, or which result, a name in a table means."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.audio.paths import is_audio_name
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.ratings_table import RatedFile, RatingsTable
from quadpred_plugin.system.text import printable


@dataclass(frozen=True)
class Matches:
    """Files of a table, and what they are compared with.

    Attributes
    ----------
    found : dict of RatedFile
        By path of the audio file or source of the result, in the table's order.
    missing : tuple of RatedFile
        Named in the table, and without a file or a result.
    unrated : tuple of str
        Audio files or results without a row, sorted.
    """

    found: Mapping[str, RatedFile]
    missing: tuple[RatedFile, ...]
    unrated: tuple[str, ...]


def match_audio(table: RatingsTable, folder: Path) -> Matches:
    """Find the audio files of a table in a folder.

    A name is a path from the folder. If there is no such file, the audio file there of which
    it is the name without extension counts. Audio without a row is looked for in the folder
    and in those of the files that are found.

    Raises
    ------
    QuadpredError
        If several audio files have a name with different extensions, or two names mean the
        same file.
    """
    candidates: dict[str, list[str]] = {}

    def audio_in(parent: str) -> list[str]:
        if parent not in candidates:
            candidates[parent] = _audio_files(parent)
        return candidates[parent]

    def options(name: str) -> list[str]:
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(path):
            return [path]
        parent, stem = os.path.split(path)
        return [one for one in audio_in(parent) if Path(one).stem == stem]

    found, missing = _match(table, options)
    parents = {os.path.dirname(path) for path in (os.path.join(folder, "name"), *found)}
    every = {path for parent in parents for path in audio_in(os.path.normpath(parent))}
    return Matches(found, missing, tuple(sorted(every - found.keys())))


def match_results(table: RatingsTable, sources: Sequence[str]) -> Matches:
    """Find the results of a table's files.

    A name means the result whose path ends in it, or which is the end of it: ``joy/song.mp3``
    means that of ``/music/joy/song.mp3`` and that of ``song.mp3``. If there is none,
    extensions are left out.

    Parameters
    ----------
    table : RatingsTable
    sources : sequence of str
        Paths of the audio files, from the results.

    Raises
    ------
    QuadpredError
        If a name means several results, a result is given twice, or two names mean the same
        result.
    """
    by_end: dict[str, list[str]] = {}
    whole: dict[str, list[str]] = {}
    for source, times in Counter(map(os.path.normpath, sources)).items():
        if times > 1:
            raise QuadpredError(f"The results have {printable(source)} more than once.")
        names = {source, os.path.splitext(source)[0]}
        for name in names:
            whole.setdefault(name, []).append(source)
        for end in {end for name in names for end in _ends(name)}:
            by_end.setdefault(end, []).append(source)

    def options(name: str) -> list[str]:
        path = os.path.normpath(name)
        bare = os.path.splitext(path)[0] if is_audio_name(os.path.basename(path)) else path
        for variant in dict.fromkeys((path, bare)):
            ends = [whole[end] for end in _ends(variant) if end in whole]
            for found in (whole.get(variant), by_end.get(variant), *ends):
                if found:
                    return found
        return []

    found, missing = _match(table, options)
    every = {os.path.normpath(source) for source in sources}
    return Matches(found, missing, tuple(sorted(every - found.keys())))


def _match(
    table: RatingsTable, options: Callable[[str], list[str]]
) -> tuple[dict[str, RatedFile], tuple[RatedFile, ...]]:
    found: dict[str, RatedFile] = {}
    missing = []
    for one in table.files:
        paths = options(one.name)
        place = f"Line {one.line} of {table.path}"
        if len(paths) > 1:
            several = " and ".join(map(printable, sorted(paths)))
            raise QuadpredError(
                f"{place}: {printable(one.name)} may be {several}; write more of its path, or its "
                "extension."
            )
        if not paths:
            missing.append(one)
        elif paths[0] in found:
            raise QuadpredError(
                f"{place}: {printable(one.name)} is the file of line {found[paths[0]].line} too."
            )
        else:
            found[paths[0]] = one
    return found, tuple(missing)


def _ends(path: str) -> list[str]:
    """Return the whole path, then what remains of it without its first folders."""
    parts = [part for part in path.split(os.sep) if part not in ("", os.pardir)]
    return [path, *(os.sep.join(parts[place:]) for place in range(len(parts)))]


def _audio_files(folder: str) -> list[str]:
    """Return the normalised paths of the audio files in a folder, without subfolders."""
    try:
        with os.scandir(folder or os.curdir) as entries:
            names = sorted(one.name for one in entries if is_audio_name(one.name) and one.is_file())
    except (OSError, ValueError):
        # No folder, or a name that no folder can have.
        return []
    return [os.path.normpath(os.path.join(folder, name)) for name in names]
