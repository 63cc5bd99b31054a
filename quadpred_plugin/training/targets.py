"""Training targets of the heads, derived from the quadrants of tracks."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.datasets.track import Track

Targets: TypeAlias = "dict[str, NDArray[np.float32]]"
"""Probabilities of each head's classes, shape (examples, classes)."""


def _identity(quadrants: NDArray[np.float32]) -> NDArray[np.float32]:
    return quadrants


def _sign_of(dimension: str) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    signs = np.array([getattr(quadrant, dimension) > 0 for quadrant in QUADRANTS])

    def negative_and_positive(quadrants: NDArray[np.float32]) -> NDArray[np.float32]:
        positive = quadrants[:, signs].sum(axis=1)
        return np.stack([1 - positive, positive], axis=1)

    return negative_and_positive


TARGETS: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "quadrants": _identity,
    "arousal": _sign_of("arousal"),
    "valence": _sign_of("valence"),
}
"""Class probabilities of each head, from those of the quadrants, shape (examples, 4)."""


def targets_from_quadrants(
    quadrants: NDArray[np.floating], heads: Sequence[str] = tuple(TARGETS)
) -> Targets:
    """Return the targets of heads that follow from probabilities of the quadrants.

    Parameters
    ----------
    quadrants : ndarray, shape (examples, 4)
    heads : sequence of str
        Names of `TARGETS`.

    Returns
    -------
    targets : dict of ndarray of float32
        ``quadrants`` (examples, 4), ``arousal`` and ``valence`` (examples, 2), negative
        first.
    """
    single = quadrants.astype(np.float32)
    return {head: TARGETS[head](single).astype(np.float32) for head in heads}


def one_hot(quadrant: int | None) -> NDArray[np.float32]:
    """Return a label as probabilities, shape (4,); zeros, without any loss, for no label."""
    label = np.zeros(len(QUADRANTS), dtype=np.float32)
    if quadrant is not None:
        label[quadrant] = 1
    return label


def track_targets(tracks: Sequence[Track], heads: Sequence[str] = tuple(TARGETS)) -> Targets:
    """Return the targets of labelled tracks for the given heads."""
    labels = np.zeros((len(tracks), len(QUADRANTS)), dtype=np.float32)
    for row, track in zip(labels, tracks):
        row[:] = one_hot(track.quadrant)
    return targets_from_quadrants(labels, heads)


def track_quadrants(tracks: Sequence[Track]) -> NDArray[np.int64]:
    """Return the quadrants of labelled tracks, 0 to 3, shape (tracks,)."""
    return np.array([track.quadrant for track in tracks], dtype=np.int64)
