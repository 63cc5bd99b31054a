"""Each track's place among the others of a collection."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def plane_of_ranks(valence: Sequence[float], arousal: Sequence[float]) -> NDArray[np.float64]:
    """Return the tracks' places in the plane of the collection's ranks.

    A collection rarely fills the plane of valence and arousal: one of metal has hardly a calm
    track. By ranks its calmest tracks are calm, and any two places of the plane are equally
    far from tracks.

    Parameters
    ----------
    valence, arousal : sequence of float
        A value per track.

    Returns
    -------
    places : ndarray of float64, shape (tracks, 2)
        Ranks of valence and of arousal, from -1 (the lowest of the collection) to 1.
    """
    return np.column_stack([_ranks(valence), _ranks(arousal)])


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Return the values' ranks, -1..1; equal values have the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middles = ends - counts / 2
    return (2 * middles / max(len(values), 1) - 1)[inverse]
