"""Words for ranges of arousal and valence, from a table that a user makes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.system.csv_files import Row, read_csv
from quadpred_plugin.system.text import printable

COLUMNS = ("words", *(f"{name}_{end}" for name in DIMENSIONS for end in ("from", "to")))

_LOWEST, _HIGHEST = -1.0, 1.0
_WHOLE = (_LOWEST, _HIGHEST)


@dataclass(frozen=True)
class WordRange:
    """Words for a range of arousal, of valence, or of both.

    Attributes
    ----------
    words : str
    arousal, valence : (float, float), or None
        Lowest value, which is within the range, and highest value, which is within it only if
        it is 1; None for a range of the other dimension alone.
    """

    words: str
    arousal: tuple[float, float] | None
    valence: tuple[float, float] | None

    @property
    def dimensions(self) -> tuple[bool, bool]:
        """Whether it is about arousal, and whether it is about valence."""
        return self.arousal is not None, self.valence is not None

    @property
    def sides(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Range of each dimension; the whole one for a dimension that it isn't about."""
        return self.arousal or _WHOLE, self.valence or _WHOLE

    def contains(self, arousal: float, valence: float) -> bool:
        """Whether a pair of values, each -1..1, is in the range."""
        return all(
            low <= value and (value < high or high == _HIGHEST)
            for value, (low, high) in zip((arousal, valence), self.sides, strict=True)
        )


@dataclass(frozen=True)
class WordRanges:
    """Ranges that give each pair of arousal and valence its words.

    Attributes
    ----------
    ranges : tuple of WordRange
        Those about arousal alone, about valence alone and about both each cover every value
        once.

    Raises
    ------
    ValueError
        If there is a gap or an overlap.
    """

    ranges: tuple[WordRange, ...]

    def __post_init__(self) -> None:
        for kind in self._kinds():
            _check_cover([one for one in self.ranges if one.dimensions == kind])

    def _kinds(self) -> list[tuple[bool, bool]]:
        return list(dict.fromkeys(one.dimensions for one in self.ranges))

    def words_for(self, arousal: float, valence: float) -> str:
        """Return the words for a pair of values, each -1..1.

        Returns
        -------
        words : str
            Joined by a comma if the table has several kinds of ranges.
        """
        # Rounded to the decimals of exports, so that a row's own numbers give its words.
        pair = [min(max(round(value, 6), _LOWEST), _HIGHEST) for value in (arousal, valence)]
        return ", ".join(one.words for one in self.ranges if one.contains(*pair))


def _check_cover(ranges: list[WordRange]) -> None:
    """Check that ranges of one kind cover the plane once.

    Raises
    ------
    ValueError
    """
    import numpy as np

    borders = [
        sorted({*_WHOLE, *(border for one in ranges for border in one.sides[dimension])})
        for dimension in range(len(DIMENSIONS))
    ]
    counts = np.zeros([len(one) - 1 for one in borders], dtype=int)
    for one in ranges:
        (bottom, top), (left, right) = (
            map(all_borders.index, side) for all_borders, side in zip(borders, one.sides)
        )
        counts[bottom:top, left:right] += 1
    for row, column in np.argwhere(counts != 1).tolist():
        arousal, valence = borders[0][row : row + 2], borders[1][column : column + 2]
        found = [one for one in ranges if one.contains(arousal[0], valence[0])]
        place = " and ".join(
            f"{name} {low:g} to {high:g}"
            for name, (low, high), is_about in zip(
                DIMENSIONS, (arousal, valence), ranges[0].dimensions, strict=True
            )
            if is_about
        )
        if not found:
            raise ValueError(f"no words are given for {place}: add a row.")
        both = " and ".join(f"'{printable(one.words)}'" for one in found[:2])
        raise ValueError(f"{both} overlap at {place}: change one of them.")


def read_word_ranges(path: Path) -> WordRanges:
    """Read a table of words.

    Parameters
    ----------
    path : Path
        A csv with the columns ``COLUMNS``: words, and the ranges of arousal and valence, each
        -1 to 1. Both cells of a dimension are empty in a row about the other one alone.

    Returns
    -------
    ranges : WordRanges

    Raises
    ------
    QuadpredError
        If it can't be read, has other columns, a value that isn't a number from -1 to 1, a row
        without words or without a range, or ranges with gaps or overlaps.
    """
    rows = read_csv(path, COLUMNS)
    _refuse_other_columns(path, rows[0][1])
    ranges = tuple(_read_row(path, line, row) for line, row in rows)
    try:
        return WordRanges(ranges)
    except ValueError as error:
        raise QuadpredError(f"In {path}, {error}") from error


def _refuse_other_columns(path: Path, names: Iterable[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise QuadpredError(
            f"{path} has an unknown column '{printable(unknown[0])}'; known columns are "
            f"{', '.join(COLUMNS)}."
        )


def _read_row(path: Path, line: int, row: Row) -> WordRange:
    words = row["words"].strip()
    if not words:
        raise QuadpredError(f"Line {line} of {path} has no words.")
    arousal, valence = (_read_side(path, line, row, name) for name in DIMENSIONS)
    if arousal is None and valence is None:
        raise QuadpredError(f"Line {line} of {path} has no range, neither arousal nor valence.")
    return WordRange(words, arousal, valence)


def _read_side(path: Path, line: int, row: Row, dimension: str) -> tuple[float, float] | None:
    cells = [row[f"{dimension}_{end}"].strip() for end in ("from", "to")]
    if not any(cells):
        return None
    try:
        low, high = map(float, cells)
    except ValueError:
        low = high = float("nan")
    if not _LOWEST <= low < high <= _HIGHEST:
        raise QuadpredError(
            f"Line {line} of {path}: {dimension} must go from a number to a larger one, both from "
            f"-1 to 1, not from '{printable(cells[0])}' to '{printable(cells[1])}'."
        )
    return low, high
