"""``quadpred batch``: a collection of any size, resumable."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.model_options import choose_model, hop_option, model_option
from quadpred_plugin.cli.predict import cores
from quadpred_plugin.cli.verbosity import check_telling, color_option, verbose_option
from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import FORMATS, LEVELS

if TYPE_CHECKING:
    from quadpred_plugin.batch.run import Engine
    from quadpred_plugin.model.card import ModelCard

# A table is for reading in a terminal.
FILE_FORMATS = tuple(name for name in FORMATS if name != "table")
ENGINES = ("local", "dask")


@click.command(
    "batch",
    epilog="""\b
Examples:
  quadpred batch -o results music/
  quadpred batch -o results --format npz --hop 0.32 -j 8 music/
  quadpred batch -o results --dataset --level file music/
  quadpred batch -o out --engine dask --scheduler tcp://10.0.0.1:8786 music/
""",
)
@click.argument("root", type=click.Path(exists=True, file_okay=False))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Folder of results: new, empty, or of a run before, which is then continued.",
)
@model_option
@hop_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FILE_FORMATS),
    metavar="NAME",
    help=f"Of the result file of each track: {', '.join(FILE_FORMATS)}. Default: json.",
)
@click.option(
    "--dataset",
    is_flag=True,
    help="All rows in one Parquet data set, tracks.parquet or frames.parquet by level, "
    "instead of files.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="A row a track (default of a data set), or a row a patch (default of files); for "
    "formats that have both.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes; default: one a core.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="local",
    help="Processes of this machine (default), or a Dask cluster.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Of the Dask cluster, as tcp://HOST:PORT; without it one is started here.",
)
@click.option("--force", is_flag=True, help="Hear every track again.")
@click.option("--skip-existing", is_flag=True, help="Leave tracks with a result as they are.")
@click.option(
    "--checksum",
    is_flag=True,
    help="Tell changed tracks by their content, not by size and time.",
)
@click.option("-q", "--quiet", is_flag=True, help="Failures alone: no warnings, no progress.")
@verbose_option
@color_option
def command(
    root: str,
    output: str,
    model: str,
    hop: float | None,
    format_name: str | None,
    dataset: bool,
    level: str | None,
    jobs: int | None,
    engine: str,
    scheduler: str | None,
    force: bool,
    skip_existing: bool,
    checksum: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Hear all tracks below the folder ROOT, each once.

    The result of ROOT/album/song.mp3 is DIR/album/song.mp3.json. Links that lead out of
    ROOT are not followed, and nothing is written outside of DIR.

    Whatever ends a run, the same command goes on where it was. A track is heard again if
    it has changed, if the model, the hop, the level or the format is another, if its result
    is gone, or if it failed.

    DIR/manifest.csv tells of all tracks, DIR/failures.csv why some have no result,
    DIR/settings.json what the hashes of settings stand for.

    On a Dask cluster ROOT has the same path on every worker. So should DIR; a worker that
    doesn't find it returns its results.

    Exit code 0: all done; 1: some tracks failed; 2: wrong use; 130: interrupted, what was
    finished is kept.
    """
    from quadpred_plugin.chain.engine import restrict_algorithms

    if force and skip_existing:
        raise click.UsageError("--force and --skip-existing exclude each other.")
    check_telling(quiet, verbose)
    if dataset and format_name:
        raise click.UsageError("--dataset and --format exclude each other.")
    if engine == "local" and scheduler:
        raise click.UsageError("--scheduler needs --engine dask.")
    if scheduler and jobs:
        raise click.UsageError("-j is for processes of this machine: a cluster has its own.")
    form = None if dataset else format_name or "json"
    level = _choose_level(form, level)
    restrict_algorithms()
    from quadpred_plugin.batch.plan import Wishes
    from quadpred_plugin.batch.run import open_batch
    from quadpred_plugin.cli.batch_run import BatchRun

    card = choose_model(model, hop)
    # A damaged model is one error, not one of each process.
    card.verify()
    with ExitStack() as stack:
        hearers = _engine(stack, card, engine, scheduler, jobs or cores())
        run = BatchRun(root, output, quiet, verbose)
        run.explain(card, hop)
        try:
            batch = stack.enter_context(
                open_batch(
                    root,
                    output,
                    card,
                    hop,
                    form,
                    level,
                    Wishes(force, skip_existing, checksum),
                    run.settle,
                )
            )
        except OutputError as error:
            raise click.UsageError(str(error)) from error
        run.over(batch, hearers)
    return run.end()


def _choose_level(form: str | None, level: str | None) -> str | None:
    # A data set is a table of the collection, of which files hold the details.
    if form is None:
        return level or "file"
    try:
        FORMATS[form].require()
        return FORMATS[form].choose_level(level, "frame")
    except OutputError as error:
        raise click.UsageError(str(error)) from error


def _engine(
    stack: ExitStack, card: ModelCard, name: str, scheduler: str | None, jobs: int
) -> Engine:
    if name == "local":
        from quadpred_plugin.batch.local_engine import hear_locally

        return partial(hear_locally, card, jobs)
    from quadpred_plugin.batch.dask_engine import connect, hear_on_cluster

    client = stack.enter_context(connect(scheduler, jobs))
    if not client.nthreads():
        click.echo(f"quadpred: {scheduler} has no workers yet: waiting for one.", err=True)
    return partial(hear_on_cluster, client, card)
