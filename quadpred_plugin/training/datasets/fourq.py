"""The 4Q audio emotion dataset: 900 clips of about 30 s, 225 a quadrant."""

from pathlib import Path

from quadpred_plugin.training.datasets.labels import TABLE, read_labels
from quadpred_plugin.training.datasets.track import Dataset, Track, merge_groups

NAME = "4q"
_SAME_RECORDINGS = (
    ("MT0002161109", "MT0033415296"),
    ("MT0000523076", "MT0000941301"),
)


def read_tracks(folder: Path) -> list[Track]:
    """Read the clips from ``labels.csv``; artists who share a recording are one group."""
    return merge_groups(read_labels(folder / TABLE, NAME), _SAME_RECORDINGS)


FOUR_Q = Dataset(
    name=NAME,
    title="4Q audio emotion data set",
    citation=(
        "R. Panda, R. Malheiro, R. P. Paiva, Novel audio features for music emotion "
        "recognition, IEEE Transactions on Affective Computing, 2018"
    ),
    licence=(
        "Excerpts of third parties' recordings, shared for research. Weights trained on "
        "them: CC BY-NC-SA 4.0"
    ),
    read=read_tracks,
    limits=(
        "Trained on 30 s excerpts of Western popular recordings of one collection; other styles, "
        "solo instruments and piano above all, are outside of its training data.",
        "Labels came from editors' mood tags of whole songs, checked by listeners: they describe "
        "what music expresses to them, not what a listener feels, and nothing of single seconds.",
    ),
    same_recordings=_SAME_RECORDINGS,
)
