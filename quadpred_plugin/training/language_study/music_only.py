"""Train the published network on music alone, from random weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from quadpred_plugin.training.language_study.music_data import load_music, parts_of, split_music
from quadpred_plugin.training.language_study.transfer import train_whole
from quadpred_plugin.training.networks.published import build_network
from quadpred_plugin.training.recipes.kinds import MusicOnly
from quadpred_plugin.training.runs.fitting import Figures, best_network, is_finished
from quadpred_plugin.training.runs.record import open_run, record_of
from quadpred_plugin.training.runs.workspace import Workspace


def music_only_folder(workspace: Workspace, recipe: MusicOnly) -> Path:
    """Return the folder of a run's networks and log."""
    return workspace.run_folder("music-only", recipe.name)


def train_music_only(
    workspace: Workspace, recipe: MusicOnly, report: Callable[[Figures], None]
) -> Any:
    """Train on all folds but the recipe's test fold, or resume.

    Parameters
    ----------
    workspace : Workspace
        With the recipe's dataset.
    recipe : MusicOnly
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model

    Raises
    ------
    QuadpredError
        If the dataset can't be read, has too few artists, or the folder belongs to a run that
        was made otherwise.
    """
    split = split_music(workspace, recipe, recipe.test_fold, recipe.schedule.seed)
    run = open_run(
        music_only_folder(workspace, recipe),
        record_of("music-only", recipe, parts_of(split), recipe.front_end),
    )
    if is_finished(recipe.schedule, run):
        return best_network(run)
    return train_whole(
        recipe,
        recipe.schedule,
        lambda: build_network(
            recipe.front_end, recipe.filters, recipe.dropout, heads=tuple(recipe.loss_weights)
        ),
        load_music(workspace, recipe, split),
        run,
        report,
    )
