"""The table ``labels.csv`` of labelled clips: name, file, quadrant, artist and fold."""

from pathlib import Path

from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.training.datasets.csv_table import quadrant_index, read_rows, whole_number
from quadpred_plugin.training.datasets.track import Track

TABLE = "labels.csv"
COLUMNS = ("clip", "path", "quadrant", "artist_id", "fold")


def read_labels(table: Path, dataset: str) -> list[Track]:
    """Read a label table.

    A csv file with a header and at least the columns clip, path (relative to the table's
    folder), quadrant (Q1 to Q4), artist_id and fold (a whole number).

    Parameters
    ----------
    table : Path
    dataset : str
        Name of the dataset.

    Raises
    ------
    QuadpredError
        If the table is missing or a column or a value isn't as above.
    """
    return [
        Track(
            dataset,
            row["clip"],
            table.parent / row["path"],
            quadrant_index(row),
            row["artist_id"],
            whole_number(row, "fold", line, table),
        )
        for line, row in enumerate(read_rows(table, COLUMNS, {"quadrant": QUADRANT_NAMES}), 2)
    ]


def read_unlabelled(table: Path, dataset: str) -> list[Track]:
    """Read names and files alone: the columns clip and path of a table.

    Raises
    ------
    QuadpredError
        If the table is missing or lacks a column.
    """
    return [
        Track(dataset, row["clip"], table.parent / row["path"])
        for row in read_rows(table, ("clip", "path"))
    ]
