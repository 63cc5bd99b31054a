"""Correlation, error and bias of predicted against rated values.

Every function takes ``rated`` and ``predicted``, shape (n,), without missing values, in the same
unit.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]

# Deviations below this share of the values are the rounding of a mean of equal numbers.
_ROUNDING = 1e-13


def is_constant(values: Values) -> bool:
    """Return whether values are equal but for rounding; true for fewer than two."""
    values = np.asarray(values, dtype=np.float64)
    if len(values) < 2:
        return True
    return bool(np.ptp(values) <= _ROUNDING * np.abs(values).max())


def pearson(rated: Values, predicted: Values) -> float:
    """Return Pearson's r, -1..1; NaN if either side is constant."""
    if is_constant(rated) or is_constant(predicted):
        return np.nan
    first, second = _centred(rated), _centred(predicted)
    r = np.dot(first / np.linalg.norm(first), second / np.linalg.norm(second))
    return float(np.clip(r, -1, 1))


def spearman(rated: Values, predicted: Values) -> float:
    """Return Spearman's rho, -1..1: Pearson's r of the ranks; NaN if either side is constant."""
    if is_constant(rated) or is_constant(predicted):
        return np.nan
    return pearson(ranks(rated), ranks(predicted))


def concordance(rated: Values, predicted: Values) -> float:
    """Return the concordance correlation coefficient (CCC).

    It is Pearson's r, diminished where the two sides differ in mean or spread.

    Returns
    -------
    ccc : float
        -1..1, 1 if all values are equal; NaN if either side is constant. Moments are divided
        by n.

    References
    ----------
    L. I-K. Lin, "A concordance correlation coefficient to evaluate reproducibility",
    Biometrics 45 (1), 1989.
    """
    if is_constant(rated) or is_constant(predicted):
        return np.nan
    first, second = _centred(rated), _centred(predicted)
    distance = len(first) * (np.mean(rated) - np.mean(predicted)) ** 2
    return float(2 * first @ second / (first @ first + second @ second + distance))


def root_mean_square_error(rated: Values, predicted: Values) -> float:
    """Return the root of the mean squared difference, in the unit of the values; NaN if none."""
    difference = np.asarray(predicted, dtype=np.float64) - rated
    return float(np.sqrt(np.mean(difference**2))) if len(difference) else np.nan


def bias(rated: Values, predicted: Values) -> float:
    """Return the mean of predicted minus rated, in the unit of the values; NaN if none."""
    difference = np.asarray(predicted, dtype=np.float64) - rated
    return float(np.mean(difference)) if len(difference) else np.nan


CORRELATIONS: dict[str, Callable[[Values, Values], float]] = {
    "pearson": pearson,
    "spearman": spearman,
    "ccc": concordance,
}
"""Measures that are undefined if either side is constant, by name."""

MEASURES: dict[str, Callable[[Values, Values], float]] = {
    **CORRELATIONS,
    "rmse": root_mean_square_error,
    "bias": bias,
}
"""All measures of two sides, by name."""


def compare_values(rated: Values, predicted: Values) -> dict[str, float]:
    """Return all `MEASURES` of two sides.

    Parameters
    ----------
    rated, predicted : ndarray, shape (n,)

    Returns
    -------
    measures : dict of float
        ``pearson``, ``spearman`` and ``ccc``, -1..1; ``rmse`` and ``bias`` in the unit of the
        values. NaN where undefined.
    """
    return {name: measure(rated, predicted) for name, measure in MEASURES.items()}


def ranks(values: Values) -> NDArray[np.float64]:
    """Return the rank of each value, from 1; equal values share the mean of their ranks."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]


def _centred(values: Values) -> NDArray[np.float64]:
    values = np.asarray(values, dtype=np.float64)
    return values - values.mean()
