"""Excerpt of a file with the highest mean probability of one quadrant."""

from dataclasses import dataclass

import numpy as np

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANT_NAMES, QUADRANTS, Quadrant


@dataclass(frozen=True)
class Excerpt:
    """Excerpt of a file with its mean probability of a quadrant.

    Attributes
    ----------
    start, duration : float
        Seconds.
    quadrant : Quadrant
    score : float
        Mean probability of the quadrant over the patches in the excerpt, 0..1.
    """

    start: float
    duration: float
    quadrant: Quadrant
    score: float


def find_excerpt(prediction: Prediction, quadrant: str, seconds: float) -> Excerpt | None:
    """Find the excerpt with the highest mean probability of a quadrant.

    Parameters
    ----------
    prediction : Prediction
    quadrant : {'Q1', 'Q2', 'Q3', 'Q4'}
    seconds : float
        Length of the excerpt. The mean is over the patches completely inside, at least one.

    Returns
    -------
    excerpt : Excerpt or None
        The earliest of equal excerpts; the whole signal if it is shorter; None without
        patches.

    Raises
    ------
    ValueError
        If the quadrant is unknown or the length isn't positive.
    """
    if quadrant not in QUADRANT_NAMES:
        raise ValueError(
            f"There is no quadrant '{quadrant}'; use one of {', '.join(QUADRANT_NAMES)}."
        )
    if not 0 < seconds < float("inf"):
        raise ValueError(f"The length of an excerpt must be positive, not {seconds} seconds.")
    if not len(prediction):
        return None
    index = QUADRANT_NAMES.index(quadrant)
    end = prediction.duration
    if end is None:
        end = float(prediction.times[-1]) + prediction.patch_duration
    seconds = min(seconds, end)
    # The tolerance lets ten patches of 0.992 s fit into 9.92 s despite rounding.
    inside = int((seconds - prediction.patch_duration) / prediction.hop + 1e-6) + 1
    inside = min(max(inside, 1), len(prediction))
    sums = np.concatenate([[0.0], np.cumsum(prediction.quadrants[:, index], dtype=np.float64)])
    means = (sums[inside:] - sums[:-inside]) / inside
    first = int(means.argmax())
    start = max(min(float(prediction.times[first]), end - seconds), 0.0)
    return Excerpt(start, seconds, QUADRANTS[index], float(means[first]))
