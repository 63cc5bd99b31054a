"""The 4Q audio emotion dataset: 900 clips of about 30 s, 225 a quadrant."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from quadpred_plugin.training.datasets.csv_table import read_rows
from quadpred_plugin.training.datasets.labels import TABLE, read_labels
from quadpred_plugin.training.datasets.track import Dataset, Track, merge_groups

NAME = "4q"
FULL_BAND_TABLE = "fullband.csv"
"""Clips with what lies above 8 kHz, as users' files have it; a part of the dataset."""

_SAME_RECORDINGS = (
    ("MT0002161109", "MT0033415296"),
    ("MT0000523076", "MT0000941301"),
)


def read_tracks(folder: Path) -> list[Track]:
    """Read the clips from ``labels.csv``; artists who share a recording are one group."""
    return merge_groups(read_labels(folder / TABLE, NAME), _SAME_RECORDINGS)


def full_band_tracks(tracks: Iterable[Track], folder: Path) -> list[Track]:
    """Return those clips of which there is a full-band file, with its path.

    Raises
    ------
    QuadpredError
        If ``fullband.csv`` is missing or lacks a column.
    """
    table = folder / FULL_BAND_TABLE
    files = {row["clip"]: folder / row["path"] for row in read_rows(table, ("clip", "path"))}
    return [replace(track, path=files[track.name]) for track in tracks if track.name in files]


def best_tracks(folder: Path) -> list[Track]:
    """Read the clips, with the path of the full-band file where there is one."""
    tracks = read_tracks(folder)
    if not (folder / FULL_BAND_TABLE).exists():
        return tracks
    full_band = {track.name: track for track in full_band_tracks(tracks, folder)}
    return [full_band.get(track.name, track) for track in tracks]


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
