"""Read a table of anchors: moments of a piece and their times in several recordings."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.report.time_maps import TimeMap
from quadpred_plugin.system.csv_files import Row, read_csv
from quadpred_plugin.system.text import printable

NAME = "name"


@dataclass(frozen=True)
class Anchors:
    """Moments of a piece in several recordings of it.

    Attributes
    ----------
    names : tuple of str
        What each moment is called; may be empty.
    times : ndarray of float64, shape (anchors, files)
        Seconds, ascending in each column.
    """

    names: tuple[str, ...]
    times: NDArray[np.float64]

    def time_map(self, own: int, other: int) -> TimeMap:
        """Return the map of one file's times to another's, files numbered from 0."""
        return TimeMap(self.times[:, own], self.times[:, other])


def read_anchors(path: Path, files: Sequence[str]) -> Anchors:
    """Read a csv file with a column ``name`` and a column of times for each file.

    Parameters
    ----------
    path : Path
    files : sequence of str
        A column is called like a file's path, its name, or its name without suffix.

    Returns
    -------
    anchors : Anchors
        Columns of times in the order of ``files``.

    Raises
    ------
    QuadpredError
        If the table can't be read, a column belongs to no file or to several, a file has none or
        two, or a time is missing, no number of seconds or not later than the one above it.
    """
    rows = read_csv(path, [NAME])
    columns = _columns(path, list(rows[0][1]), files)
    times = np.array([[_time(path, line, row, column) for column in columns] for line, row in rows])
    for file, (column, ascending) in enumerate(zip(columns, times.T)):
        for (line, _), step in zip(rows[1:], np.diff(ascending)):
            if step <= 0:
                raise QuadpredError(
                    f"Line {line} of {path} has a time in the column {printable(column)} that "
                    "isn't later than the one above it: the times of "
                    f"{printable(files[file])} must increase."
                )
    return Anchors(tuple(printable(row[NAME].strip()) for _, row in rows), times)


def _columns(path: Path, header: list[str], files: Sequence[str]) -> list[str]:
    """Return the column of each file."""
    found: dict[str, str] = {}
    for column in header:
        if column == NAME:
            continue
        file = _file_of(path, column, files)
        if file in found:
            raise QuadpredError(
                f"{path} has two columns of {printable(file)}: {printable(found[file])} and "
                f"{printable(column)}."
            )
        found[file] = column
    for file in files:
        if file not in found:
            raise QuadpredError(
                f"{path} has no column of {printable(file)}: add one that is called "
                f"{printable(os.path.basename(file))}, with the file's times in seconds."
            )
    return [found[file] for file in files]


def _file_of(path: Path, column: str, files: Sequence[str]) -> str:
    wanted = column.strip()
    for kind in (str, os.path.basename, lambda name: Path(name).stem):
        matching = {file for file in files if kind(file) == wanted}
        if len(matching) > 1:
            raise QuadpredError(
                f"The column {printable(column)} of {path} belongs to several files: call it as "
                "the file is named on the command line, with its folders."
            )
        if matching:
            return matching.pop()
    raise QuadpredError(
        f"{path} has a column {printable(column)}, which is none of the files: "
        f"{printable(', '.join(map(os.path.basename, files)))}."
    )


def _time(path: Path, line: int, row: Row, column: str) -> float:
    text = row[column].strip()
    if not text:
        raise QuadpredError(
            f"Line {line} of {path} has no time in the column {printable(column)}: an anchor needs "
            "a time in every file."
        )
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise QuadpredError(
            f"Line {line} of {path} has '{printable(text)}' in the column {printable(column)}: "
            "give a time in seconds, such as 83.5."
        )
    return seconds
