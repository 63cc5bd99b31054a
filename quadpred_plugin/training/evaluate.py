"""Scores of a model on labelled clips, by patch and by clip."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.inference import Model
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANT_NAMES, QUADRANTS
from quadpred_plugin.training.corpora import Clip

HEAD_CLASSES = {
    "quadrants": QUADRANT_NAMES,
    "arousal": ("negative", "positive"),
    "valence": ("negative", "positive"),
}


def evaluate(model: Model, clips: Sequence[Clip], jobs: int) -> dict[str, Any]:
    """Hear clips from their files, as any user would, and score the heads.

    Parameters
    ----------
    model : Model
        The frozen model.
    clips : sequence of Clip
        None of which the model was trained on.
    jobs : int
        Processes.

    Returns
    -------
    scores : dict
        ``patch`` and ``clip``, each a dict of heads as `score` returns them, and the
        numbers of both. A clip's value is the mean over its patches.

    Raises
    ------
    QuadpredError
        If a clip can't be heard.
    """
    predictions = list(model.predict_many([clip.path for clip in clips], jobs=jobs))
    for prediction in predictions:
        if prediction.status != "ok":
            raise QuadpredError(f"{prediction.source}: {' '.join(prediction.warnings)}")
    labels = np.array([clip.quadrant for clip in clips])
    patch_labels = np.repeat(labels, [len(prediction) for prediction in predictions])
    return {
        "patch": _score_heads(patch_labels, _by_patch(predictions)),
        "clip": _score_heads(labels, _by_clip(predictions)),
        "patches": len(patch_labels),
        "clips": len(clips),
    }


def _by_patch(predictions: Sequence[Prediction]) -> dict[str, NDArray[np.float64]]:
    return {
        head: np.concatenate([getattr(prediction, head) for prediction in predictions])
        for head in HEAD_CLASSES
    }


def _by_clip(predictions: Sequence[Prediction]) -> dict[str, NDArray[np.float64]]:
    return {
        head: np.stack([getattr(prediction, head).mean(axis=0) for prediction in predictions])
        for head in HEAD_CLASSES
    }


def _score_heads(
    quadrants: NDArray[np.int64], outputs: dict[str, NDArray[np.float64]]
) -> dict[str, Any]:
    signs = {
        head: np.array([getattr(quadrant, head) > 0 for quadrant in QUADRANTS], dtype=int)
        for head in ("arousal", "valence")
    }
    truth = {"quadrants": quadrants, **{head: sign[quadrants] for head, sign in signs.items()}}
    said = {
        "quadrants": outputs["quadrants"].argmax(axis=1),
        **{head: (outputs[head] > 0).astype(int) for head in signs},
    }
    return {
        head: score(truth[head], said[head], len(classes)) for head, classes in HEAD_CLASSES.items()
    }


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


def format_scores(scores: dict[str, Any]) -> str:
    """Return the scores as the text that the command prints."""
    lines = ["level  head       precision  recall    F1  accuracy"]
    for level in ("clip", "patch"):
        for head, values in scores[level].items():
            figures = "  ".join(f"{values[key]:6.3f}" for key in ("recall", "f1", "accuracy"))
            lines.append(f"{level:5}  {head:9}  {values['precision']:9.3f}  {figures}")
    for level in ("clip", "patch"):
        for head, values in scores[level].items():
            lines += ["", f"{head} by {level}: rows are true, columns predicted"]
            names = HEAD_CLASSES[head]
            width = max(map(len, names)) + 2
            lines.append(" " * width + "".join(f"{name:>10}" for name in names))
            for name, row in zip(names, values["confusion"], strict=True):
                lines.append(f"{name:{width}}" + "".join(f"{count:10d}" for count in row))
    return "\n".join(lines)
