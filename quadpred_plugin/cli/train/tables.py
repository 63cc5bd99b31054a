"""``quadpred train tables``: the models that were trained on all corpora, scored by their folds."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.all_corpora import open_corpora
from quadpred_plugin.cli.train.options import (
    NEW_FILE,
    corpora_option,
    renders_option,
    vgmidi_renders_option,
    work_option,
)


@click.command(
    "tables",
    epilog="""\b
Examples:
  quadpred train tables --data data --renders renders/renders.csv \\
      --vgmidi-renders vgmidi-renders/renders.csv --write docs/results.md
""",
)
@click.argument("recipe_names", metavar="[RECIPE]...", nargs=-1)
@corpora_option
@renders_option
@vgmidi_renders_option
@work_option
@click.option(
    "--write", type=NEW_FILE, help="Write the tables into this Markdown file, between its marks."
)
def tables_command(
    recipe_names: tuple[str, ...],
    data: Path,
    renders: Path | None,
    vgmidi_renders: Path,
    work: Path,
    write: Path | None,
) -> None:
    """Print the scores of models that were trained on all corpora.

    RECIPE is large if absent. The tables have the F1 of pop clips, the scores
    of each instrument that renders EMOPIA's validation part, the agreement with VGMIDI's
    listeners beside the level alone and beside other listeners, and how extreme and how well
    calibrated the values are.
    """
    workspace = open_corpora(work, data, renders, vgmidi_renders, None)
    from quadpred_plugin.training.emotion.corpora_tables import corpora_tables
    from quadpred_plugin.training.evaluation.documents import write_between
    from quadpred_plugin.training.packaging.all_corpora_export import fold_folders
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.contextual_model import ContextualModel
    from quadpred_plugin.training.recipes.large_model import LargeModel

    recipes = [
        read_recipe(name, ContextualModel, LargeModel) for name in recipe_names or ("large",)
    ]
    text = corpora_tables(
        workspace,
        {recipe.name: fold_folders(workspace, recipe) for recipe in recipes},
        recipes[0].degrees.lag,
    )
    click.echo(text)
    if write:
        write_between(write, "corpora", text)
