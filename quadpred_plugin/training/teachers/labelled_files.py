"""What the teacher learns from: labelled clips, each perhaps heard in several renders."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.training.datasets import CORPORA, read_clips

FOLDS = 5
RENDER_COLUMNS = ("clip", "path", "soundfont", "part", "song_id", "quadrant")


@dataclass(frozen=True)
class Example:
    """One audio file with one label.

    Attributes
    ----------
    name : str
        Unique within its corpus: the clip's, for a render ``<clip>@<soundfont>``.
    path : Path
    corpus : str
        ``4q`` or ``emopia``.
    quadrant : int
        Index into `quadrants.QUADRANTS`, 0 to 3.
    group : str
        The artist or song. No teacher labels a group that it was fitted on.
    fold : int or None
        4Q's fold; None for EMOPIA, which has parts instead.
    part : str
        EMOPIA's ``train`` or ``val``; ``train`` for 4Q, whose folds take turns.
    """

    name: str
    path: Path
    corpus: str
    quadrant: int
    group: str
    fold: int | None
    part: str

    @property
    def clip(self) -> str:
        """The clip's name, the same for all its renders."""
        return self.name.split("@")[0]

    @property
    def soundfont(self) -> str | None:
        """The soundfont of a render; None for a recording."""
        return self.name.split("@")[1] if "@" in self.name else None


def read_fourq(folder: Path) -> list[Example]:
    """Read 4Q's examples; artists of whom one recording is held in common are one group."""
    clips = read_clips(folder / "labels.csv")
    artist = {clip.name: clip.artist for clip in clips}
    merged: dict[str, str] = {}
    for first, second in CORPORA["4q"].same_recordings:
        if first in artist and second in artist:
            merged[artist[second]] = merged.get(artist[first], artist[first])
    return [
        Example(
            clip.name,
            clip.path,
            "4q",
            clip.quadrant,
            f"artist {merged.get(clip.artist, clip.artist)}",
            clip.fold,
            "train",
        )
        for clip in clips
    ]


def read_renders(table: Path) -> list[Example]:
    """Read the renders of EMOPIA's clips.

    Parameters
    ----------
    table : Path
        A csv file with the columns clip, path (relative to the table's folder, or
        absolute), soundfont, part (train or val), song_id and quadrant (Q1 to Q4).

    Raises
    ------
    QuadpredError
        If the table can't be read, lacks a column, or has a value that isn't as above.
    """
    try:
        with open(table, newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise QuadpredError(f"The list of renders {table} can't be read: {error}.") from error
    if not rows or not set(RENDER_COLUMNS) <= set(rows[0]):
        raise QuadpredError(
            f"The list of renders {table} needs rows with {', '.join(RENDER_COLUMNS)}."
        )
    for line, row in enumerate(rows, 2):
        if row["quadrant"] not in QUADRANT_NAMES or row["part"] not in ("train", "val"):
            raise QuadpredError(
                f"Line {line} of the list of renders {table}: a quadrant is one of "
                f"{', '.join(QUADRANT_NAMES)}, a part train or val."
            )
    return [
        Example(
            f"{row['clip']}@{row['soundfont']}",
            table.parent / row["path"],
            "emopia",
            QUADRANT_NAMES.index(row["quadrant"]),
            f"song {row['song_id']}",
            None,
            row["part"],
        )
        for row in rows
    ]


def train_part(examples: Sequence[Example], test_fold: int | None) -> list[Example]:
    """Return what a teacher of a fold may learn from: none of its test clips, no val song.

    Seven of EMOPIA's songs have one clip in the training part and others in the validation
    part; those seven clips are left out.

    Parameters
    ----------
    examples : sequence of Example
    test_fold : int or None
        None for the teacher of the final models, which has no test fold.
    """
    kept = {one.group for one in examples if one.part == "val"}
    return [
        one
        for one in examples
        if one.group not in kept and (one.fold is None or one.fold != test_fold)
    ]


def test_part(examples: Sequence[Example], test_fold: int) -> list[Example]:
    """Return a fold's test clips, less those whose recording is in another fold too."""
    twins = {a: b for a, b in CORPORA["4q"].same_recordings}
    twins |= {b: a for a, b in CORPORA["4q"].same_recordings}
    elsewhere = {one.name for one in examples if one.fold not in (None, test_fold)}
    return [
        one for one in examples if one.fold == test_fold and twins.get(one.name) not in elsewhere
    ]


def inner_folds(examples: Sequence[Example], folds: int, seed: int) -> NDArray[np.int64]:
    """Deal examples into folds by group, each corpus and quadrant evenly.

    Parameters
    ----------
    examples : sequence of Example
    folds : int
    seed : int

    Returns
    -------
    numbers : ndarray of int, shape (examples,)
        0 to folds - 1; the examples of a group have one number.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    corpora = np.array([one.corpus for one in examples])
    quadrants = np.array([one.quadrant for one in examples])
    groups = np.array([one.group for one in examples])
    numbers = np.empty(len(examples), dtype=np.int64)
    for corpus in np.unique(corpora):
        (rows,) = np.nonzero(corpora == corpus)
        dealer = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        parts = dealer.split(rows, quadrants[rows], groups[rows])
        for number, (_, inside) in enumerate(parts):
            numbers[rows[inside]] = number
    return numbers
