"""EMOPIA's training and validation parts: clips of pop piano as MIDI, labelled by quadrant."""

from collections.abc import Iterable
from pathlib import Path

from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.training.datasets.csv_table import quadrant_index, read_rows
from quadpred_plugin.training.datasets.labels import TABLE
from quadpred_plugin.training.datasets.track import Dataset, Track

NAME = "emopia"
COLUMNS = ("clip", "path", "song_id", "quadrant", "part")
RENDER_COLUMNS = ("clip", "path", "soundfont", "part", "song_id", "quadrant")
PART_NAMES = {"train": "train", "validation": "val"}
"""Values of the tables' column ``part``, by `Track.part`."""

_PARTS = {written: part for part, written in PART_NAMES.items()}
_ALLOWED = {"quadrant": QUADRANT_NAMES, "part": tuple(_PARTS)}


def read_tracks(folder: Path) -> list[Track]:
    """Read the MIDI clips from ``labels.csv``.

    Raises
    ------
    QuadpredError
        If the table is missing or a column or a value isn't as expected.
    """
    table = folder / TABLE
    return [_track(row, row["clip"], table) for row in read_rows(table, COLUMNS, _ALLOWED)]


def read_renders(table: Path) -> list[Track]:
    """Read the rendered clips.

    Parameters
    ----------
    table : Path
        ``renders.csv``, as ``quadpred train render`` writes it: clip, path (relative to
        the table's folder, or absolute), soundfont (label of the rendition), part (train or
        val), song_id and quadrant.

    Raises
    ------
    QuadpredError
        If the table is missing or a column or a value isn't as expected.
    """
    return [
        _track(row, f"{row['clip']}@{row['soundfont']}", table)
        for row in read_rows(table, RENDER_COLUMNS, _ALLOWED)
    ]


def without_validation_songs(tracks: Iterable[Track]) -> list[Track]:
    """Return the training part, without songs that have clips in the validation part.

    Seven of EMOPIA's songs have one clip in the training part and others in the validation
    part; those seven clips are left out.
    """
    tracks = list(tracks)
    validation = {track.group for track in tracks if track.part == "validation"}
    return [track for track in tracks if track.group not in validation]


def _track(row: dict[str, str], name: str, table: Path) -> Track:
    return Track(
        NAME,
        name,
        table.parent / row["path"],
        quadrant_index(row),
        row["song_id"],
        part=_PARTS[row["part"]],
    )


EMOPIA = Dataset(
    name=NAME,
    title="EMOPIA",
    citation=(
        "H.-T. Hung, J. Ching, S. Doh, N. Kim, J. Nam, Y.-H. Yang, EMOPIA: a multi-modal pop "
        "piano dataset for emotion recognition and emotion-based music generation, ISMIR 2021"
    ),
    licence="CC BY-NC-SA 4.0",
    read=read_tracks,
)
