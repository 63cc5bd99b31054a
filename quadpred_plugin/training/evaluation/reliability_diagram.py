"""Reliability diagram: confidence against accuracy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quadpred_plugin.evaluation.classification import HEAD_CLASSES
from quadpred_plugin.system.files import write_atomically

UNITS = ("patch", "clip")


def draw_reliability(scores: Mapping[str, Any]) -> Any:
    """Draw one panel per dataset and head, with a curve of patches and one of clips.

    Parameters
    ----------
    scores : dict
        By dataset, from `scoring.score_folds`.

    Returns
    -------
    figure : matplotlib.figure.Figure
        One point per tenth of the patches or clips. On the diagonal, confidence equals
        accuracy.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3 * len(scores)), layout="constrained")
    panels = figure.subplots(len(scores), len(HEAD_CLASSES), squeeze=False)
    for row, (dataset, dataset_scores) in zip(panels, scores.items(), strict=True):
        for panel, (head, classes) in zip(row, HEAD_CLASSES.items(), strict=True):
            least = 1 / len(classes)
            panel.plot([least, 1], [least, 1], color="0.6", linewidth=1)
            for unit, marker in zip(UNITS, "os", strict=True):
                bins = dataset_scores[unit][head]["reliability"]
                error = dataset_scores[unit][head]["calibration_error"]
                panel.plot(
                    [confidence for confidence, _, _ in bins],
                    [accuracy for _, accuracy, _ in bins],
                    marker=marker,
                    markersize=4,
                    label=f"{unit}, error {error:.3f}",
                )
            panel.set(xlim=(least, 1), ylim=(0, 1), title=f"{dataset}: {head}")
            panel.legend(fontsize="small", loc="lower right")
    figure.supxlabel("confidence: mean probability of the predicted class")
    figure.supylabel("accuracy")
    return figure


def write_reliability(scores: Mapping[str, Any], path: Path) -> None:
    """Write the reliability diagram as an SVG file; equal scores give equal bytes."""
    import matplotlib

    figure = draw_reliability(scores)
    with matplotlib.rc_context({"svg.hashsalt": "reliability"}):
        write_atomically(
            path, lambda stream: figure.savefig(stream, format="svg", metadata={"Date": None})
        )
