"""Tables of the language study's results beside the published figures."""

import csv
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from quadpred_plugin.evaluation.classification import HEAD_CLASSES
from quadpred_plugin.training.evaluation.predictions import read_predictions
from quadpred_plugin.training.evaluation.scoring import score_clips
from quadpred_plugin.training.language_study.experiments import (
    Experiment,
    experiments,
    predictions_file,
)
from quadpred_plugin.training.recipes.kinds import LanguageStudy
from quadpred_plugin.training.runs.workspace import Workspace

PUBLISHED = Path(__file__).parent / "published.csv"

# The published rows of arousal and valence are exchanged: the released log's accuracies
# and confusion matrices show it, and arousal is the easier one everywhere else.
_PUBLISHED_HEADS = {"quadrants": "quadrants", "A": "valence", "V": "arousal"}
_LANGUAGES = {"e": "English", "m": "Mandarin", "x": "both", "": "none"}


def collect(
    study: LanguageStudy, workspace: Workspace
) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """Score the available predictions: a list over folds, by method, speech and setting."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for experiment in experiments(study):
        path = predictions_file(workspace, experiment)
        if path.exists():
            scores = score_clips(*read_predictions(path))
            found.setdefault(_row(experiment), []).append(scores)
    return found


def published() -> dict[tuple[str, str, str, str], dict[str, str]]:
    """Return the published figures by method, speech, setting and head, with heads corrected.

    Where both studies have a figure, it is the later study's.
    """
    figures: dict[tuple[str, str, str, str], dict[str, str]] = {}
    with open(PUBLISHED, newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            head = _PUBLISHED_HEADS[row["head"]]
            figures.setdefault((row["method"], row["speech"], row["setting"], head), row)
    return figures


def table(results: dict[tuple[str, str, str], list[dict[str, Any]]], level: str) -> str:
    """Return the results as a Markdown table.

    Parameters
    ----------
    results : dict
        From `collect`.
    level : {'patch', 'clip'}

    Returns
    -------
    text : str
        A row per experiment: macro precision, recall and F1 of each head, mean
        over folds with the spread of F1, and the published F1, which is by patch.
    """
    names = ("method", "speech", "setting", "folds")
    head_names = [f"{head}: P, R, F1" for head in HEAD_CLASSES]
    columns = [*names, *head_names, "published F1"] if level == "patch" else [*names, *head_names]
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    printed = published()
    for (method, speech, setting), folds in results.items():
        cells = [method.upper(), _LANGUAGES[speech], setting, str(len(folds))]
        cells += [_figures([fold[level][head] for fold in folds]) for head in HEAD_CLASSES]
        if level == "patch":
            rows = [printed.get((method, speech, setting, head)) for head in HEAD_CLASSES]
            cells.append(", ".join(row["f1"] if row else "–" for row in rows))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _figures(scores: Sequence[dict[str, Any]]) -> str:
    precision, recall, f1 = (
        mean(one[key] for one in scores) for key in ("precision", "recall", "f1")
    )
    spread = f" ± {stdev(one['f1'] for one in scores):.3f}" if len(scores) > 1 else ""
    return f"{precision:.3f}, {recall:.3f}, **{f1:.3f}**{spread}"


def _row(experiment: Experiment) -> tuple[str, str, str]:
    return experiment.method, experiment.speech, experiment.setting


def tables(results: dict[tuple[str, str, str], list[dict[str, Any]]]) -> str:
    """Return the tables by patch and by clip, each under a heading."""
    return "\n".join(f"### By {level}\n\n{table(results, level)}" for level in ("patch", "clip"))
