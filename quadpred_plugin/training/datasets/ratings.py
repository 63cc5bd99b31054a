"""Continuous ratings of one piece by several listeners."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import QUADRANTS

Curves = NDArray[np.float64]


@dataclass(frozen=True)
class Ratings:
    """Arousal and valence of a piece over time, as several listeners rated it.

    Attributes
    ----------
    times : ndarray, shape (measures,)
        Centre of each measure, s.
    curves : ndarray, shape (listeners, measures, 2)
        Arousal and valence, -1 to 1; NaN where a listener didn't rate. Listeners are in the
        order of their numbers.
    """

    times: Curves
    curves: Curves

    @property
    def arousal(self) -> Curves:
        """Mean arousal over listeners, shape (measures,); NaN where nobody rated."""
        return mean_without_gaps(self.curves[..., 0], 0)

    @property
    def valence(self) -> Curves:
        """Mean valence over listeners, shape (measures,); NaN where nobody rated."""
        return mean_without_gaps(self.curves[..., 1], 0)

    @property
    def listener_means(self) -> Curves:
        """Each listener's mean arousal and valence over the piece, shape (listeners, 2)."""
        return mean_without_gaps(self.curves, 1)

    @property
    def quadrants(self) -> Curves:
        """Share of the listeners whose means lie in each quadrant, shape (4,), sum 1.

        A mean of exactly 0 counts half for either side. Listeners without a mean don't count.
        """
        means = self.listener_means
        high, positive = ((1 + np.sign(means[np.isfinite(means).all(axis=1)])) / 2).T
        return np.array(
            [
                np.mean(
                    (high if one.arousal > 0 else 1 - high)
                    * (positive if one.valence > 0 else 1 - positive)
                )
                for one in QUADRANTS
            ]
        )

    @property
    def halves(self) -> Curves:
        """Mean curves of two halves of the listeners, shape (2, measures, 2).

        The halves are the listeners of even and of odd index. How far they agree tells how
        reliable the mean of all is.
        """
        return np.stack([mean_without_gaps(self.curves[half::2], 0) for half in (0, 1)])

    def at_speed(self, speed: float) -> "Ratings":
        """Return the ratings on the clock of a rendition.

        Parameters
        ----------
        speed : float
            Factor of the tempo, above 0: `Performance.speed`.
        """
        return replace(self, times=self.times / speed)


def mean_without_gaps(values: Curves, axis: int) -> Curves:
    """Return the mean over an axis of all values that aren't NaN; NaN where there is none."""
    known = np.isfinite(values)
    counts = known.sum(axis=axis)
    means: Curves = np.where(known, values, 0).sum(axis=axis) / np.maximum(counts, 1)
    return np.where(counts > 0, means, np.nan)
