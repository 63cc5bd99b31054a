"""``quadpred train pretext``: initial weights, without emotion labels."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import (
    FOLDER,
    again_option,
    jobs_option,
    open_workspace,
    renders_option,
    report_epoch,
    start_anew,
    work_option,
)


@click.command(
    "pretext",
    epilog="""\b
Examples:
  quadpred train pretext pretext-embeddings --games games \\
      --renders renders/renders.csv
  quadpred train pretext pretext-notes --data emopia \\
      --renders renders/renders.csv
""",
)
@click.argument("recipe_name", metavar="RECIPE")
@click.option("--games", type=FOLDER, help="Folder of the games' music, if the recipe needs it.")
@click.option("--data", type=FOLDER, help="Folder of EMOPIA, if the recipe needs its notes.")
@renders_option
@work_option
@jobs_option
@again_option
def pretext_command(
    recipe_name: str,
    games: Path | None,
    data: Path | None,
    renders: Path | None,
    work: Path,
    jobs: int,
    again: bool,
) -> None:
    """Train a network on a pretext task, without emotion labels.

    RECIPE is pretext-embeddings, where the network predicts musicnn's embedding,
    pretext-notes, where it predicts the notes played, or a .json file.
    'quadpred train student' starts from its weights. Prints the run's folder. An interrupted
    run resumes.
    """
    workspace = open_workspace(work, games=games, emopia=data, renders=renders)
    from quadpred_plugin.training.distillation.pretext import pretext_folder, run_pretext
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import Pretext
    from quadpred_plugin.training.runs.workers import use_one_thread

    use_one_thread()
    recipe = read_recipe(recipe_name, Pretext)
    start_anew(again, [pretext_folder(workspace, recipe)])
    click.echo(run_pretext(workspace, recipe, jobs, report_epoch))
