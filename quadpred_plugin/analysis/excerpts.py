"""Excerpt of a file with the highest mean probability of one quadrant, or of any."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    windows = _Windows(prediction, seconds)
    if not len(prediction):
        return None
    index = QUADRANT_NAMES.index(quadrant)
    return windows.excerpt(int(windows.means[:, index].argmax()), index)


def find_clearest_excerpt(prediction: Prediction, seconds: float) -> tuple[Excerpt, slice] | None:
    """Find the excerpt with the highest mean probability of any quadrant.

    Parameters
    ----------
    prediction : Prediction
    seconds : float
        As for `find_excerpt`.

    Returns
    -------
    excerpt : Excerpt
        The earliest of equal excerpts; the whole signal if it is shorter.
    patches : slice
        The patches that its score is about. Instead of both, None without patches.

    Raises
    ------
    ValueError
        If the length isn't positive.
    """
    windows = _Windows(prediction, seconds)
    if not len(prediction):
        return None
    first, index = divmod(int(windows.means.argmax()), len(QUADRANTS))
    return windows.excerpt(first, index), slice(first, first + windows.patches)


class _Windows:
    """Mean probabilities over as many patches as fit into an excerpt, by the first patch."""

    def __init__(self, prediction: Prediction, seconds: float) -> None:
        if not 0 < seconds < float("inf"):
            raise ValueError(f"The length of an excerpt must be positive, not {seconds} seconds.")
        self._times = prediction.times
        if not len(prediction):
            return
        end = prediction.duration
        if end is None:
            end = float(prediction.times[-1]) + prediction.patch_duration
        self._end = end
        self._seconds = min(seconds, end)
        # The tolerance lets ten patches of 0.992 s fit into 9.92 s despite rounding.
        inside = int((self._seconds - prediction.patch_duration) / prediction.hop + 1e-6) + 1
        self.patches = min(max(inside, 1), len(prediction))
        self.means = self._means(prediction.quadrants)

    def excerpt(self, first: int, index: int) -> Excerpt:
        """Return the excerpt of the patches from the first one on, for a quadrant's index."""
        start = max(min(float(self._times[first]), self._end - self._seconds), 0.0)
        return Excerpt(start, self._seconds, QUADRANTS[index], float(self.means[first, index]))

    def _means(self, quadrants: NDArray[np.floating]) -> NDArray[np.float64]:
        sums = np.zeros((len(quadrants) + 1, len(QUADRANTS)))
        np.cumsum(quadrants, axis=0, dtype=np.float64, out=sums[1:])
        means: NDArray[np.float64] = (sums[self.patches :] - sums[: -self.patches]) / self.patches
        return means
