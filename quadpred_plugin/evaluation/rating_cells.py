"""Cells of a table of ratings: names, quadrants, numbers, scales."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANT_NAMES

FILE, TIME, QUADRANT = "file", "time", "quadrant"

# How far a rating may be out of its scale by the rounding of decimals.
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class TableRow:
    """A row of a table.

    Attributes
    ----------
    path : Path
        The table.
    line : int
        From 1.
    cells : mapping of str to str
        By column, whose name is in lower case.
    """

    path: Path
    line: int
    cells: Mapping[str, str]

    @property
    def place(self) -> str:
        """Beginning of a sentence about the row."""
        return f"Line {self.line} of {self.path}"


@dataclass(frozen=True)
class Scale:
    """Scale of ratings.

    Attributes
    ----------
    limits : (float, float) or None
        The numbers that become -1 and 1; None if ratings are in -1..1 already.
    """

    limits: tuple[float, float] | None

    def rating(self, row: TableRow, column: str) -> float:
        """Return a cell's rating, -1..1; NaN if the cell is empty.

        Raises
        ------
        QuadpredError
            If it isn't a number of the scale.
        """
        value = number(row, column)
        low, high = self.limits or (-1.0, 1.0)
        reach = _TOLERANCE * (high - low)
        if value < low - reach or value > high + reach:
            way_out = (
                "--scale LOW,HIGH maps another scale, such as --scale 1,9"
                if self.limits is None
                else "--scale names the lowest and the highest possible rating"
            )
            raise QuadpredError(
                f"{row.place}: {column} is {value:g}, not in {low:g} to {high:g}; {way_out}."
            )
        return value if self.limits is None else 2 * (value - low) / (high - low) - 1


def text(row: TableRow, column: str) -> str:
    """Return a cell that must not be empty, without spaces around it.

    Raises
    ------
    QuadpredError
        If it is empty.
    """
    value = row.cells[column].strip()
    if not value:
        raise QuadpredError(f"{row.place}: the {column} is missing.")
    return value


def number(row: TableRow, column: str) -> float:
    """Return a cell's number; NaN if the cell is empty.

    Raises
    ------
    QuadpredError
        If it isn't a finite number.
    """
    value = row.cells[column].strip()
    if not value:
        return math.nan
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise QuadpredError(
            f"{row.place}: {column} is {value!r}, not a number; leave the cell of a missing "
            "rating empty."
        )
    return found


def quadrant_index(row: TableRow) -> int | None:
    """Return the index of a row's quadrant, 0 to 3; None without one.

    Raises
    ------
    QuadpredError
        If it isn't Q1 to Q4.
    """
    value = row.cells.get(QUADRANT, "").strip()
    if not value:
        return None
    if value.upper() not in QUADRANT_NAMES:
        raise QuadpredError(
            f"{row.place}: the quadrant is {value!r}; quadrants are {', '.join(QUADRANT_NAMES)}."
        )
    return QUADRANT_NAMES.index(value.upper())
