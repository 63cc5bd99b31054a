"""The form of a label table, and what a corpus tells about itself."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANT_NAMES

COLUMNS = ("clip", "path", "quadrant", "artist_id", "fold")


@dataclass(frozen=True)
class Corpus:
    """Facts about a corpus.

    Attributes
    ----------
    name, title, citation, licence : str
    language : {'e', 'm'}
        Of the music, by which ``-m`` finds models.
    limits : tuple of str
        What a model that learned from it can't know, in sentences.
    same_recordings : tuple of pairs of str
        Clips that are one recording under two names; they may not stand on two sides of
        a split.
    """

    name: str
    title: str
    citation: str
    licence: str
    language: str = "e"
    limits: tuple[str, ...] = ()
    same_recordings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Clip:
    """One excerpt with one label.

    Attributes
    ----------
    name : str
    path : Path
    quadrant : int
        Index into `quadrants.QUADRANTS`, 0 to 3.
    artist : str
    fold : int
        Clips of one artist share a fold.
    """

    name: str
    path: Path
    quadrant: int
    artist: str
    fold: int


@dataclass(frozen=True)
class NamedFile:
    """A clip of which nothing but the audio is asked."""

    name: str
    path: Path


def read_files(table: Path) -> list[NamedFile]:
    """Read the columns clip and path of a label table.

    Raises
    ------
    QuadpredError
        If the table is missing or a column is.
    """
    rows = read_rows(table, ("clip", "path"))
    return [NamedFile(row["clip"], table.parent / row["path"]) for row in rows]


def read_clips(table: Path) -> list[Clip]:
    """Read a label table.

    A csv file with a header and at least the columns clip, path (relative to the
    table's folder), quadrant (Q1 to Q4), artist_id and fold (a whole number).

    Raises
    ------
    QuadpredError
        If the table is missing or a column or a value isn't as above.
    """
    rows = read_rows(table, COLUMNS)
    clips = []
    for line, row in enumerate(rows, 2):
        try:
            quadrant = QUADRANT_NAMES.index(row["quadrant"])
            fold = int(row["fold"])
        except ValueError as error:
            raise QuadpredError(f"Line {line} of the label table {table}: {error}.") from error
        clips.append(
            Clip(row["clip"], table.parent / row["path"], quadrant, row["artist_id"], fold)
        )
    return clips


def read_rows(table: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a csv file with a header and at least these columns.

    Raises
    ------
    QuadpredError
        If it is missing, has no rows or lacks a column.
    """
    try:
        with open(table, newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise QuadpredError(f"The label table {table} can't be read: {error.strerror}.") from error
    missing = [column for column in columns if rows and column not in rows[0]]
    if not rows or missing:
        what = f"lacks the columns {', '.join(missing)}" if missing else "has no rows"
        raise QuadpredError(f"The label table {table} {what}; it needs {', '.join(columns)}.")
    return rows
