"""Fit clip-level calibration: temperature and offset per head."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.evaluation.classification import HEAD_CLASSES, class_probabilities, classes_of
from quadpred_plugin.model.pooling import POSITIVE_VALENCE, Pooling, pool
from quadpred_plugin.training.evaluation.scoring import Fold, HeadPooling, Outputs

_TEMPERATURES = (0.1, 5.0)
_OFFSETS = (-2.0, 2.0)
_PROBABILITY_FLOOR = 1e-7
_DIGITS = 3


def fit_pooling(quadrants: NDArray[np.int64], outputs: Outputs) -> HeadPooling:
    """Fit the pooling of each head to the lowest cross-entropy.

    Parameters
    ----------
    quadrants : ndarray of int, shape (clips,)
        0 to 3.
    outputs : sequence of dict
        Values of each clip's patches, by head, from a network not trained on these clips.

    Returns
    -------
    pooling : dict of Pooling
        Temperature and offset, by head.

    References
    ----------
    Those of `pooling.Pooling`, which are about single outputs.
    """
    return {head: _fit_head(classes_of(quadrants, head), outputs, head) for head in HEAD_CLASSES}


def _fit_head(truth: NDArray[np.int64], outputs: Outputs, head: str) -> Pooling:
    from scipy.optimize import minimize

    means = np.stack([pool(clip[head]) for clip in outputs])
    positive = list(POSITIVE_VALENCE)
    if means.ndim == 1:
        means, positive = class_probabilities(means), [1]
    logarithms = np.log(means + _PROBABILITY_FLOOR)

    def cost(parameters: NDArray[np.float64]) -> float:
        scaled = logarithms * np.exp(-parameters[0])
        scaled[:, positive] += parameters[1]
        of_truth = scaled[np.arange(len(truth)), truth]
        return float((np.logaddexp.reduce(scaled, axis=1) - of_truth).mean())

    bounds = [tuple(np.log(_TEMPERATURES)), _OFFSETS]
    log_temperature, offset = minimize(cost, np.zeros(2), bounds=bounds).x
    return Pooling(round(float(np.exp(log_temperature)), _DIGITS), round(float(offset), _DIGITS))


def fit_folds(folds: Sequence[Fold]) -> HeadPooling:
    """Fit the pooling of each head on the test clips of several folds together."""
    quadrants = np.concatenate([fold_quadrants for fold_quadrants, _ in folds])
    return fit_pooling(quadrants, [clip for _, outputs in folds for clip in outputs])


def pooling_by_fold(folds: Sequence[Fold]) -> list[HeadPooling]:
    """Fit each fold's pooling on the test clips of the other folds; none for a single fold."""
    if len(folds) < 2:
        return [{} for _ in folds]
    return [
        fit_folds([fold for other, fold in enumerate(folds) if other != index])
        for index in range(len(folds))
    ]
