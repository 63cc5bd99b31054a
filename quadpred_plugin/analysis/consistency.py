"""Whether the three heads of one model say the same."""

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import QUADRANTS


def implied(
    quadrants: NDArray[np.floating],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the arousal and the valence that quadrants amount to.

    Parameters
    ----------
    quadrants : ndarray, shape (..., 4)
        Probabilities of Q1 to Q4, 0..1.

    Returns
    -------
    arousal, valence : ndarray of float64, shape (...)
        Sum of the probabilities of quadrants with a positive sign less those with a negative
        one, -1..1.
    """
    signs = np.array([(one.arousal, one.valence) for one in QUADRANTS], dtype=np.float64)
    both = quadrants.astype(np.float64) @ signs
    return both[..., 0], both[..., 1]


def consistency(
    quadrants: NDArray[np.floating],
    arousal: NDArray[np.floating],
    valence: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Return how far the heads of arousal and valence confirm the quadrants.

    Parameters
    ----------
    quadrants : ndarray, shape (frames, 4)
        Probabilities of Q1 to Q4, 0..1.
    arousal, valence : ndarray, shape (frames,)
        -1..1.

    Returns
    -------
    consistency : ndarray of float64, shape (frames,)
        1 where both equal what the quadrants imply (`implied`), 0 where both say the
        opposite: 1 less a quarter of the sum of the two distances.
    """
    from_arousal, from_valence = implied(quadrants)
    distance = np.abs(arousal - from_arousal) + np.abs(valence - from_valence)
    return np.clip(1 - distance / 4, 0, 1)
