"""``quadpred train features``: the bands of a dataset, cached for every training."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.train.options import FILE, FOLDER, jobs_option, work_option


@click.command(
    "features",
    epilog="""\b
Examples:
  quadpred train features --data 4q
  quadpred train features --data renders --table renders/renders.csv
  quadpred train features --data 4q --recipe own.json
""",
)
@click.option("--data", type=FOLDER, required=True, help="Folder of a dataset.")
@click.option(
    "--table",
    type=FILE,
    help="Its csv table with the columns clip and path; the folder's labels.csv if absent.",
)
@click.option("--recipe", metavar="RECIPE", help="Recipe whose front end to use.")
@work_option
@jobs_option
def features_command(
    data: Path, table: Path | None, recipe: str | None, work: Path, jobs: int
) -> None:
    """Compute the bands of a dataset as every training reads them.

    Prints the cache's folder. An interrupted run resumes.
    """
    from quadpred_plugin.chain.preprocessing import Preprocessing
    from quadpred_plugin.training.datasets.labels import TABLE, read_unlabelled
    from quadpred_plugin.training.features import cache_features, feature_folder
    from quadpred_plugin.training.recipes.config import read_recipe

    front_end = read_recipe(recipe).front_end if recipe else Preprocessing()
    tracks = read_unlabelled(table or data / TABLE, data.resolve().name)
    cache_features(tracks, front_end, work, jobs)
    click.echo(feature_folder(work, front_end))
