"""``quadpred train large``: the large model's heads."""

from __future__ import annotations

from pathlib import Path

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


@click.command(
    "large",
    epilog="""\b
Examples:
  quadpred train large --data data --renders renders/renders.csv \\
      --vgmidi-renders vgmidi-renders/renders.csv --degraded degraded
""",
)
@click.argument("recipe_name", metavar="[RECIPE]", default="large")
@corpora_option
@renders_option
@vgmidi_renders_option
@degraded_option
@work_option
@click.option("--final", is_flag=True, help="Train on everything, and test nothing.")
@click.option("--fold", "chosen", type=int, multiple=True, help="Train this fold alone.")
@jobs_option
@again_option
def large_command(
    recipe_name: str,
    data: Path,
    renders: Path | None,
    vgmidi_renders: Path,
    degraded: Path | None,
    work: Path,
    final: bool,
    chosen: tuple[int, ...],
    jobs: int,
    again: bool,
) -> None:
    """Train emotion heads on the trunk of musicnn.

    RECIPE is large if absent. Trains fold by fold and prints the scores of clips, renders and
    pieces that the networks didn't learn from. An interrupted run resumes.
    """
    workspace = open_workspace(
        work,
        fourq=data / "4q",
        vgmidi=data / "vgmidi",
        renders=renders,
        vgmidi_renders=vgmidi_renders,
        degraded=degraded,
    )
    from quadpred_plugin.training.datasets.fourq import NAME
    from quadpred_plugin.training.emotion.fold_scores import score_folds
    from quadpred_plugin.training.emotion.scores import as_rows
    from quadpred_plugin.training.large.heads import heads_folder
    from quadpred_plugin.training.large.large_folds import train_folds
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.large_model import LargeModel
    from quadpred_plugin.training.splits import fold_numbers

    recipe = read_recipe(recipe_name, LargeModel)
    folds = [None] if final else list(chosen or fold_numbers(workspace.tracks(NAME)))
    start_anew(again, [heads_folder(workspace, recipe, fold) for fold in folds])
    folders = train_folds(workspace, recipe, folds, jobs, report_epoch)
    if final:
        click.echo(folders[0])
    else:
        click.echo("\n".join(as_rows(score_folds(workspace, folders, recipe.degrees.lag))))
