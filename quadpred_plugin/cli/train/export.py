"""``quadpred train export``: from a finished run to a model's files."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.encoders import split_encoder
from quadpred_plugin.cli.train.options import (
    data_option,
    encoder_option,
    open_workspace,
    recipe_argument,
    renders_option,
    with_dataset,
    work_option,
)


@click.command(
    "export",
    epilog="""\b
Examples:
  quadpred train export music-4q --data 4q --date 2026-11-23
  quadpred train export compact --data 4q --date 2026-11-23
  quadpred train export contextual --data 4q --renders renders/renders.csv \\
      --date 2026-11-23
  quadpred train export language-study --from scae-e --data 4q \\
      --date 2026-11-23
""",
)
@recipe_argument
@data_option
@renders_option
@work_option
@encoder_option
@click.option("--name", help="The model's name; the recipe's or encoder's if absent.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder for the model's files.",
)
@click.option("--date", required=True, metavar="YYYY-MM-DD", help="Release date in the card.")
@click.option("--version", default="1", show_default=True, help="The model's version in the card.")
def export_command(
    recipe_name: str,
    data: Path,
    renders: Path | None,
    work: Path,
    encoder: str | None,
    name: str | None,
    output: Path,
    date: str,
    version: str,
) -> None:
    """Freeze a trained network into a model.

    RECIPE is the one it was trained by. Writes the graph, its card and golden vectors. The
    card has the scores of cross-validation; that of a network trained on music alone has none
    until 'quadpred train evaluate --write-card' has measured them.
    """
    workspace = open_workspace(work, renders=renders)
    from quadpred_plugin.training.packaging.all_corpora_export import export_of_all_corpora
    from quadpred_plugin.training.packaging.card_facts import dataset_name
    from quadpred_plugin.training.packaging.export import ModelFiles
    from quadpred_plugin.training.packaging.trained_models import (
        export_music_only,
        export_student,
        export_study,
    )
    from quadpred_plugin.training.recipes.config import read_recipe
    from quadpred_plugin.training.recipes.contextual_model import ContextualModel
    from quadpred_plugin.training.recipes.kinds import Ensemble, LanguageStudy, MusicOnly, Student
    from quadpred_plugin.training.recipes.large_model import LargeModel

    recipe = read_recipe(
        recipe_name, MusicOnly, Student, Ensemble, LanguageStudy, LargeModel, ContextualModel
    )
    files = ModelFiles(name or encoder or recipe.name, output, date, version)
    workspace = with_dataset(workspace, dataset_name(recipe), data)
    if isinstance(recipe, LanguageStudy):
        method, speech = split_encoder(encoder, recipe)
        click.echo(export_study(workspace, recipe, method, speech, files))
    elif isinstance(recipe, LargeModel | ContextualModel):
        click.echo(export_of_all_corpora(workspace, recipe, files))
    elif isinstance(recipe, MusicOnly):
        click.echo(export_music_only(workspace, recipe, files))
    else:
        click.echo(export_student(workspace, recipe, files))
