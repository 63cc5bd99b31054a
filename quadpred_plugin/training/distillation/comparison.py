"""Compare a student with baselines, its teacher and the studies, on the same folds."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quadpred_plugin.evaluation.classification import HEAD_CLASSES
from quadpred_plugin.training.datasets.emopia import NAME as PIANO
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.evaluation.calibration import pooling_by_fold
from quadpred_plugin.training.evaluation.fold_tables import comparison_table, fold_rows
from quadpred_plugin.training.evaluation.predictions import read_predictions
from quadpred_plugin.training.evaluation.scoring import Fold, score_folds
from quadpred_plugin.training.language_study.experiments import (
    FROZEN,
    SCRATCH,
    experiments,
    predictions_file,
)
from quadpred_plugin.training.midi.renditions import (
    PIANO_HELD_BACK,
    PIANO_KNOWN,
    PIANO_SYNTHETIC,
)
from quadpred_plugin.training.recipes.kinds import LanguageStudy
from quadpred_plugin.training.runs.workspace import Workspace
from quadpred_plugin.training.teachers.baselines import results_file

_PIANO_TITLES = {
    PIANO: "EMOPIA's validation part, by all instruments",
    PIANO_HELD_BACK: "EMOPIA's validation part, by the held-back soundfont",
    PIANO_SYNTHETIC: "EMOPIA's validation part, by the held-back synthesiser",
    PIANO_KNOWN: "EMOPIA's validation part, by the training soundfonts",
}


def baseline_rows(results: Path, tests: str) -> dict[str, list[dict[str, float]]]:
    """Return the F1 of each head by clip, one dict per fold, of the baselines and the teacher.

    Parameters
    ----------
    results : Path
        ``results.json`` of the teachers; no rows where it doesn't exist.
    tests : {'4q', 'emopia-held-back', 'emopia-synthetic', 'emopia-known'}
    """
    if not results.exists():
        return {}
    scores = json.loads(results.read_text(encoding="utf-8"))
    return {title: by_tests[tests] for title, by_tests in scores.items() if tests in by_tests}


def study_rows(study: LanguageStudy, workspace: Workspace) -> dict[str, list[dict[str, float]]]:
    """Return the F1 of each head by clip, one dict per fold, of the studies' available rows.

    Of networks trained in all layers alone, pooled as the student: as fitted on the other
    folds.
    """
    rows: dict[str, list[Fold]] = {}
    for experiment in experiments(study):
        path = predictions_file(workspace, experiment)
        if path.exists() and experiment.setting != FROZEN:
            speech = f"{experiment.method.upper()}, speech {experiment.speech}"
            name = "music alone" if experiment.method == SCRATCH else speech
            rows.setdefault(f"quad-pred's network, {name}", []).append(read_predictions(path))
    return {
        name: fold_rows(score_folds(folds, pooling_by_fold(folds))) for name, folds in rows.items()
    }


def compare(
    workspace: Workspace,
    name: str,
    scores: Mapping[str, Any],
    study: LanguageStudy,
    final: Mapping[str, Any] | None = None,
) -> str:
    """Return tables of 4Q and of EMOPIA's validation part, and a student's calibration.

    Parameters
    ----------
    workspace : Workspace
        With the predictions of the teachers and the studies for the same folds.
    name : str
        The student's.
    scores : dict
        The student's, from `cross_validation.fold_scores`.
    study : LanguageStudy
    final : dict, optional
        From `cross_validation.final_scores`: of the network trained on all clips.

    Returns
    -------
    text : str
        Markdown.
    """
    results = results_file(workspace.work)
    music = {
        **baseline_rows(results, POP),
        **study_rows(study, workspace),
        f"**{name}**": fold_rows(scores[POP]),
    }
    parts = ["### 4Q, by clip\n", comparison_table(music)]
    final = final or {}
    for tests, title in _PIANO_TITLES.items():
        if tests in scores:
            rows = baseline_rows(results, tests)
            rows[f"**{name}**"] = fold_rows(scores[tests])
            if tests in final:
                rows[f"**{name}**, as shipped"] = fold_rows(final[tests])
            parts += [f"### {title}, by clip\n", comparison_table(rows)]
    shipped = {f"{tests}, as shipped": one for tests, one in final.items()}
    parts += ["### Confusion of quadrants, by clip\n", confusion_tables({**scores, **shipped})]
    parts += ["### Calibration\n", calibration_table({**scores, **shipped})]
    return "\n".join(parts)


def confusion_tables(scores: Mapping[str, Any]) -> str:
    """Return the confusion matrices of the quadrants, a Markdown table per test set."""
    classes = HEAD_CLASSES["quadrants"]
    tables = []
    for tests, one in scores.items():
        lines = [f"| {tests}: true | {' | '.join(f'predicted {name}' for name in classes)} |"]
        lines.append("|---" * (len(classes) + 1) + "|")
        for name, row in zip(classes, one["clip"]["quadrants"]["confusion"], strict=True):
            lines.append(f"| {name} | {' | '.join(map(str, row))} |")
        tables.append("\n".join(lines) + "\n")
    return "\n".join(tables)


def calibration_table(scores: Mapping[str, Any]) -> str:
    """Return the expected calibration errors as a Markdown table."""
    lines = [f"| tests | level | {' | '.join(HEAD_CLASSES)} |", "|---|---|---|---|---|"]
    for tests, one in scores.items():
        for level in ("clip", "patch"):
            cells = [f"{one[level][head]['calibration_error']:.3f}" for head in HEAD_CLASSES]
            lines.append(f"| {tests} | {level} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
