"""``quadpred train evaluate``: score a frozen model on its recipe's test fold."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from quadpred_plugin.cli.shell_completion import complete_models
from quadpred_plugin.cli.train.options import (
    data_option,
    open_workspace,
    recipe_argument,
    with_dataset,
    work_option,
)


@click.command(
    "evaluate",
    epilog="""\b
Examples:
  quadpred train evaluate music-4q --data 4q
  quadpred train evaluate music-4q --data 4q --model own/mine.pb --json
""",
)
@recipe_argument
@data_option
@work_option
@click.option(
    "--model",
    "name",
    default="default",
    show_default=True,
    metavar="NAME|PATH",
    shell_complete=complete_models,
    help="An installed model, or a .pb with its card.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
@click.option("--write-card", is_flag=True, help="Write the scores into the model's card.")
def evaluate_command(
    recipe_name: str, data: Path, work: Path, name: str, as_json: bool, write_card: bool
) -> None:
    """Score a frozen model on its recipe's test fold.

    RECIPE is the one that the model was trained by: it determines which clips are outside of
    the training data. Scores are by patch and by clip.
    """
    workspace = open_workspace(work)
    from quadpred_plugin.model.card import read_card
    from quadpred_plugin.model.registry import find_model
    from quadpred_plugin.training.evaluation.model_scores import format_scores
    from quadpred_plugin.training.packaging.card_scores import score_test_fold, write_scores
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import MusicOnly

    card = read_card(find_model(name).graph)
    recipe = read_recipe(recipe_name, MusicOnly)
    workspace = with_dataset(workspace, recipe.dataset, data)
    scores = score_test_fold(workspace, recipe, card, os.cpu_count() or 1)
    if write_card:
        write_scores(card, scores)
    click.echo(json.dumps(scores, indent=2) if as_json else format_scores(scores))
