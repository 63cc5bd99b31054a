"""A template for a new dataset of the training code.

Copy it to ``quadpred_plugin/training/datasets/``, adapt it, add it to ``DATASETS`` there, and
add a tiny folder of it to ``tests/training/datasets/tiny.py``: the tests of all datasets then
cover it. For labels in the usual table, ``labels.read_labels`` does all of the reading.
"""

from pathlib import Path

from quadpred_plugin.training.datasets.csv_table import read_rows
from quadpred_plugin.training.datasets.track import Dataset, Track

NAME = "template"
_QUADRANTS = {"happy": 0, "angry": 1, "sad": 2, "calm": 3}


def read_tracks(folder: Path) -> list[Track]:
    """Read the tracks from ``annotations.csv``.

    Raises
    ------
    QuadpredError
        If the table is missing or a column or a value isn't as expected.
    """
    table = folder / "annotations.csv"
    rows = read_rows(table, ("id", "file", "mood", "performer"), {"mood": tuple(_QUADRANTS)})
    return [
        Track(
            NAME,
            row["id"],
            folder / row["file"],
            _QUADRANTS[row["mood"]],
            # Tracks of one group are never on two sides of a split.
            group=row["performer"],
        )
        for row in rows
    ]


TEMPLATE = Dataset(
    name=NAME,
    title="Name of the dataset, as its paper writes it",
    citation="Authors, title, venue, year",
    licence="Licence of the recordings and of the annotations",
    read=read_tracks,
    limits=("A sentence on what a model trained on it can't know.",),
)
