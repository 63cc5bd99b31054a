"""The music of one run: split by fold, with features and targets."""

from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.features import load_features
from quadpred_plugin.training.language_study.transfer import Music
from quadpred_plugin.training.recipes.kinds import MusicOnly, Transfer
from quadpred_plugin.training.runs.workspace import Workspace
from quadpred_plugin.training.splits import Split, split_tracks
from quadpred_plugin.training.targets import track_targets


def split_music(
    workspace: Workspace, recipe: Transfer | MusicOnly, fold: int | None, seed: int
) -> Split:
    """Split the recipe's dataset; without a test fold nothing is held out."""
    dataset = workspace.dataset(recipe.dataset)
    share = 0.0 if fold is None else recipe.validation_share
    return split_tracks(workspace.tracks(recipe.dataset), dataset, fold, share, seed)


def load_music(workspace: Workspace, recipe: Transfer | MusicOnly, split: Split) -> Music:
    """Load features and targets of the training and validation clips."""
    return Music(
        load_features(split.train, recipe.front_end, workspace.work),
        track_targets(split.train, tuple(recipe.loss_weights)),
        load_features(split.validation, recipe.front_end, workspace.work),
        track_targets(split.validation, tuple(recipe.loss_weights)),
    )


def parts_of(split: Split) -> dict[str, list[Track]]:
    """Return the tracks by part, as a run's record has them."""
    return {"train": split.train, "validation": split.validation, "test": split.test}
