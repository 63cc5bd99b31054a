"""What a network learns from one track: soft label, signs, and ratings over time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import DIMENSIONS, QUADRANTS
from quadpred_plugin.training.datasets.ratings import Ratings
from quadpred_plugin.training.targets import one_hot

COLUMNS = ("sign", "rating", "rated")
"""Columns of a dimension's target: sign of the label (0 for none), rating -1..1, and 1 where
there is a rating."""

_SIGNS = np.array([[quadrant.arousal, quadrant.valence] for quadrant in QUADRANTS], dtype=float)


@dataclass(frozen=True)
class EmotionTargets:
    """Targets of one track.

    Attributes
    ----------
    quadrants : ndarray, shape (4,)
        Probabilities of the quadrants.
    signs : ndarray, shape (2,)
        Of arousal and valence, by the label; 0 without one.
    times : ndarray, shape (ratings,)
        Seconds at which what was rated sounded, ascending.
    ratings : ndarray, shape (ratings, 2)
        Arousal and valence, -1..1.
    """

    quadrants: NDArray[np.floating]
    signs: NDArray[np.floating]
    times: NDArray[np.floating]
    ratings: NDArray[np.floating]

    @property
    def label(self) -> int | None:
        """Quadrant, 0 to 3; None for a track that was rated instead."""
        return int(np.argmax(self.quadrants)) if self.signs.any() else None

    def at(self, time: float) -> dict[str, NDArray[np.float32]]:
        """Return the targets at a time.

        Parameters
        ----------
        time : float
            Centre of a patch, s.

        Returns
        -------
        targets : dict of ndarray of float32
            ``quadrants``, shape (4,); ``arousal`` and ``valence``, shape (3,), by `COLUMNS`.
        """
        degrees = np.zeros((len(DIMENSIONS), len(COLUMNS)), dtype=np.float32)
        degrees[:, 0] = self.signs
        if len(self.times):
            degrees[:, 1] = [np.interp(time, self.times, one) for one in self.ratings.T]
            degrees[:, 2] = 1
        return {"quadrants": self.quadrants.astype(np.float32), **dict(zip(DIMENSIONS, degrees))}


def targets_of_label(quadrant: int) -> EmotionTargets:
    """Return the targets of a track with a label, 0 to 3."""
    return EmotionTargets(one_hot(quadrant), _SIGNS[quadrant], np.zeros(0), np.zeros((0, 2)))


def targets_of_ratings(ratings: Ratings, lag: float) -> EmotionTargets:
    """Return the targets of a track that listeners rated over time.

    Parameters
    ----------
    ratings : Ratings
        On the clock of the track.
    lag : float
        Seconds by which listeners react late.
    """
    curves = np.stack([ratings.arousal, ratings.valence], axis=1)
    known = np.isfinite(curves).all(axis=1)
    return EmotionTargets(ratings.quadrants, np.zeros(2), ratings.times[known] - lag, curves[known])
