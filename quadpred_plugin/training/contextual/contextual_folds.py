"""The folds of the contextual network, after its pretext training."""

from collections.abc import Sequence

from quadpred_plugin.training.contextual.features_and_notes import run_pretext
from quadpred_plugin.training.contextual.training import model_folder, run_model, teacher_files
from quadpred_plugin.training.emotion.corpora import every_track
from quadpred_plugin.training.emotion.folds import FoldTraining
from quadpred_plugin.training.features import cache_features
from quadpred_plugin.training.large.trunk_features import cache_trunk_features
from quadpred_plugin.training.recipes.contextual_model import ContextualModel
from quadpred_plugin.training.runs.fitting import Report
from quadpred_plugin.training.runs.workers import run_in_parallel
from quadpred_plugin.training.runs.workspace import Workspace


def _prepare(
    workspace: Workspace,
    recipe: ContextualModel,
    unfinished: Sequence[int | None],
    jobs: int,
    report: Report,
) -> None:
    # Before hours of training without a teacher.
    for fold in unfinished:
        teacher_files(workspace, recipe, fold)
    # As the folds, in a process whose TensorFlow uses one thread.
    run_in_parallel(run_pretext, [(workspace, recipe.initial_weights, jobs, report)], 1)
    tracks = every_track(workspace, recipe.corpora, unfinished)
    cache_features(tracks, recipe.front_end, workspace.work, jobs)
    cache_trunk_features(tracks, workspace.work, jobs)


CONTEXTUAL_TRAINING = FoldTraining(model_folder, _prepare, run_model)
