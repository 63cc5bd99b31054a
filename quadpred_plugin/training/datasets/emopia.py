"""EMOPIA's training and validation parts: clips of pop piano as MIDI, labelled by quadrant."""

from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.training.datasets.table import Corpus, read_rows

PARTS = ("train", "val")
COLUMNS = ("clip", "path", "song_id", "quadrant", "part")

EMOPIA = Corpus(
    name="emopia",
    title="EMOPIA",
    citation=(
        "H.-T. Hung, J. Ching, S. Doh, N. Kim, J. Nam, Y.-H. Yang, EMOPIA: a multi-modal pop "
        "piano dataset for emotion recognition and emotion-based music generation, ISMIR 2021"
    ),
    licence="CC BY-NC-SA 4.0",
)


@dataclass(frozen=True)
class Score:
    """One clip, as notes.

    Attributes
    ----------
    name : str
    path : Path
        Of the MIDI file.
    song : str
        Clips of one song share it.
    quadrant : int
        Index into `quadrants.QUADRANTS`, 0 to 3.
    part : {'train', 'val'}
    """

    name: str
    path: Path
    song: str
    quadrant: int
    part: str


def read_scores(table: Path) -> list[Score]:
    """Read EMOPIA's ``labels.csv``.

    Raises
    ------
    QuadpredError
        If the table is missing or a column or a value isn't as expected.
    """
    rows = read_rows(table, COLUMNS)
    scores = []
    for line, row in enumerate(rows, 2):
        if row["quadrant"] not in QUADRANT_NAMES or row["part"] not in PARTS:
            raise QuadpredError(
                f"Line {line} of the label table {table}: a quadrant is one of "
                f"{', '.join(QUADRANT_NAMES)}, a part {' or '.join(PARTS)}."
            )
        quadrant = QUADRANT_NAMES.index(row["quadrant"])
        path = table.parent / row["path"]
        scores.append(Score(row["clip"], path, row["song_id"], quadrant, row["part"]))
    return scores
