"""Figures of merit of the three heads, by patch and by clip."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.model.pooling import PLAIN_MEAN, Pooling, pool
from quadpred_plugin.quadrants import QUADRANTS

# Names of the classes that each head tells apart, in order.
HEAD_CLASSES = {
    "quadrants": tuple(quadrant.name for quadrant in QUADRANTS),
    "arousal": ("negative", "positive"),
    "valence": ("negative", "positive"),
}
CALIBRATION_BINS = 10

# For each clip and head the values of its patches: quadrants (patches, 4) in 0..1, arousal
# and valence (patches,) in -1..1.
Outputs: TypeAlias = "Sequence[dict[str, NDArray[np.floating]]]"
# The quadrants of a fold's test clips, and what its network says of them.
Fold: TypeAlias = "tuple[NDArray[np.int64], Outputs]"
# By head; heads that aren't there keep their mean.
HeadPooling: TypeAlias = Mapping[str, Pooling]


def score_clips(
    quadrants: NDArray[np.int64],
    outputs: Outputs,
    pooling: HeadPooling | None = None,
) -> dict[str, Any]:
    """Score clips of known quadrants.

    Parameters
    ----------
    quadrants : ndarray of int, shape (clips,)
        0 to 3.
    outputs : sequence of dict
        What the network says of the patches of each clip.
    pooling : dict of Pooling, optional
        Of each head's mean over a clip.

    Returns
    -------
    scores : dict
        ``patch`` and ``clip``, each a dict of heads as `score` returns them, with
        ``calibration_error`` and ``reliability`` added, and the numbers of both. A clip's
        value is its patches' as `pooling.pool` has it.
    """
    return _score_together([(quadrants, outputs)], [pooling or {}])


def score_folds(
    folds: Sequence[Fold], pooling: Sequence[HeadPooling] | None = None
) -> dict[str, Any]:
    """Score the tests of several folds together.

    Parameters
    ----------
    folds : sequence of (quadrants, outputs)
    pooling : sequence of dict, optional
        Of each fold; fitted on other clips than the fold's.

    Returns
    -------
    scores : dict
        As `score_clips` returns them for all clips, and ``folds``: by level and head the
        F1 of each fold by itself.
    """
    pooling = pooling or [{} for _ in folds]
    scores = _score_together(folds, pooling)
    each = [score_clips(*one, its) for one, its in zip(folds, pooling, strict=True)]
    scores["folds"] = {
        level: {head: [one[level][head]["f1"] for one in each] for head in HEAD_CLASSES}
        for level in ("patch", "clip")
    }
    return scores


def _score_together(folds: Sequence[Fold], pooling: Sequence[HeadPooling]) -> dict[str, Any]:
    quadrants = np.concatenate([one for one, _ in folds])
    clips = [
        (one, its) for (_, outputs), its in zip(folds, pooling, strict=True) for one in outputs
    ]
    patch_labels = np.repeat(quadrants, [len(one["arousal"]) for one, _ in clips])
    by_patch = {head: np.concatenate([one[head] for one, _ in clips]) for head in HEAD_CLASSES}
    by_clip = {
        head: np.stack([pool(one[head], its.get(head, PLAIN_MEAN)) for one, its in clips])
        for head in HEAD_CLASSES
    }
    return {
        "patch": _score_heads(patch_labels, by_patch),
        "clip": _score_heads(quadrants, by_clip),
        "patches": len(patch_labels),
        "clips": len(quadrants),
    }


def classes_of(quadrants: NDArray[np.int64], head: str) -> NDArray[np.int64]:
    """Return the class, from 0, that each quadrant is for a head; shape as given."""
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
        bins = reliability(truth, probabilities)
        scores[head]["calibration_error"] = round(calibration_error(bins), 4)
        scores[head]["reliability"] = [
            [round(sureness, 4), round(right, 4), count] for sureness, right, count in bins
        ]
    return scores


def score(truth: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> dict[str, Any]:
    """Macro precision, recall and F1, and the confusion matrix.

    Parameters
    ----------
    truth, said : ndarray of int, shape (n,)
        Classes from 0.
    classes : int

    Returns
    -------
    scores : dict
        ``precision``, ``recall``, ``f1``, ``accuracy`` in 0..1, and ``confusion``: a row a
        true class, a column a predicted one.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    names = list(range(classes))
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, said, labels=names, average="macro", zero_division=0
    )
    return {
        "precision": round(float(precision), 4),
        "recall": round(float(recall), 4),
        "f1": round(float(f1), 4),
        "accuracy": round(float(np.mean(truth == said)), 4),
        "confusion": confusion_matrix(truth, said, labels=names).tolist(),
    }


def reliability(
    truth: NDArray[np.int64], probabilities: NDArray[np.floating]
) -> list[tuple[float, float, int]]:
    """Set how sure a network is beside how often it is right, over bins of equal mass.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
        Classes from 0.
    probabilities : ndarray, shape (n, classes)
        Each row sums to 1.

    Returns
    -------
    bins : list of (float, float, int)
        Mean probability of what the network chose, share of right choices, and number of
        examples, for each tenth of the examples in order of that probability; fewer than ten
        where there are fewer examples.
    """
    sureness = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == truth
    order = np.argsort(sureness, kind="stable")
    return [
        (float(sureness[part].mean()), float(right[part].mean()), len(part))
        for part in np.array_split(order, CALIBRATION_BINS)
        if len(part)
    ]


def calibration_error(bins: Sequence[tuple[float, float, int]]) -> float:
    """Return the expected calibration error: how far sureness is from being right, on average.

    Parameters
    ----------
    bins : sequence of (float, float, int)
        From `reliability`.

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
    return sum(count * abs(sureness - right) for sureness, right, count in bins) / total
