"""``quadpred batch``: predict a collection of any size, resumable."""

from __future__ import annotations

from contextlib import ExitStack

import click

from quadpred_plugin.batch.engines import ENGINES, EngineOptions
from quadpred_plugin.cli.file_options import FolderOrAddress, available_cores, jobs_option
from quadpred_plugin.cli.message_options import (
    check_verbosity,
    color_option,
    print_message,
    verbose_option,
)
from quadpred_plugin.cli.model_options import choose_model, hop_option, model_option
from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import FORMATS, LEVELS, SEGMENT

# Tables are for terminals, not for files.
FILE_FORMATS = tuple(name for name in FORMATS if name != "table")
DEFAULT_ENGINE = next(iter(ENGINES))


@click.command(
    "batch",
    epilog="""\b
Examples:
  quadpred batch -o results music/
  quadpred batch -o results --format npz --hop 0.32 -j 8 music/
  quadpred batch -o results --dataset --level file music/
  quadpred batch -o s3://BUCKET/RESULTS --dataset s3://BUCKET/MUSIC
  quadpred batch -o results --follow-links archive/ selection/
  quadpred batch -o out --engine dask --scheduler tcp://10.0.0.1:8786 music/
""",
)
@click.argument("root", type=FolderOrAddress(exists=True, file_okay=False))
@click.option(
    "-o",
    "--output",
    required=True,
    type=FolderOrAddress(file_okay=False),
    metavar="DIR",
    help="Folder of results: new, empty, or of an earlier run, which is resumed. With --dataset "
    "also an address.",
)
@model_option
@hop_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FILE_FORMATS),
    metavar="NAME",
    help=f"Format of each track's result file: {', '.join(FILE_FORMATS)}. Default: json.",
)
@click.option(
    "--dataset",
    is_flag=True,
    help="Write all rows into one Parquet data set, tracks.parquet or frames.parquet by level, "
    "instead of files.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="One row per track: file (default of a data set), or per patch: frame (default of "
    "files); for formats of rows.",
)
@jobs_option
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default=DEFAULT_ENGINE,
    help="Where tracks are analysed: "
    + ", ".join(f"{entry.title} ({name})" for name, entry in ENGINES.items())
    + f". Default: {DEFAULT_ENGINE}.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Address of the cluster, such as tcp://HOST:PORT. Default: a cluster started here.",
)
@click.option("--force", is_flag=True, help="Analyse every track again.")
@click.option("--skip-existing", is_flag=True, help="Keep every existing result.")
@click.option(
    "--checksum",
    is_flag=True,
    help="Detect changed tracks by content, not by size and time.",
)
@click.option(
    "--follow-links",
    "places",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    metavar="FOLDER",
    help="Follow links that lead out of ROOT into FOLDER; repeatable.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print failures only: no warnings, no progress.")
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
    places: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> int:
    """Predict all tracks below ROOT, each once: a folder, or an address (s3://BUCKET/MUSIC).

    The result of ROOT/album/song.mp3 is DIR/album/song.mp3.json. Links that lead out of
    ROOT are failures unless --follow-links names where they lead; nothing is written outside
    of DIR.

    However a run ends, the same command resumes it. A track is analysed again if it has
    changed, if the model, the hop, the level or the format is different, if its result is
    missing, or if it failed.

    DIR/manifest.csv lists all tracks, DIR/failures.csv the failures with their reasons,
    DIR/settings.json the settings by their hashes.

    On a cluster ROOT must have the same path on every worker. So should DIR; a worker that
    doesn't find it returns its results.

    Exit code 0: all done; 1: some tracks failed or are analysed in part; 2: wrong use;
    130: interrupted, finished results are kept.
    """
    from quadpred_plugin.chain.engine import restrict_algorithms

    if force and skip_existing:
        raise click.UsageError("--force and --skip-existing exclude each other.")
    check_verbosity(quiet, verbose)
    if dataset and format_name:
        raise click.UsageError("--dataset and --format exclude each other.")
    if dataset and level == SEGMENT:
        raise click.UsageError("A data set has rows of tracks or patches: --level file or frame.")
    if scheduler and not ENGINES[engine].takes_scheduler:
        clusters = [name for name, entry in ENGINES.items() if entry.takes_scheduler]
        raise click.UsageError(f"--scheduler needs --engine {' or '.join(clusters)}.")
    if scheduler and jobs:
        raise click.UsageError("-j is for processes of this machine; --scheduler excludes it.")
    form = None if dataset else format_name or "json"
    level = _choose_level(form, level)
    restrict_algorithms()
    from quadpred_plugin.batch.plan import ReuseRules
    from quadpred_plugin.batch.run import open_batch
    from quadpred_plugin.cli.batch_run import BatchRun

    card = choose_model(model, hop)
    # Checked here so that a damaged model is one error, not one per process.
    card.verify()
    rules = ReuseRules(force, skip_existing, checksum)
    options = EngineOptions(card, jobs or available_cores(), scheduler, print_message)
    with ENGINES[engine].open(options) as opened, ExitStack() as stack:
        run = BatchRun(root, output, places, quiet, verbose)
        run.describe(card, hop)
        try:
            batch = stack.enter_context(
                open_batch(root, output, card, hop, form, level, rules, run.report, places)
            )
        except OutputError as error:
            raise click.UsageError(str(error)) from error
        run.name_manifest()
        run.analyse(batch, opened)
    return run.end()


def _choose_level(form: str | None, level: str | None) -> str | None:
    # A data set is an overview of the collection by default; files have the details.
    if form is None:
        return level or "file"
    try:
        FORMATS[form].require()
        return FORMATS[form].choose_level(level, "frame")
    except OutputError as error:
        raise click.UsageError(str(error)) from error
