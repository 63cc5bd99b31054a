"""``quadpred train card``: write a model's recipes and datasets into its card again."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.encoders import split_encoder
from quadpred_plugin.cli.train.options import (
    FOLDER,
    encoder_option,
    open_workspace,
    recipe_argument,
    with_dataset,
)


@click.command(
    "card",
    epilog="""\b
Examples:
  quadpred train card compact --model models/compact.pb
  quadpred train card language-study --from scae-e \\
      --model models/speech-english.pb
""",
)
@recipe_argument
@encoder_option
@click.option(
    "--model",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The model's .pb, with its card beside it.",
)
@click.option("--data", type=FOLDER, help="Folder of a dataset that isn't registered.")
def card_command(recipe_name: str, encoder: str | None, path: Path, data: Path | None) -> None:
    """Describe a model anew by the recipe that it was trained by.

    Description, recipes, datasets with citations and licences, and limits are written anew;
    the graph, the scores and the calibration stay. RECIPE must be the one that the weights
    were trained by.
    """
    workspace = open_workspace(Path())
    from quadpred_plugin.model.card import read_card
    from quadpred_plugin.training.packaging.card_facts import dataset_name, release_of
    from quadpred_plugin.training.packaging.trained_models import describe_again
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.kinds import Ensemble, LanguageStudy, MusicOnly, Student

    recipe = read_recipe(recipe_name, MusicOnly, Student, Ensemble, LanguageStudy)
    find = with_dataset(workspace, dataset_name(recipe), data).dataset
    chosen = split_encoder(encoder, recipe) if isinstance(recipe, LanguageStudy) else None
    card = read_card(path)
    describe_again(card, release_of(recipe, chosen, find, card.pooling, card.metrics))
    click.echo(path.with_suffix(".json"))
