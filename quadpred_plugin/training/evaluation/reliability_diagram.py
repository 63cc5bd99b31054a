"""The reliability diagram: how sure a model is, and how often it is right."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.evaluation.scoring import HEAD_CLASSES

LEVELS = ("patch", "clip")


def draw_reliability(scores: Mapping[str, Any]) -> Any:
    """Draw a panel for each corpus and head, patches and clips in one.

    Parameters
    ----------
    scores : dict
        By corpus, as `scoring.score_folds` returns them.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A point a tenth of the patches or clips; on the diagonal a model is as sure as it
        is right.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3 * len(scores)), layout="constrained")
    panels = figure.subplots(len(scores), len(HEAD_CLASSES), squeeze=False)
    for row, (corpus, one) in zip(panels, scores.items(), strict=True):
        for panel, (head, classes) in zip(row, HEAD_CLASSES.items(), strict=True):
            least = 1 / len(classes)
            panel.plot([least, 1], [least, 1], color="0.6", linewidth=1)
            for level, marker in zip(LEVELS, "os", strict=True):
                bins = one[level][head]["reliability"]
                sureness, right = [each[0] for each in bins], [each[1] for each in bins]
                error = one[level][head]["calibration_error"]
                panel.plot(
                    sureness,
                    right,
                    marker=marker,
                    markersize=4,
                    label=f"{level}, error {error:.3f}",
                )
            panel.set(xlim=(least, 1), ylim=(0, 1), title=f"{corpus}: {head}")
            panel.legend(fontsize="small", loc="lower right")
    figure.supxlabel("mean probability of what the model chose")
    figure.supylabel("share of right choices")
    return figure


def write_reliability(scores: Mapping[str, Any], path: Path) -> None:
    """Write `draw_reliability` as an SVG file, the same bytes for the same scores."""
    import matplotlib

    figure = draw_reliability(scores)
    with matplotlib.rc_context({"svg.hashsalt": "reliability"}):
        write_atomically(
            path, lambda stream: figure.savefig(stream, format="svg", metadata={"Date": None})
        )
