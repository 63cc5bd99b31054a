"""Classification scores of the three heads, by patch and by clip."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.model.pooling import PLAIN_MEAN, Pooling, pool
from quadpred_plugin.quadrants import QUADRANTS

# Names of each head's classes, in order.
HEAD_CLASSES = {name: HEADS[name].classes for name in REQUIRED_HEADS}
CALIBRATION_BINS = 10

# One dict per clip, by head: quadrants (patches, 4) in 0..1; arousal and valence (patches,)
# in -1..1.
Outputs: TypeAlias = "Sequence[dict[str, NDArray[np.floating]]]"
# True quadrants of a fold's test clips, and the network's outputs for them.
Fold: TypeAlias = "tuple[NDArray[np.int64], Outputs]"
# By head; a missing head is pooled by the plain mean.
HeadPooling: TypeAlias = Mapping[str, Pooling]


def score_clips(
    quadrants: NDArray[np.int64],
    outputs: Outputs,
    pooling: HeadPooling | None = None,
) -> dict[str, Any]:
    """Score outputs for clips of known quadrants.

    Parameters
    ----------
    quadrants : ndarray of int, shape (clips,)
        0 to 3.
    outputs : sequence of dict
        Values of each clip's patches, by head.
    pooling : dict of Pooling, optional
        By head; the plain mean where there is none.

    Returns
    -------
    scores : dict
        ``patch`` and ``clip``: by head, the dict from `score` with ``calibration_error`` and
        ``reliability`` added. ``patches`` and ``clips``: their numbers. A clip's value is
        pooled from its patches by `pooling.pool`.
    """
    return _score_together([(quadrants, outputs)], [pooling or {}])


def score_folds(
    folds: Sequence[Fold], pooling: Sequence[HeadPooling] | None = None
) -> dict[str, Any]:
    """Score the test clips of several folds together.

    Parameters
    ----------
    folds : sequence of (quadrants, outputs)
    pooling : sequence of dict, optional
        One per fold, fitted on other clips than the fold's.

    Returns
    -------
    scores : dict
        Scores of all clips as from `score_clips`, and ``folds``: by ``patch`` or ``clip`` and
        by head, the F1 of each single fold.
    """
    pooling = pooling or [{} for _ in folds]
    scores = _score_together(folds, pooling)
    single = [
        score_clips(*fold, fold_pooling) for fold, fold_pooling in zip(folds, pooling, strict=True)
    ]
    scores["folds"] = {
        unit: {head: [fold[unit][head]["f1"] for fold in single] for head in HEAD_CLASSES}
        for unit in ("patch", "clip")
    }
    return scores


def _score_together(folds: Sequence[Fold], pooling: Sequence[HeadPooling]) -> dict[str, Any]:
    quadrants = np.concatenate([fold_quadrants for fold_quadrants, _ in folds])
    clips = [
        (clip, fold_pooling)
        for (_, outputs), fold_pooling in zip(folds, pooling, strict=True)
        for clip in outputs
    ]
    patch_labels = np.repeat(quadrants, [len(clip["arousal"]) for clip, _ in clips])
    by_patch = {head: np.concatenate([clip[head] for clip, _ in clips]) for head in HEAD_CLASSES}
    by_clip = {
        head: np.stack([pool(clip[head], by_head.get(head, PLAIN_MEAN)) for clip, by_head in clips])
        for head in HEAD_CLASSES
    }
    return {
        "patch": _score_heads(patch_labels, by_patch),
        "clip": _score_heads(quadrants, by_clip),
        "patches": len(patch_labels),
        "clips": len(quadrants),
    }


def classes_of(quadrants: NDArray[np.int64], head: str) -> NDArray[np.int64]:
    """Return each quadrant's class for a head, from 0; same shape."""
    if head == "quadrants":
        return quadrants
    positive = np.array([getattr(quadrant, head) > 0 for quadrant in QUADRANTS], dtype=np.int64)
    return positive[quadrants]


def _score_heads(
    quadrants: NDArray[np.int64], outputs: dict[str, NDArray[np.floating]]
) -> dict[str, Any]:
    scores = {}
    for head, classes in HEAD_CLASSES.items():
        truth, probabilities = classes_of(quadrants, head), outputs[head]
        if probabilities.ndim == 1:
            probabilities = np.stack([1 - probabilities, 1 + probabilities], axis=1) / 2
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
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    names = list(range(classes))
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, predicted, labels=names, average="macro", zero_division=0
    )
    return {
        "precision": round(float(precision), 4),
        "recall": round(float(recall), 4),
        "f1": round(float(f1), 4),
        "accuracy": round(float(np.mean(truth == predicted)), 4),
        "confusion": confusion_matrix(truth, predicted, labels=names).tolist(),
    }


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
