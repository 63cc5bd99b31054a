"""Consistency of the quadrant, arousal and valence heads of one model."""

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import QUADRANTS


def implied_arousal_valence(
    quadrants: NDArray[np.floating],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the arousal and valence implied by the quadrants.

    Parameters
    ----------
    quadrants : ndarray, shape (..., 4)
        Probabilities of Q1 to Q4, 0..1.

    Returns
    -------
    arousal, valence : ndarray of float64, shape (...)
        Sum of the probabilities of the quadrants with positive sign minus the sum of those
        with negative sign, -1..1.
    """
    signs = np.array([(one.arousal, one.valence) for one in QUADRANTS], dtype=np.float64)
    both = quadrants.astype(np.float64) @ signs
    return both[..., 0], both[..., 1]


def consistency(
    quadrants: NDArray[np.floating],
    arousal: NDArray[np.floating],
    valence: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Return the consistency of arousal and valence with the quadrants.

    Parameters
    ----------
    quadrants : ndarray, shape (patches, 4)
        Probabilities of Q1 to Q4, 0..1.
    arousal, valence : ndarray, shape (patches,)
        -1..1.

    Returns
    -------
    consistency : ndarray of float64, shape (patches,)
        0..1: 1 minus a quarter of the summed distances to the implied values
        (`implied_arousal_valence`). 1 means equal, 0 opposite.
    """
    implied_arousal, implied_valence = implied_arousal_valence(quadrants)
    distance = np.abs(arousal - implied_arousal) + np.abs(valence - implied_valence)
    return np.clip(1 - distance / 4, 0, 1)
