"""What the commands share that train on all corpora, fold by fold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.cli.train.options import (
    again_option,
    corpora_option,
    degraded_option,
    jobs_option,
    open_workspace,
    renders_option,
    report_epoch,
    start_anew,
    vgmidi_renders_option,
    work_option,
)

if TYPE_CHECKING:
    from quadpred_plugin.training.emotion.folds import FoldTraining
    from quadpred_plugin.training.runs.workspace import Workspace

_OPTIONS = (
    corpora_option,
    renders_option,
    vgmidi_renders_option,
    degraded_option,
    work_option,
    click.option("--final", is_flag=True, help="Train on everything, and test nothing."),
    click.option("--fold", "chosen", type=int, multiple=True, help="Train this fold alone."),
    jobs_option,
    again_option,
)


def corpora_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the corpora, the work folder and the folds to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def open_corpora(
    work: Path,
    data: Path,
    renders: Path | None,
    vgmidi_renders: Path,
    degraded: Path | None,
    games: Path | None = None,
) -> Workspace:
    """Return the workspace with the places of all corpora."""
    return open_workspace(
        work,
        fourq=data / "4q",
        emopia=data / "emopia",
        vgmidi=data / "vgmidi",
        renders=renders,
        vgmidi_renders=vgmidi_renders,
        degraded=degraded,
        games=games,
    )


def train_and_score(
    training: FoldTraining,
    workspace: Workspace,
    recipe: Any,
    final: bool,
    chosen: tuple[int, ...],
    jobs: int,
    again: bool,
) -> None:
    """Train the chosen folds or the final model, and print the scores or the final folder.

    Parameters
    ----------
    training : FoldTraining
    workspace : Workspace
    recipe : LargeModel or ContextualModel
    final : bool
        Whether to train on everything.
    chosen : tuple of int
        Folds; all if there are none.
    jobs : int
        Processes.
    again : bool
        Whether to delete earlier runs first.
    """
    from quadpred_plugin.training.datasets.fourq import NAME
    from quadpred_plugin.training.emotion.fold_scores import score_folds
    from quadpred_plugin.training.emotion.folds import train_folds
    from quadpred_plugin.training.emotion.scores import as_rows
    from quadpred_plugin.training.splits import fold_numbers

    folds = [None] if final else list(chosen or fold_numbers(workspace.tracks(NAME)))
    start_anew(again, [training.folder(workspace, recipe, fold) for fold in folds])
    folders = train_folds(training, workspace, recipe, folds, jobs, report_epoch)
    if final:
        click.echo(folders[0])
    else:
        click.echo("\n".join(as_rows(score_folds(workspace, folders, recipe.degrees.lag))))
