"""The folds of the large model's heads, on features that are computed once."""

from collections.abc import Sequence

from quadpred_plugin.training.emotion.corpora import every_track
from quadpred_plugin.training.emotion.folds import FoldTraining
from quadpred_plugin.training.large.heads import heads_folder, run_heads
from quadpred_plugin.training.large.trunk_features import cache_trunk_features
from quadpred_plugin.training.recipes.large_model import LargeModel
from quadpred_plugin.training.runs.fitting import Report
from quadpred_plugin.training.runs.workspace import Workspace


def _prepare(
    workspace: Workspace,
    recipe: LargeModel,
    unfinished: Sequence[int | None],
    jobs: int,
    report: Report,
) -> None:
    cache_trunk_features(every_track(workspace, recipe.corpora, unfinished), workspace.work, jobs)


LARGE_TRAINING = FoldTraining(heads_folder, _prepare, run_heads)
