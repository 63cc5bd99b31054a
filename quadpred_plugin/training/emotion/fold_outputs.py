"""Outputs of the folds' networks, with the tracks' quadrants, and their pooling over a file."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.emotion.track_outputs import outputs_file, read_outputs
from quadpred_plugin.training.evaluation.scoring import Fold, HeadPooling

_CALIBRATED = "quadrants"


def read_folds(
    folders: Sequence[Path], tests: str, quadrants: Mapping[str, int | None]
) -> list[Fold]:
    """Return the outputs of each fold's run for a test set, with the tracks' quadrants.

    Parameters
    ----------
    folders : sequence of Path
        Of the folds' runs.
    tests : str
        Name of the test set.
    quadrants : dict of int or None
        0 to 3, by the track's name; other tracks are left out.
    """
    folds: list[Fold] = []
    for folder in folders:
        outputs = read_outputs([outputs_file(folder, tests)])
        kept = {name: one for name, (one,) in outputs.items() if name in quadrants}
        truth = np.array([quadrants[name] for name in kept], dtype=np.int64)
        heads: list[dict[str, Any]] = [dict(one.heads) for one in kept.values()]
        folds.append((truth, heads))
    return folds


def quadrants_of(tracks: Iterable[Track]) -> dict[str, int | None]:
    """Return the quadrant of each track, 0 to 3, by its name."""
    return {track.name: track.quadrant for track in tracks}


def calibrated(pooling: HeadPooling) -> HeadPooling:
    """Keep the calibration of the quadrants: degrees aren't probabilities."""
    return {head: one for head, one in pooling.items() if head == _CALIBRATED}
