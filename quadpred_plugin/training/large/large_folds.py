"""Train the heads of the large model fold by fold, on features that are computed once."""

from collections.abc import Sequence
from pathlib import Path

from quadpred_plugin.training.emotion.corpora import every_track
from quadpred_plugin.training.large.heads import Report, heads_folder, run_heads
from quadpred_plugin.training.large.trunk_features import cache_trunk_features
from quadpred_plugin.training.recipes.large_model import LargeModel
from quadpred_plugin.training.runs.fitting import unfinished_folds
from quadpred_plugin.training.runs.workers import run_in_parallel
from quadpred_plugin.training.runs.workspace import Workspace


def train_folds(
    workspace: Workspace,
    recipe: LargeModel,
    folds: Sequence[int | None],
    jobs: int,
    report: Report,
) -> list[Path]:
    """Train heads for each fold, in parallel, and predict the tests.

    Parameters
    ----------
    workspace : Workspace
    recipe : LargeModel
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
    """
    folders = {fold: heads_folder(workspace, recipe, fold) for fold in folds}
    unfinished = unfinished_folds(recipe.schedule, folders)
    # Before the folds, all of which need the same features.
    cache_trunk_features(every_track(workspace, recipe.corpora, unfinished), workspace.work, jobs)
    run_in_parallel(run_heads, [(workspace, recipe, fold, 1, report) for fold in folds], jobs)
    return list(folders.values())
