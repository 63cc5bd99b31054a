"""``quadpred evaluate``: compare predictions with labels or ratings."""

from __future__ import annotations

import math
from pathlib import Path

import click

from quadpred_plugin.cli.destinations import check_output_file, format_of_table
from quadpred_plugin.cli.file_options import available_cores, jobs_option
from quadpred_plugin.cli.message_options import check_verbosity, color_option, verbose_option
from quadpred_plugin.cli.model_options import choose_model, hop_option
from quadpred_plugin.cli.shell_completion import complete_models
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import DIMENSIONS

_SUFFIXES = {".csv": "csv", ".json": "json", ".txt": "table"}


def _parse_scale(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        low, high = map(float, value.split(","))
    except ValueError as error:
        raise click.BadParameter(f"{value!r} isn't two numbers, such as 1,9.") from error
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise click.BadParameter(f"{value!r} isn't a lower and a higher number, such as 1,9.")
    return low, high


@click.command(
    "evaluate",
    epilog="""\b
Examples:
  quadpred evaluate labels.csv
  quadpred evaluate --audio music --group artist -o scores.json labels.csv
  quadpred evaluate --lag 2 --smooth 3 --hop 0.32 ratings.csv
  quadpred evaluate --scale 1,9 --audio songs --dimension arousal deam.csv
  quadpred evaluate --from results.json labels.csv
""",
)
@click.argument(
    "table", metavar="RATINGS.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--audio",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Folder from which the table's files are named. Default: that of the table.",
)
@click.option(
    "--from",
    "results",
    type=click.Path(exists=True, path_type=Path),
    metavar="RESULTS",
    help="Analyse nothing: a .csv, .json or .parquet of 'quadpred predict', or a folder of "
    "'quadpred batch'.",
)
@click.option(
    "--model",
    metavar="NAME|PATH",
    shell_complete=complete_models,
    help="An installed model, or a .pb with its card. Default: default.",
)
@hop_option
@click.option(
    "--dimension",
    type=click.Choice(DIMENSIONS),
    help="What a table of DEAM's form rates. Default: by the table's name.",
)
@click.option(
    "--scale",
    callback=_parse_scale,
    metavar="LOW,HIGH",
    help="The lowest and the highest possible rating, which become -1 and 1.",
)
@click.option(
    "--lag",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Compare a rating at a time with the prediction this much earlier: listeners react late. "
    "Default: 0.",
)
@click.option(
    "--smooth",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Length of a centred moving average of the predicted curves. Default: 0.",
)
@click.option(
    "--group",
    metavar="COLUMN",
    help="Draw files of one group, such as an artist, together for the intervals.",
)
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="Bootstrap samples of the intervals; 0 for no intervals.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the bootstrap: the same seed gives the same intervals.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["table", "csv", "json"]),
    help="Default: by the suffix of -o, else a table on a terminal and csv into a pipe.",
)
@click.option(
    "-o", "--output", type=click.Path(), help="A .csv, .json or .txt file for the figures."
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@jobs_option
@click.option("-q", "--quiet", is_flag=True, help="Failures only: no warnings and no progress.")
@verbose_option
@color_option
def command(
    table: Path,
    audio: Path | None,
    results: Path | None,
    model: str | None,
    hop: float | None,
    dimension: str | None,
    scale: tuple[float, float] | None,
    lag: float | None,
    smooth: float | None,
    group: str | None,
    samples: int,
    seed: int,
    format_name: str | None,
    output: str | None,
    force: bool,
    jobs: int | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Compare predictions with your own labels or ratings.

    RATINGS.csv has the column file and any of quadrant (Q1 to Q4), arousal and valence
    (-1 to 1, or --scale). With a column time, in seconds, ratings are curves. Several rows
    of a file, or of a file and time, such as those of several listeners, are averaged. A
    table of DEAM (song_id, sample_15000ms and so on) rates one dimension. A file may be
    named without its extension.

    Quadrants give precision, recall, F1, accuracy, calibration error and confusion, also
    for the signs of arousal and valence that follow from them. Ratings give Pearson's r,
    Spearman's rho, concordance (CCC), root mean square error and bias across files, curves
    also correlations within files. Intervals are of 95 %, from a bootstrap of files.

    Exit code 0: all files of the table are compared; 1: some are missing or can't be
    analysed; 2: wrong use, or a table that can't be used; 130: interrupted.
    """
    check_verbosity(quiet, verbose)
    if results is not None:
        for name, value in (("--audio", audio), ("--model", model), ("--hop", hop), ("-j", jobs)):
            if value is not None:
                raise click.UsageError(f"--from analyses nothing: {name} excludes it.")
    for name, seconds in (("--lag", lag), ("--smooth", smooth)):
        if seconds is not None and not math.isfinite(seconds):
            raise click.UsageError(f"{name} must be a number of seconds.")
    path = None if output is None else check_output_file(output, force)
    format_name = format_name or format_of_table(path, _SUFFIXES)
    if results is None:
        # Before NumPy is imported, whose threads it limits.
        from quadpred_plugin.chain.engine import restrict_algorithms

        restrict_algorithms()
    from quadpred_plugin.evaluation.matching import match_audio, match_results
    from quadpred_plugin.evaluation.ratings_table import read_ratings_table
    from quadpred_plugin.results.reading import read_results

    try:
        ratings = read_ratings_table(table, scale, group, dimension)
        outputs = None
        if results is not None:
            outputs = [track.output() for track in read_results(results, curves=True)]
        folder = audio or table.parent
        if outputs is None:
            matches = match_audio(ratings, folder)
        else:
            matches = match_results(ratings, [one.source for one in outputs])
    except QuadpredError as error:
        raise click.UsageError(str(error)) from error
    if not ratings.needs_curves and (lag is not None or smooth is not None):
        raise click.UsageError("--lag and --smooth are for ratings over time: no column time.")
    if not matches.found:
        place = f"{folder}: --audio names their folder" if results is None else str(results)
        raise click.UsageError(f"None of the files of {table} is in {place}.")
    from quadpred_plugin.cli.evaluate_run import EvaluateRun
    from quadpred_plugin.evaluation.comparison import Settings

    settings = Settings(lag or 0.0, smooth or 0.0, samples, seed, group is not None)
    run = EvaluateRun(ratings, matches, settings, results or folder, quiet, verbose)
    if outputs is None:
        card = choose_model(model or "default", hop)
        if not run.predict(card, hop, jobs or available_cores()):
            return 130
    else:
        run.take(outputs)
    return run.write(path, format_name, scale, group)
