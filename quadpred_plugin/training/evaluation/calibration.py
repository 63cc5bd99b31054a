"""What makes a network as sure of clips as it is right, and as ready to say yes as no."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.model.pooling import POSITIVE_VALENCE, Pooling, pool
from quadpred_plugin.training.evaluation.scoring import (
    HEAD_CLASSES,
    Fold,
    HeadPooling,
    Outputs,
    classes_of,
)

_TEMPERATURES = (0.1, 5.0)
_OFFSETS = (-2.0, 2.0)
_LEAST = 1e-7
_DIGITS = 3


def fit_pooling(quadrants: NDArray[np.int64], outputs: Outputs) -> HeadPooling:
    """Find the pooling of each head that has the least cross-entropy.

    Parameters
    ----------
    quadrants : ndarray of int, shape (clips,)
        0 to 3.
    outputs : sequence of dict
        What a network that wasn't trained on these clips says of their patches.

    Returns
    -------
    pooling : dict of Pooling
        By head: a temperature and an offset.

    References
    ----------
    As of `pooling.Pooling`; there for single outputs.
    """
    return {head: _fit_head(classes_of(quadrants, head), outputs, head) for head in HEAD_CLASSES}


def _fit_head(truth: NDArray[np.int64], outputs: Outputs, head: str) -> Pooling:
    from scipy.optimize import minimize

    means = np.stack([pool(one[head]) for one in outputs])
    positive = list(POSITIVE_VALENCE)
    if means.ndim == 1:
        means, positive = np.stack([1 - means, 1 + means], axis=1) / 2, [1]
    logarithms = np.log(means + _LEAST)

    def cost(parameters: NDArray[np.float64]) -> float:
        scaled = logarithms * np.exp(-parameters[0])
        scaled[:, positive] += parameters[1]
        right = scaled[np.arange(len(truth)), truth]
        return float((np.logaddexp.reduce(scaled, axis=1) - right).mean())

    bounds = [tuple(np.log(_TEMPERATURES)), _OFFSETS]
    found = minimize(cost, np.zeros(2), bounds=bounds).x
    return Pooling(round(float(np.exp(found[0])), _DIGITS), round(float(found[1]), _DIGITS))


def fit_folds(folds: Sequence[Fold]) -> HeadPooling:
    """Fit the pooling on the tests of several folds together."""
    quadrants = np.concatenate([one for one, _ in folds])
    return fit_pooling(quadrants, [clip for _, outputs in folds for clip in outputs])


def pooling_by_fold(folds: Sequence[Fold]) -> list[HeadPooling]:
    """Fit each fold's pooling on the tests of the other folds; none where there are none."""
    if len(folds) < 2:
        return [{} for _ in folds]
    return [
        fit_folds([fold for other, fold in enumerate(folds) if other != index])
        for index in range(len(folds))
    ]
