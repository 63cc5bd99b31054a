"""Scores of the heads as classifiers: precision, recall, F1, confusion, calibration error."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.quadrants import QUADRANTS

# Names of each head's classes, in order.
HEAD_CLASSES = {name: HEADS[name].classes for name in REQUIRED_HEADS}
CALIBRATION_BINS = 10


def classes_of(quadrants: NDArray[np.int64], head: str) -> NDArray[np.int64]:
    """Return each quadrant's class for a head, from 0; same shape."""
    if head == "quadrants":
        return quadrants
    positive = np.array([getattr(quadrant, head) > 0 for quadrant in QUADRANTS], dtype=np.int64)
    return positive[quadrants]


def class_probabilities(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the probabilities of a head's classes.

    Parameters
    ----------
    values : ndarray, shape (n, classes) or (n,)
        Probabilities, which are returned, or a scalar head: probability of positive minus
        that of negative, -1..1.

    Returns
    -------
    probabilities : ndarray, shape (n, classes)
        0..1; for a scalar head of negative and positive.
    """
    return values if values.ndim > 1 else np.stack([1 - values, 1 + values], axis=1) / 2


def score_heads(
    quadrants: NDArray[np.int64], outputs: dict[str, NDArray[np.floating]]
) -> dict[str, Any]:
    """Score the three heads for examples of known quadrants.

    Parameters
    ----------
    quadrants : ndarray of int, shape (n,)
        0 to 3.
    outputs : dict of ndarray
        By head: quadrants, shape (n, 4), 0..1; arousal and valence, shape (n,), -1..1.

    Returns
    -------
    scores : dict
        By head, the dict from `score` with ``calibration_error`` and ``reliability`` (the
        bins) added. The true arousal and valence are the signs of the quadrant.
    """
    scores = {}
    for head, classes in HEAD_CLASSES.items():
        truth, probabilities = classes_of(quadrants, head), class_probabilities(outputs[head])
        scores[head] = score(truth, probabilities.argmax(axis=1), len(classes))
        bins = reliability_bins(truth, probabilities)
        scores[head]["calibration_error"] = round(calibration_error(bins), 4)
        scores[head]["reliability"] = [
            [round(confidence, 4), round(accuracy, 4), count]
            for confidence, accuracy, count in bins
        ]
    return scores


def score(truth: NDArray[np.int64], predicted: NDArray[np.int64], classes: int) -> dict[str, Any]:
    """Return macro precision, recall and F1, accuracy, and the confusion matrix.

    Parameters
    ----------
    truth, predicted : ndarray of int, shape (n,)
        Classes from 0.
    classes : int
        Number of classes.

    Returns
    -------
    scores : dict
        ``precision``, ``recall``, ``f1``, ``accuracy`` in 0..1, and ``confusion``: one row per
        true class, one column per predicted class.
    """
    figures = weighted_scores(truth, predicted, classes, np.ones((1, len(truth))))
    return {
        **{name: round(float(values[0]), 4) for name, values in figures.items()},
        "confusion": confusion(truth, predicted, classes),
    }


def confusion(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> list[list[int]]:
    """Return the confusion matrix: one row per true class, one column per predicted class."""
    counts = np.bincount(truth * classes + predicted, minlength=classes**2)
    found: list[list[int]] = counts.reshape(classes, classes).tolist()
    return found


def weighted_scores(
    truth: NDArray[np.int64],
    predicted: NDArray[np.int64],
    classes: int,
    weights: NDArray[np.floating],
) -> dict[str, NDArray[np.float64]]:
    """Return macro precision, recall and F1, and accuracy, for several sets of weights.

    Parameters
    ----------
    truth, predicted : ndarray of int, shape (n,)
        Classes from 0.
    classes : int
        Number of classes.
    weights : ndarray, shape (sets, n)
        Weight of each example, such as its number of draws in a bootstrap sample.

    Returns
    -------
    scores : dict of ndarray, shape (sets,)
        ``precision``, ``recall``, ``f1``, ``accuracy``, 0..1. The first three are means over
        all classes; where a class is never predicted its precision is 0, where it is never
        true its recall is 0, and where it is neither its F1 is 0.
    """
    by_class = np.zeros((3, classes, len(weights)))
    for index in range(classes):
        is_true, is_predicted = truth == index, predicted == index
        correct = weights[:, is_true & is_predicted].sum(axis=1)
        true, found = weights[:, is_true].sum(axis=1), weights[:, is_predicted].sum(axis=1)
        pairs = ((correct, found), (correct, true), (2 * correct, true + found))
        for place, (part, total) in enumerate(pairs):
            np.divide(part, total, out=by_class[place, index], where=total > 0)
    precision, recall, f1 = by_class.mean(axis=1)
    accuracy = weights[:, truth == predicted].sum(axis=1) / weights.sum(axis=1)
    return {"precision": precision, "recall": recall, "f1": f1, "accuracy": accuracy}


def reliability_bins(
    truth: NDArray[np.int64], probabilities: NDArray[np.floating]
) -> list[tuple[float, float, int]]:
    """Return confidence and accuracy in bins of equal size.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
        Classes from 0.
    probabilities : ndarray, shape (n, classes)
        Each row sums to 1.

    Returns
    -------
    bins : list of (float, float, int)
        Mean probability of the predicted class, 0..1, accuracy, 0..1, and number of examples,
        for each tenth of the examples in order of that probability. Fewer than ten bins if
        there are fewer examples.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == truth
    order = np.argsort(confidence, kind="stable")
    return [
        (float(confidence[part].mean()), float(correct[part].mean()), len(part))
        for part in np.array_split(order, CALIBRATION_BINS)
        if len(part)
    ]


def calibration_error(bins: Sequence[tuple[float, float, int]]) -> float:
    """Return the expected calibration error: the mean gap between confidence and accuracy.

    Parameters
    ----------
    bins : sequence of (float, float, int)
        From `reliability_bins`.

    Returns
    -------
    error : float
        0 (calibrated) to 1.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural
    networks", ICML 2017.
    """
    total = sum(count for _, _, count in bins)
    return sum(count * abs(confidence - accuracy) for confidence, accuracy, count in bins) / total
