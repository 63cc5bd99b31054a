"""Temperatures that make a network as sure of clips as it is right."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.pooling import pool
from quadpred_plugin.training.scoring import HEAD_CLASSES, Fold, Outputs, classes_of

Temperatures = dict[str, float]
_RANGE = (0.1, 5.0)
_LEAST = 1e-7


def fit_temperatures(quadrants: NDArray[np.int64], outputs: Outputs) -> Temperatures:
    """Find the temperature of each head's pooled values that has the least cross-entropy.

    Parameters
    ----------
    quadrants : ndarray of int, shape (clips,)
        0 to 3.
    outputs : sequence of dict
        What a network that wasn't trained on these clips says of their patches.

    Returns
    -------
    temperatures : dict of float
        By head, for `pooling.pool`; below 1 the mean was less sure than right.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural
    networks", ICML 2017; there for single outputs.
    """
    from scipy.optimize import minimize_scalar

    temperatures = {}
    for head in HEAD_CLASSES:
        truth = classes_of(quadrants, head)

        def cost(logarithm: float, head: str = head, truth: NDArray[np.int64] = truth) -> float:
            pooled = np.stack([pool(one[head], np.exp(logarithm)) for one in outputs])
            if pooled.ndim == 1:
                pooled = np.stack([1 - pooled, 1 + pooled], axis=1) / 2
            return -float(np.log(pooled[np.arange(len(truth)), truth] + _LEAST).mean())

        found = minimize_scalar(cost, bounds=tuple(np.log(_RANGE)), method="bounded")
        temperatures[head] = round(float(np.exp(found.x)), 3)
    return temperatures


def pooled_temperatures(folds: Sequence[Fold]) -> Temperatures:
    """Fit temperatures on the tests of several folds together."""
    quadrants = np.concatenate([one for one, _ in folds])
    return fit_temperatures(quadrants, [clip for _, outputs in folds for clip in outputs])


def temperatures_by_fold(folds: Sequence[Fold]) -> list[Temperatures]:
    """Fit each fold's temperatures on the tests of the other folds; none where there are none."""
    if len(folds) < 2:
        return [{} for _ in folds]
    return [
        pooled_temperatures([fold for other, fold in enumerate(folds) if other != index])
        for index in range(len(folds))
    ]
