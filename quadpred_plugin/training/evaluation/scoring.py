"""Scores of the three heads by patch and by clip, for clips of one or several folds."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.evaluation.classification import HEAD_CLASSES, score_heads
from quadpred_plugin.model.pooling import PLAIN_MEAN, Pooling, pool

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
        ``patch`` and ``clip``: by head, from `classification.score_heads`. ``patches`` and
        ``clips``: their numbers. A clip's value is pooled from its patches by `pooling.pool`.
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
        "patch": score_heads(patch_labels, by_patch),
        "clip": score_heads(quadrants, by_clip),
        "patches": len(patch_labels),
        "clips": len(quadrants),
    }
