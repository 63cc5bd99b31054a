"""Train the contextual network fold by fold, after its pretext training."""

from collections.abc import Sequence
from pathlib import Path

from quadpred_plugin.training.contextual.features_and_notes import run_pretext
from quadpred_plugin.training.contextual.training import model_folder, run_model, teacher_files
from quadpred_plugin.training.emotion.corpora import every_track
from quadpred_plugin.training.features import cache_features
from quadpred_plugin.training.large.heads import Report
from quadpred_plugin.training.large.trunk_features import cache_trunk_features
from quadpred_plugin.training.recipes.contextual_model import ContextualModel
from quadpred_plugin.training.runs.fitting import unfinished_folds
from quadpred_plugin.training.runs.workers import run_in_parallel
from quadpred_plugin.training.runs.workspace import Workspace


def train_folds(
    workspace: Workspace,
    recipe: ContextualModel,
    folds: Sequence[int | None],
    jobs: int,
    report: Report,
) -> list[Path]:
    """Train a network for each fold, in parallel, and predict the tests.

    Parameters
    ----------
    workspace : Workspace
    recipe : ContextualModel
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
        If a teacher wasn't trained.
    """
    folders = {fold: model_folder(workspace, recipe, fold) for fold in folds}
    unfinished = unfinished_folds(recipe.schedule, folders)
    # Before hours of training without it.
    for fold in unfinished:
        teacher_files(workspace, recipe, fold)
    run_in_parallel(run_pretext, [(workspace, recipe.initial_weights, jobs, report)], 1)
    # Before the folds, all of which need the same features.
    tracks = every_track(workspace, recipe.corpora, unfinished)
    cache_features(tracks, recipe.front_end, workspace.work, jobs)
    cache_trunk_features(tracks, workspace.work, jobs)
    run_in_parallel(run_model, [(workspace, recipe, fold, 1, report) for fold in folds], jobs)
    return list(folders.values())
