"""Train networks on all corpora fold by fold, in parallel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.training.runs.fitting import Report, unfinished_folds
from quadpred_plugin.training.runs.workers import run_in_parallel
from quadpred_plugin.training.runs.workspace import Workspace


@dataclass(frozen=True)
class FoldTraining:
    """How a kind of model is trained on one fold.

    Attributes
    ----------
    folder : callable
        Returns the folder of a run, given workspace, recipe and fold.
    prepare : callable
        Does what the folds share, given workspace, recipe, unfinished folds, processes and
        report.
    run : callable
        Trains, or resumes, and predicts the tests, given workspace, recipe, fold, processes
        and report.
    """

    folder: Callable[..., Path]
    prepare: Callable[..., None]
    run: Callable[..., None]


def train_folds(
    training: FoldTraining,
    workspace: Workspace,
    recipe: Any,
    folds: Sequence[int | None],
    jobs: int,
    report: Report,
) -> list[Path]:
    """Train a network for each fold, in parallel, and predict the tests.

    Parameters
    ----------
    training : FoldTraining
    workspace : Workspace
    recipe : LargeModel or ContextualModel
    folds : sequence of int or None
        None is the model that is trained on everything.
    jobs : int
        Processes.
    report : callable
        Of a module's top level; called in other processes.

    Returns
    -------
    folders : list of Path
        Of the folds' runs.

    Raises
    ------
    QuadpredError
        If something that the training starts from is missing.
    """
    folders = {fold: training.folder(workspace, recipe, fold) for fold in folds}
    unfinished = unfinished_folds(recipe.schedule, folders)
    training.prepare(workspace, recipe, unfinished, jobs, report)
    run_in_parallel(training.run, [(workspace, recipe, fold, 1, report) for fold in folds], jobs)
    return list(folders.values())
