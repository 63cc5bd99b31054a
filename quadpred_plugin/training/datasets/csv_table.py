"""Read csv tables of datasets, with errors that name the table, the line and the column."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANT_NAMES


def read_rows(
    table: Path, columns: Sequence[str], allowed: Mapping[str, Sequence[str]] | None = None
) -> list[dict[str, str]]:
    """Read a csv file with a header and at least the given columns.

    Parameters
    ----------
    table : Path
        UTF-8.
    columns : sequence of str
        Required columns; others are kept.
    allowed : dict of sequence of str, optional
        Allowed values by column.

    Raises
    ------
    QuadpredError
        If the table is missing, has no rows, lacks a column, or has a value that isn't
        allowed.
    """
    try:
        with open(table, newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise QuadpredError(f"The table {table} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise QuadpredError(f"The table {table} isn't UTF-8: {error}.") from error
    missing = [column for column in columns if rows and column not in rows[0]]
    if not rows or missing:
        problem = f"lacks the columns {', '.join(missing)}" if missing else "has no rows"
        raise QuadpredError(f"The table {table} {problem}; it needs {', '.join(columns)}.")
    for line, row in enumerate(rows, 2):
        for column, values in (allowed or {}).items():
            if row[column] not in values:
                raise QuadpredError(
                    f"Line {line} of the table {table}: {column} is '{row[column]}', but must be "
                    f"one of {', '.join(values)}."
                )
    return rows


def quadrant_index(row: Mapping[str, str]) -> int:
    """Return the index, 0 to 3, of a row's ``quadrant``, which is Q1 to Q4."""
    return QUADRANT_NAMES.index(row["quadrant"])


def whole_number(row: Mapping[str, str], column: str, line: int, table: Path) -> int:
    """Return a whole number from a row.

    Raises
    ------
    QuadpredError
        If the value is none.
    """
    try:
        return int(row[column])
    except (TypeError, ValueError) as error:
        raise QuadpredError(
            f"Line {line} of the table {table}: {column} is '{row[column]}', but must be a whole "
            "number."
        ) from error


def number(row: Mapping[str, str], column: str, line: int, table: Path) -> float:
    """Return a number from a row; ``nan`` is one, infinity isn't.

    Raises
    ------
    QuadpredError
        If the value is none.
    """
    try:
        value = float(row[column])
        if math.isinf(value):
            raise ValueError
        return value
    except (TypeError, ValueError) as error:
        raise QuadpredError(
            f"Line {line} of the table {table}: {column} is '{row[column]}', but must be a number."
        ) from error
