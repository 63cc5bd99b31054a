"""Ratings over time against predicted curves: lag, smoothing, within and across files.

A predicted value stands for its patch, whose centre is the value's time. Between centres the
curve is linear; from its beginning to the first centre, and from the last centre to its end, it
is constant. A rating at time t is compared with the curve at t - lag; ratings whose place is
outside of the curve are left out. Nothing is averaged around the rating's time unless a
smoothing is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.analysis.smoothing import moving_average, reach_of
from quadpred_plugin.evaluation.correlation import CORRELATIONS, compare_values
from quadpred_plugin.system.array_values import ArrayValue

# Ratings and the predicted values that they are compared with, each of shape (n,).
Pair: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]

# A place that is outside of a curve by less than this many seconds is the rounding of a file.
_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Curve(ArrayValue):
    """Values of one file over time, rated or predicted.

    Attributes
    ----------
    times : ndarray of float64, shape (n,)
        Seconds, increasing: of ratings, or the centres of patches.
    values : ndarray, shape (n,)
        -1..1.
    begin, end : float
        Seconds between which a predicted curve is defined; everywhere if not given. Ratings
        don't need them.
    """

    times: NDArray[np.float64]
    values: NDArray[np.floating]
    begin: float = -np.inf
    end: float = np.inf

    def smoothed(self, seconds: float) -> "Curve":
        """Return the centred moving average, by the rule of `analysis.smoothing.smooth`."""
        if len(self.times) < 2:
            return self
        reach = reach_of(seconds, float(np.median(np.diff(self.times))))
        if not reach:
            return self
        values = moving_average(np.asarray(self.values, dtype=np.float32), reach)
        return Curve(self.times, values, self.begin, self.end)

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values at other times, shape (times,); NaN outside of begin and end."""
        if not len(self.times):
            return np.full(len(times), np.nan)
        inside = (times >= self.begin - _TOLERANCE) & (times <= self.end + _TOLERANCE)
        return np.where(inside, np.interp(times, self.times, self.values), np.nan)


def pair(rated: Curve, predicted: Curve, lag: float = 0.0, smooth: float = 0.0) -> Pair:
    """Return ratings with the predicted values that they are compared with.

    Parameters
    ----------
    rated, predicted : Curve
    lag : float
        Seconds by which ratings are later than the music that they are about.
    smooth : float
        Seconds of the centred moving average of the predicted curve; 0 for none.

    Returns
    -------
    rated, predicted : ndarray of float64, shape (n,)
        Values at the rated times, without missing ratings and without times at which there
        is no prediction.
    """
    ratings = np.asarray(rated.values, dtype=np.float64)
    values = predicted.smoothed(smooth).at(rated.times - lag)
    kept = ~np.isnan(ratings) & ~np.isnan(values)
    return ratings[kept], values[kept]


def across_files(
    rated: Sequence[Curve], predicted: Sequence[Curve], lag: float = 0.0, smooth: float = 0.0
) -> dict[str, float]:
    """Compare each file's mean rating with the mean of the predicted values at the rated times.

    Parameters
    ----------
    rated, predicted : sequence of Curve
        One per file.
    lag, smooth : float
        Seconds, as for `pair`.

    Returns
    -------
    measures : dict of float
        As from `correlation.compare_values`, with one pair of values per file. Files without
        a common time are left out.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.arange(5.0)
    >>> rated = [Curve(times, level + 0.1 * times) for level in (-0.4, 0.0, 0.3)]
    >>> predicted = [Curve(one.times, one.values / 2) for one in rated]
    >>> round(across_files(rated, predicted)["pearson"], 6)
    1.0
    """
    pairs = [pair(*curves, lag, smooth) for curves in zip(rated, predicted, strict=True)]
    return compare_values(*means_of([one for one in pairs if len(one[0])]))


def within_files(
    rated: Sequence[Curve], predicted: Sequence[Curve], lag: float = 0.0, smooth: float = 0.0
) -> dict[str, NDArray[np.float64]]:
    """Correlate each file's rated curve with its predicted curve.

    Parameters
    ----------
    rated, predicted : sequence of Curve
        One per file.
    lag, smooth : float
        Seconds, as for `pair`.

    Returns
    -------
    correlations : dict of ndarray of float64, shape (files,)
        ``pearson``, ``spearman`` and ``ccc``, -1..1; NaN for a file in which either side is
        constant or which has fewer than two common times. ``numpy.nanmean`` and
        ``numpy.nanmedian`` give the figures over files.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.arange(30.0)
    >>> predicted = Curve(times, np.sin(times / 3))
    >>> late = Curve(times + 2, predicted.values)
    >>> within_files([late], [predicted], lag=2)["pearson"].round(6)
    array([1.])
    """
    pairs = [pair(*curves, lag, smooth) for curves in zip(rated, predicted, strict=True)]
    return correlations_of(pairs)


def means_of(pairs: Sequence[Pair]) -> Pair:
    """Return the mean of each file's ratings and of its predicted values, shape (files,)."""
    means = [(ratings.mean(), values.mean()) for ratings, values in pairs]
    rated, predicted = np.array(means, dtype=np.float64).reshape(-1, 2).T
    return rated, predicted


def correlations_of(pairs: Sequence[Pair]) -> dict[str, NDArray[np.float64]]:
    """Return each file's `CORRELATIONS`, shape (files,)."""
    return {
        name: np.array([measure(*values) for values in pairs], dtype=np.float64)
        for name, measure in CORRELATIONS.items()
    }
