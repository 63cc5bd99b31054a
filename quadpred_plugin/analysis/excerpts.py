"""The stretch of a file that is the most of one quadrant."""

from dataclasses import dataclass

import numpy as np

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANT_NAMES, QUADRANTS, Quadrant


@dataclass(frozen=True)
class Excerpt:
    """A stretch of a file, and how much of a quadrant it is.

    Attributes
    ----------
    start, duration : float
        Seconds.
    quadrant : Quadrant
    score : float
        Mean probability of the quadrant over the patches inside, 0..1.
    """

    start: float
    duration: float
    quadrant: Quadrant
    score: float


def find_excerpt(prediction: Prediction, quadrant: str, seconds: float) -> Excerpt | None:
    """Find the stretch of a length with the greatest mean probability of a quadrant.

    Parameters
    ----------
    prediction : Prediction
    quadrant : {'Q1', 'Q2', 'Q3', 'Q4'}
    seconds : float
        Length of the stretch. Patches that lie wholly inside count, at least one.

    Returns
    -------
    excerpt : Excerpt or None
        The first of equals; the whole signal where that is shorter; None without frames.

    Raises
    ------
    ValueError
        If there is no such quadrant, or the length isn't above 0.
    """
    if quadrant not in QUADRANT_NAMES:
        raise ValueError(f"There is no quadrant '{quadrant}', but {', '.join(QUADRANT_NAMES)}.")
    if not 0 < seconds < float("inf"):
        raise ValueError(f"An excerpt lasts more than 0 seconds, not {seconds}.")
    if not len(prediction):
        return None
    index = QUADRANT_NAMES.index(quadrant)
    end = prediction.duration
    if end is None:
        end = float(prediction.times[-1]) + prediction.patch_duration
    seconds = min(seconds, end)
    # A hair more, so that ten patches of 0.992 s fit into 9.92 s in spite of rounding.
    inside = int((seconds - prediction.patch_duration) / prediction.hop + 1e-6) + 1
    inside = min(max(inside, 1), len(prediction))
    sums = np.concatenate([[0.0], np.cumsum(prediction.quadrants[:, index], dtype=np.float64)])
    means = (sums[inside:] - sums[:-inside]) / inside
    first = int(means.argmax())
    start = max(min(float(prediction.times[first]), end - seconds), 0.0)
    return Excerpt(start, seconds, QUADRANTS[index], float(means[first]))
