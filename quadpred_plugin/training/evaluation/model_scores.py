"""Scores of a frozen model on labelled clips, by patch and by clip."""

from collections.abc import Sequence
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.classification import HEAD_CLASSES
from quadpred_plugin.inference import Model
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.evaluation.scoring import score_clips
from quadpred_plugin.training.evaluation.served_predictions import predict_served_files
from quadpred_plugin.training.targets import track_quadrants


def evaluate(model: Model, tracks: Sequence[Track], jobs: int) -> dict[str, Any]:
    """Predict clips as users' files, and score the heads.

    In a process that hasn't imported TensorFlow: Essentia brings its own, which must be
    imported first.

    Parameters
    ----------
    model : Model
        The frozen model.
    tracks : sequence of Track
        Labelled, none of which the model was trained on.
    jobs : int
        Processes.

    Returns
    -------
    scores : dict
        As `scoring.score_clips` returns them.

    Raises
    ------
    QuadpredError
        If a clip can't be decoded.
    """
    predictions = predict_served_files(model, [track.path for track in tracks], jobs)
    for prediction in predictions:
        if prediction.status != "ok":
            raise QuadpredError(f"{prediction.source}: {' '.join(prediction.warnings)}")
    outputs = [
        {head: getattr(prediction, head) for head in HEAD_CLASSES} for prediction in predictions
    ]
    return score_clips(track_quadrants(tracks), outputs, model.card.pooling)


def format_scores(scores: dict[str, Any]) -> str:
    """Return the scores as the text that the command prints."""
    columns = ("recall", "f1", "accuracy", "calibration_error")
    lines = ["level  head       precision  recall    F1  accuracy  calibration error"]
    for level in ("clip", "patch"):
        for head, values in scores[level].items():
            figures = "  ".join(f"{values[key]:6.3f}" for key in columns)
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
