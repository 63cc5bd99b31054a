"""Read a table of quadrants, of ratings of files, or of ratings over time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.curves import Curve
from quadpred_plugin.evaluation.deam_table import long_rows, sample_columns
from quadpred_plugin.evaluation.rating_cells import (
    FILE,
    QUADRANT,
    TIME,
    Scale,
    TableRow,
    number,
    quadrant_index,
    text,
)
from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.system.csv_files import read_csv
from quadpred_plugin.system.text import printable


@dataclass(frozen=True)
class RatedFile:
    """What a table says of one file.

    Attributes
    ----------
    name : str
        As in the table.
    line : int
        The first line that names it.
    group : str
        The group that it is drawn with; empty without groups.
    quadrant : int or None
        0 to 3; None without a label.
    ratings : dict of float
        By dimension, -1..1: mean over the file's rows, if the table has no times.
    curves : dict of Curve
        By dimension: mean of the rows of each time, if the table has times.
    """

    name: str
    line: int
    group: str = ""
    quadrant: int | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)


@dataclass(frozen=True)
class RatingsTable:
    """A table of labels or ratings.

    Attributes
    ----------
    path : Path
    files : tuple of RatedFile
        In the order of the table; each has a quadrant, a rating or a curve.
    """

    path: Path
    files: tuple[RatedFile, ...]

    @property
    def needs_curves(self) -> bool:
        """Whether any file has ratings over time."""
        return any(one.curves for one in self.files)

    @property
    def needs_file_values(self) -> bool:
        """Whether any file has a quadrant or ratings of the whole file."""
        return any(one.ratings or one.quadrant is not None for one in self.files)


def read_ratings_table(
    path: Path,
    scale: tuple[float, float] | None = None,
    group: str | None = None,
    dimension: str | None = None,
) -> RatingsTable:
    """Read a csv file of labels, ratings, ratings over time, or of DEAM's form.

    Parameters
    ----------
    path : Path
        With the columns ``file`` and ``quadrant``, ``arousal`` or ``valence``, and for
        ratings over time ``time``; or ``song_id`` and ``sample_15000ms`` and so on. Case and
        spaces around names don't matter; other columns are ignored. Empty cells are missing.
    scale : (float, float), optional
        The lowest and the highest rating, which become -1 and 1. Without it ratings must be
        in -1..1.
    group : str, optional
        Column of the groups of files.
    dimension : {'arousal', 'valence'}, optional
        What a file of DEAM's form rates; by its name if None.

    Raises
    ------
    QuadpredError
        If the table can't be read, lacks a column or has no rows; if a cell isn't a quadrant,
        a number in range or a time; or if rows contradict each other.
    """
    read = [(line, _plain_names(path, row)) for line, row in read_csv(path)]
    header = tuple(read[0][1])
    samples = sample_columns(header)
    to_ratings = Scale(scale)
    _check_columns(path, header, group, bool(samples), dimension)
    rows: Iterable[TableRow] = (TableRow(path, line, row) for line, row in read)
    if samples:
        rows = long_rows(path, list(rows), samples, dimension)
    elif not {QUADRANT, *DIMENSIONS} & set(header):
        raise QuadpredError(
            f"{path} has nothing to compare with: it needs a column quadrant, arousal or valence."
        )
    by_name: dict[str, list[TableRow]] = {}
    for row in rows:
        by_name.setdefault(text(row, FILE), []).append(row)
    files = [
        _rated_file(name, several, to_ratings, group and group.strip().lower())
        for name, several in by_name.items()
    ]
    return RatingsTable(path, tuple(files))


def _plain_names(path: Path, row: Mapping[str, str]) -> dict[str, str]:
    plain: dict[str, str] = {}
    for name, value in row.items():
        word = name.strip().lower()
        if word and word in plain:
            raise QuadpredError(f"{path} has two columns {word}: rename or remove one of them.")
        plain[word] = value
    return plain


def _check_columns(
    path: Path, header: Sequence[str], group: str | None, deam: bool, dimension: str | None
) -> None:
    if deam:
        if "song_id" not in header and FILE not in header:
            raise QuadpredError(f"{path} lacks the column song_id, which names the files.")
    elif FILE not in header:
        raise QuadpredError(
            f"{path} lacks the column file; it has {', '.join(header)}. Separate columns by commas."
        )
    elif dimension is not None:
        raise QuadpredError(
            f"{path} has no columns such as sample_15000ms: --dimension is for DEAM's tables."
        )
    elif TIME in header and not set(DIMENSIONS) & set(header):
        raise QuadpredError(f"{path} has times, but no column arousal or valence.")
    if group is not None and group.strip().lower() not in header:
        raise QuadpredError(f"{path} lacks the column {group} of --group.")


def _rated_file(name: str, rows: Sequence[TableRow], scale: Scale, group: str | None) -> RatedFile:
    first = rows[0]
    quadrants = {index for row in rows if (index := quadrant_index(row)) is not None}
    groups = {text(row, group) for row in rows} if group else {""}
    for found, words in ((quadrants, QUADRANT), (groups, group or "")):
        if len(found) > 1:
            raise QuadpredError(
                f"{first.path} gives {printable(name)} more than one {words}; the first of its "
                f"rows is line {first.line}."
            )
    ratings: dict[str, float] = {}
    curves: dict[str, Curve] = {}
    timed = TIME in first.cells
    times = np.array([_time(row) for row in rows]) if timed else np.zeros(len(rows))
    for dimension in DIMENSIONS:
        if dimension not in first.cells:
            continue
        values = np.array([scale.rating(row, dimension) for row in rows])
        given = ~np.isnan(values)
        if not given.any():
            continue
        if timed:
            curves[dimension] = _mean_curve(times[given], values[given])
        else:
            ratings[dimension] = float(values[given].mean())
    if not (quadrants or ratings or curves):
        raise QuadpredError(f"{first.place}: {printable(name)} has no label and no rating.")
    return RatedFile(
        name, first.line, groups.pop(), quadrants.pop() if quadrants else None, ratings, curves
    )


def _time(row: TableRow) -> float:
    time = number(row, TIME)
    if np.isnan(time):
        raise QuadpredError(f"{row.place}: the time is missing.")
    if time < 0:
        raise QuadpredError(f"{row.place}: a time is {time:g} s, and times aren't negative.")
    return time


def _mean_curve(times: NDArray[np.float64], values: NDArray[np.float64]) -> Curve:
    """Return the mean of the values of each time, such as those of several listeners."""
    distinct, places = np.unique(times, return_inverse=True)
    return Curve(distinct, np.bincount(places, values) / np.bincount(places))
