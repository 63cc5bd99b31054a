"""``quadpred train scratch``: the published network on music alone."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    again_option,
    data_option,
    open_workspace,
    recipe_argument,
    report_figures,
    start_anew,
    with_dataset,
    work_option,
)


@click.command(
    "scratch",
    epilog="""\b
Examples:
  quadpred train scratch music-4q --data 4q
  quadpred train scratch own.json --data dataset --work runs
""",
)
@recipe_argument
@data_option
@work_option
@again_option
def scratch_command(recipe_name: str, data: Path, work: Path, again: bool) -> None:
    """Train on music alone, from random weights.

    RECIPE is a shipped recipe's name or a .json file. Prints the run's folder. An
    interrupted run resumes.
    """
    workspace = open_workspace(work)
    from quadpred_plugin.training.language_study.music_only import (
        music_only_folder,
        train_music_only,
    )
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import MusicOnly

    recipe = read_recipe(recipe_name, MusicOnly)
    workspace = with_dataset(workspace, recipe.dataset, data)
    start_anew(again, [music_only_folder(workspace, recipe)])
    train_music_only(workspace, recipe, report_figures)
    click.echo(music_only_folder(workspace, recipe))
