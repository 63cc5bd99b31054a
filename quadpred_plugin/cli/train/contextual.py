"""``quadpred train contextual``: the small model with context."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.all_corpora import corpora_options, open_corpora, train_and_score
from quadpred_plugin.cli.train.options import FOLDER


@click.command(
    "contextual",
    epilog="""\b
Examples:
  quadpred train contextual --data data --games games --degraded degraded \\
      --renders renders/renders.csv \\
      --vgmidi-renders vgmidi-renders/renders.csv
""",
)
@click.argument("recipe_name", metavar="[RECIPE]", default="contextual")
@click.option("--games", type=FOLDER, required=True, help="Folder of the games' music.")
@corpora_options
def contextual_command(
    recipe_name: str,
    games: Path,
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
    """Train the small model with context, taught by the large one.

    RECIPE is contextual if absent. Trains on musicnn's features first, then fold by fold, and
    prints the scores of clips, renders and pieces that the networks didn't learn from. Needs
    'quadpred train large' on the same folds. An interrupted run resumes.
    """
    workspace = open_corpora(work, data, renders, vgmidi_renders, degraded, games)
    from quadpred_plugin.training.contextual.contextual_folds import CONTEXTUAL_TRAINING
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.contextual_model import ContextualModel

    recipe = read_recipe(recipe_name, ContextualModel)
    train_and_score(CONTEXTUAL_TRAINING, workspace, recipe, final, chosen, jobs, again)
