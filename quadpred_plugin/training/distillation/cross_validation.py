"""Cross-validate students and ensembles, and score the predictions of their folds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.emopia import NAME as PIANO
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.distillation.student_runs import (
    Trained,
    music_folds,
    predictions_file,
    run,
    student_folder,
)
from quadpred_plugin.training.evaluation.calibration import fit_folds, pooling_by_fold
from quadpred_plugin.training.evaluation.predictions import read_predictions
from quadpred_plugin.training.evaluation.scoring import Fold, score_folds
from quadpred_plugin.training.midi.renditions import (
    PIANO_HELD_BACK,
    PIANO_KNOWN,
    PIANO_SYNTHETIC,
)
from quadpred_plugin.training.runs.fitting import Report
from quadpred_plugin.training.runs.workers import run_in_parallel
from quadpred_plugin.training.runs.workspace import Workspace

_PIANO_PARTS = (PIANO_HELD_BACK, PIANO_SYNTHETIC, PIANO_KNOWN)


def cross_validate(
    workspace: Workspace, recipe: Trained, jobs: int, report: Report
) -> dict[str, Any]:
    """Train one network per fold, in parallel, and score their test predictions.

    Parameters
    ----------
    workspace : Workspace
    recipe : Student or Ensemble
    jobs : int
        Folds in parallel, one core each.
    report : callable
        Of a module's top level; called in other processes.

    Returns
    -------
    scores : dict
        As `fold_scores` returns them.
    """
    calls = [(workspace, recipe, fold, report) for fold in music_folds(workspace)]
    run_in_parallel(run, calls, jobs)
    return fold_scores(workspace, recipe)


def fold_scores(workspace: Workspace, recipe: Trained) -> dict[str, Any]:
    """Score the folds' networks together, each pooled as fitted on the other folds' tests.

    The folds are those with predictions, so the datasets themselves aren't needed.

    Returns
    -------
    scores : dict
        By test set, as `scoring.score_folds` returns them. Every fold's network predicts
        EMOPIA's whole validation part; its scores count each clip that often.
    """
    music = read_folds(workspace, recipe, POP)
    pooling = pooling_by_fold(music)
    first = scored_folds(workspace, recipe)[0]
    piano = {
        part: read_folds(workspace, recipe, part)
        for part in _PIANO_PARTS
        if predictions_file(workspace, recipe, first, part).exists()
    }
    every = {POP: music, **_with_all_of_piano(piano)}
    return {tests: score_folds(folds, pooling) for tests, folds in every.items()}


def final_scores(workspace: Workspace, recipe: Trained) -> dict[str, Any]:
    """Score the network that was trained on all folds, on EMOPIA's validation part.

    Returns
    -------
    scores : dict
        By test set, as `scoring.score_folds` returns them, pooled as fitted on 4Q's folds.
    """
    pooling = fit_folds(read_folds(workspace, recipe, POP))
    folder = student_folder(workspace, recipe, None)
    piano = {
        part: [read_predictions(folder / f"{part}.npz")]
        for part in _PIANO_PARTS
        if (folder / f"{part}.npz").exists()
    }
    every = _with_all_of_piano(piano)
    return {tests: score_folds(one, [pooling]) for tests, one in every.items()}


def _with_all_of_piano(parts: Mapping[str, Sequence[Fold]]) -> dict[str, list[Fold]]:
    """Prepend the union of EMOPIA's test sets, as `PIANO`."""
    if not parts:
        return {}
    together: list[Fold] = [
        (np.concatenate([one for one, _ in fold]), [clip for _, clips in fold for clip in clips])
        for fold in zip(*parts.values(), strict=True)
    ]
    return {PIANO: together, **{part: list(folds) for part, folds in parts.items()}}


def read_folds(workspace: Workspace, recipe: Trained, tests: str) -> list[Fold]:
    """Return the predictions of the folds' networks for a test set."""
    return [
        read_predictions(predictions_file(workspace, recipe, fold, tests))
        for fold in scored_folds(workspace, recipe)
    ]


def scored_folds(workspace: Workspace, recipe: Trained) -> list[int]:
    """Return the folds with predictions, at least one.

    Raises
    ------
    QuadpredError
        If there is none.
    """
    runs = student_folder(workspace, recipe, None).parent.glob(f"fold*/{POP}.npz")
    if folds := sorted(int(path.parent.name.removeprefix("fold")) for path in runs):
        return folds
    raise QuadpredError(
        f"No fold of '{recipe.name}' has predictions in {workspace.work}: run 'quadpred train "
        f"student {recipe.name}'."
    )
