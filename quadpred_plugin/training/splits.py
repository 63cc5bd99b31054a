"""Train, validation and test splits without a common artist, song or speaker."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.track import Dataset, Track


@dataclass(frozen=True)
class Split:
    """Three parts of a dataset without a common group or recording."""

    train: list[Track]
    validation: list[Track]
    test: list[Track]


def hold_out(tracks: Sequence[Track], share: float, seed: int) -> list[bool]:
    """Choose groups at random, and return which tracks are theirs.

    Parameters
    ----------
    tracks : sequence of Track
    share : float
        Share of the groups, 0..1; 0 chooses none.
    seed : int

    Returns
    -------
    chosen : list of bool
        One a track.

    Raises
    ------
    QuadpredError
        If no group would be left.
    """
    from sklearn.model_selection import GroupShuffleSplit

    chosen = [False] * len(tracks)
    groups = [track.group for track in tracks]
    if share <= 0 or not tracks:
        return chosen
    count = max(1, round(share * len(set(groups))))
    if count >= len(set(groups)):
        raise QuadpredError(
            f"No track is left to train on: the tracks are of {len(set(groups))} groups (artists, "
            f"songs or speakers), of which {share:.0%} are held out. More groups, or another "
            "validation_share, help."
        )
    splitter = GroupShuffleSplit(n_splits=1, test_size=count, random_state=seed)
    ((_, held_out),) = splitter.split(groups, groups=groups)
    for index in held_out:
        chosen[index] = True
    return chosen


def split_tracks(
    tracks: Sequence[Track],
    dataset: Dataset,
    test_fold: int | None,
    validation_share: float,
    seed: int,
) -> Split:
    """Split by fold, and the training folds by group.

    A test track whose recording is also in a training fold, under another name, is dropped.

    Parameters
    ----------
    tracks : sequence of Track
    dataset : Dataset
        Names the tracks that are the same recording.
    test_fold : int or None
        None for a model that is trained on all folds, and tested on none.
    validation_share : float
        Share of the training folds' groups, 0..1; 0 for no validation.
    seed : int

    Raises
    ------
    QuadpredError
        If there are too few groups to train on and to hold out.
    """
    rest = [track for track in tracks if test_fold is None or track.fold != test_fold]
    if not rest:
        raise QuadpredError(
            f"No track of {dataset.title} is outside of fold {test_fold}: there is nothing to "
            "train on. The column 'fold' needs two folds or more."
        )
    held_out = hold_out(rest, validation_share, seed)
    return Split(
        [track for track, out in zip(rest, held_out) if not out],
        [track for track, out in zip(rest, held_out) if out],
        test_tracks(tracks, dataset, test_fold),
    )


def test_tracks(tracks: Sequence[Track], dataset: Dataset, test_fold: int | None) -> list[Track]:
    """Return a fold's tracks, without those whose recording is also in another fold."""
    elsewhere = {track.name for track in tracks if track.fold != test_fold}
    return [
        track
        for track in tracks
        if test_fold is not None
        and track.fold == test_fold
        and dataset.duplicates.get(track.name) not in elsewhere
    ]


def inner_folds(tracks: Sequence[Track], folds: int, seed: int) -> NDArray[np.int64]:
    """Assign tracks to folds by group, with each quadrant spread evenly.

    Parameters
    ----------
    tracks : sequence of Track
        Labelled.
    folds : int
    seed : int

    Returns
    -------
    numbers : ndarray of int, shape (tracks,)
        0 to folds - 1; the tracks of a group have the same number.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    quadrants = np.array([track.quadrant for track in tracks])
    groups = np.array([track.group for track in tracks])
    numbers = np.empty(len(tracks), dtype=np.int64)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for number, (_, inside) in enumerate(splitter.split(quadrants, quadrants, groups)):
        numbers[inside] = number
    return numbers


def fold_numbers(tracks: Sequence[Track]) -> list[int]:
    """Return the folds that a dataset has, in order."""
    return sorted({track.fold for track in tracks if track.fold is not None})
