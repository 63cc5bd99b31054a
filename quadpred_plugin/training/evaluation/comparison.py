"""The default model beside what it has to beat, on the same folds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from quadpred_plugin.training.distillation.examples import PIANO, PIANO_HELD_BACK, PIANO_KNOWN, POP
from quadpred_plugin.training.evaluation.calibration import pooling_by_fold
from quadpred_plugin.training.evaluation.scoring import HEAD_CLASSES, Fold, score_folds
from quadpred_plugin.training.language_study.experiments import (
    Grid,
    predictions_file,
    read_predictions,
)

# Rows of the teacher's results, under the names that its variants have.
BASELINES = {
    "vibenet, its energy and valence": "vibenet's energy and valence, logistic regression",
    "three networks": "the teacher",
}

_PIANO_TITLES = {
    PIANO: "EMOPIA's validation part, by all three soundfonts",
    PIANO_HELD_BACK: "EMOPIA's validation part, by the soundfont that is held back",
    PIANO_KNOWN: "EMOPIA's validation part, by soundfonts that training knows",
}


def teacher_rows(results: Path, corpus: str) -> dict[str, list[dict[str, float]]]:
    """Return the F1 of each head by clip, one dict a fold, of `BASELINES`.

    Parameters
    ----------
    results : Path
        The teacher's ``results.json``; no rows where it isn't there.
    corpus : {'4q', 'emopia'}
    """
    if not results.exists():
        return {}
    variants = json.loads(results.read_text(encoding="utf-8"))
    return {
        title: variants[name][corpus]
        for name, title in BASELINES.items()
        if corpus in variants.get(name, {})
    }


def fold_rows(scores: Mapping[str, Any], level: str = "clip") -> list[dict[str, float]]:
    """Return the F1 of each head, one dict a fold, from `scoring.score_folds`."""
    folds = scores["folds"][level]
    count = len(folds["quadrants"])
    return [{head: folds[head][fold] for head in HEAD_CLASSES} for fold in range(count)]


def study_rows(grid: Grid, work: Path) -> dict[str, list[dict[str, float]]]:
    """Return the F1 of each head by clip, one dict a fold, of the studies' rows that are there.

    Whole networks alone, and pooled as the student is: by what was fitted on the other folds.
    """
    rows: dict[str, list[Fold]] = {}
    for experiment in grid.experiments():
        path = predictions_file(experiment, work)
        if path.exists() and experiment.setting != "feat_ext":
            speech = f"{experiment.method.upper()}, speech {experiment.speech}"
            name = "music alone" if experiment.method == "scratch" else speech
            rows.setdefault(f"quad-pred's network, {name}", []).append(read_predictions(path))
    return {
        name: fold_rows(score_folds(folds, pooling_by_fold(folds))) for name, folds in rows.items()
    }


def compare(
    work: Path,
    name: str,
    scores: Mapping[str, Any],
    grid: Grid,
    final: Mapping[str, Any] | None = None,
) -> str:
    """Write tables of 4Q and of EMOPIA's validation part, and a student's calibration.

    Parameters
    ----------
    work : Path
        Holds what the teacher and the studies' networks said of the same folds.
    name : str
        The student's.
    scores : dict
        The student's, from `students.pooled_scores`.
    grid : Grid
        The studies' experiments.
    final : dict, optional
        From `students.final_scores`: of the weights that learned from all clips.

    Returns
    -------
    text : str
        Markdown.
    """
    teacher = work / "teacher" / "results.json"
    music = {
        **teacher_rows(teacher, POP),
        **study_rows(grid, work),
        f"**{name}**": fold_rows(scores[POP]),
    }
    parts = ["### 4Q, by clip\n", comparison_table(music)]
    final = final or {}
    for corpus, title in _PIANO_TITLES.items():
        if corpus in scores:
            rows = teacher_rows(teacher, corpus)
            rows[f"**{name}**"] = fold_rows(scores[corpus])
            if corpus in final:
                rows[f"**{name}**, as shipped"] = fold_rows(final[corpus])
            parts += [f"### {title}, by clip\n", comparison_table(rows)]
    shipped = {f"{corpus}, as shipped": one for corpus, one in final.items()}
    parts += ["### Which quadrant for which, by clip\n", confusion_tables({**scores, **shipped})]
    parts += ["### Calibration\n", calibration_table({**scores, **shipped})]
    return "\n".join(parts)


def confusion_tables(scores: Mapping[str, Any]) -> str:
    """Write how many clips of each quadrant were heard as which, a Markdown table a corpus."""
    classes = HEAD_CLASSES["quadrants"]
    tables = []
    for corpus, one in scores.items():
        lines = [f"| {corpus}: is | {' | '.join(f'heard as {name}' for name in classes)} |"]
        lines.append("|---" * (len(classes) + 1) + "|")
        for name, row in zip(classes, one["clip"]["quadrants"]["confusion"], strict=True):
            lines.append(f"| {name} | {' | '.join(map(str, row))} |")
        tables.append("\n".join(lines) + "\n")
    return "\n".join(tables)


def calibration_table(scores: Mapping[str, Any]) -> str:
    """Write the expected calibration errors of `students.pooled_scores` as a Markdown table."""
    lines = [f"| corpus | level | {' | '.join(HEAD_CLASSES)} |", "|---|---|---|---|---|"]
    for corpus, one in scores.items():
        for level in ("clip", "patch"):
            cells = [f"{one[level][head]['calibration_error']:.3f}" for head in HEAD_CLASSES]
            lines.append(f"| {corpus} | {level} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def comparison_table(rows: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Write rows as a Markdown table: macro F1 by clip, mean and spread over folds."""
    lines = [f"| model | folds | {' | '.join(HEAD_CLASSES)} |", "|---|---|---|---|---|"]
    for title, folds in rows.items():
        cells = [title, str(len(folds))]
        for head in HEAD_CLASSES:
            values = [fold[head] for fold in folds]
            spread = f" ± {stdev(values):.3f}" if len(values) > 1 else ""
            cells.append(f"{mean(values):.3f}{spread}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
