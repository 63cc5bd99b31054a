"""``quadpred train large``: the large model's heads."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.all_corpora import corpora_options, open_corpora, train_and_score


@click.command(
    "large",
    epilog="""\b
Examples:
  quadpred train large --data data --renders renders/renders.csv \\
      --vgmidi-renders vgmidi-renders/renders.csv --degraded degraded
""",
)
@click.argument("recipe_name", metavar="[RECIPE]", default="large")
@corpora_options
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
    workspace = open_corpora(work, data, renders, vgmidi_renders, degraded)
    from quadpred_plugin.training.large.large_folds import LARGE_TRAINING
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.large_model import LargeModel

    recipe = read_recipe(recipe_name, LargeModel)
    train_and_score(LARGE_TRAINING, workspace, recipe, final, chosen, jobs, again)
