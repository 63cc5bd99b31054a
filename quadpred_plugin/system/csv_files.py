"""Read csv files that users make, with errors that name the file and the line."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.failures import failures_as

Row = dict[str, str]


def read_csv(path: Path, needed: Sequence[str] = ()) -> list[tuple[int, Row]]:
    """Read a csv file with a header and at least one row.

    Parameters
    ----------
    path : Path
        UTF-8 text with or without a byte order mark, separated by commas.
    needed : sequence of str
        Required columns; others are kept.

    Returns
    -------
    rows : list of (int, dict)
        The line in which a row ends, from 1, and its values by column.

    Raises
    ------
    QuadpredError
        If the file is missing, isn't csv, has no rows, lacks a column or has one twice, or if a
        row has another number of values than the header.
    """
    with failures_as(lambda problem: QuadpredError(f"{path} can't be read: {problem}.")):
        try:
            # Spreadsheet programs write a byte order mark before the first column's name.
            with open(path, newline="", encoding="utf-8-sig") as stream:
                reader = csv.DictReader(stream, strict=True)
                header = reader.fieldnames or []
                rows = [(reader.line_num, row) for row in reader]
        except UnicodeDecodeError as error:
            raise QuadpredError(f"{path} isn't UTF-8 text: save it as csv in UTF-8.") from error
        except csv.Error as error:
            raise QuadpredError(f"{path} isn't valid csv: {error}.") from error
    missing = [name for name in needed if name not in header]
    if missing:
        raise QuadpredError(
            f"{path} lacks the columns {', '.join(missing)}; separate columns by commas."
        )
    twice = [name for name, times in Counter(header).items() if name.strip() and times > 1]
    if twice:
        raise QuadpredError(f"{path} has two columns {twice[0]}: rename or remove one of them.")
    if not rows:
        raise QuadpredError(f"{path} has no rows below its header.")
    for line, row in rows:
        if None in row or None in row.values():
            raise QuadpredError(
                f"Line {line} of {path} has another number of values than the header."
            )
    return rows
