"""``quadpred predict``: from paths to rows, arrays and pictures."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.destinations import check_targets, is_folder, plan_targets
from quadpred_plugin.cli.interpretation_options import (
    choose_export,
    excerpt_options,
    interpretation_of,
    interpretation_options,
)
from quadpred_plugin.cli.model_options import check_hop, choose_model, hop_option
from quadpred_plugin.cli.shell_completion import FILES, complete_models
from quadpred_plugin.cli.verbosity import check_telling, color_option, verbose_option
from quadpred_plugin.errors import AudioError, ModelError, OutputError
from quadpred_plugin.exports import FORMATS, LEVELS, format_of

if TYPE_CHECKING:
    from quadpred_plugin.model.card import ModelCard


@click.command(
    "predict",
    epilog="""\b
Examples:
  quadpred predict song.mp3
  quadpred predict -r --format csv --level frame -o frames.csv albums/
  quadpred predict --plot taggram.png --hop 0.32 song.flac
  quadpred predict -o song.jams song.wav
  quadpred predict --format svl -o layers/ albums/*.flac
  quadpred predict --top Q1 --seconds 30 albums/
  quadpred predict --from-file tracks.txt --min-confidence 0.5
""",
)
@click.argument("paths", nargs=-1, metavar="PATHS...", type=FILES)
@click.option("-i", "original_input", multiple=True, hidden=True, metavar="FILE")
@click.option("-r", "--recursive", is_flag=True, help="Look in the folders of folders too.")
@click.option(
    "--from-file",
    "lists",
    multiple=True,
    metavar="LIST",
    help="Hear what a file names, a path a line; - is standard input.",
)
@click.option("-0", "--null", is_flag=True, help="Paths in lists end with NUL, as of find -print0.")
@click.option(
    "--model",
    metavar="NAME|PATH",
    shell_complete=complete_models,
    help="An installed model, or a .pb with its card.",
)
@click.option(
    "-s",
    "--speech",
    type=click.Choice(["e", "m", "x"]),
    help="Take a model pre-trained on English, Mandarin or both.",
)
@click.option(
    "-m",
    "--music",
    type=click.Choice(["e", "m"]),
    help="Take a model trained on English or Mandarin music.",
)
@click.option(
    "--against",
    multiple=True,
    metavar="NAME|PATH",
    shell_complete=complete_models,
    help="Ask this model too: json, npz and svl tell how far models disagree.",
)
@hop_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    metavar="NAME",
    help=f"{', '.join(FORMATS)}. Default: by the suffix of -o, else a table on a terminal and csv "
    "into a pipe. For Sonic Visualiser: svl, and what ends in -svl or -csv; for Audacity: labels; "
    "for Praat: textgrid; for music players: mood.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="Of tables and arrays: a row a file (default), or a row a patch (default of npz and npy).",
)
@interpretation_options
@excerpt_options
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="A file for all results, or a folder for a file each.",
)
@click.option(
    "--plot",
    type=click.Path(),
    metavar="PICTURE",
    help="Draw the taggram: a .png or .svg, or for several files a folder.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
@click.option("--skip-existing", is_flag=True, help="Leave out what already has its output.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes; default: one a core.")
@click.option("-q", "--quiet", is_flag=True, help="No warnings and no progress.")
@verbose_option
@color_option
def command(
    paths: tuple[str, ...],
    original_input: tuple[str, ...],
    recursive: bool,
    lists: tuple[str, ...],
    null: bool,
    model: str | None,
    speech: str | None,
    music: str | None,
    against: tuple[str, ...],
    hop: float | None,
    format_name: str | None,
    level: str | None,
    min_confidence: float,
    min_segment: float,
    hysteresis: float,
    top: str | None,
    seconds: float | None,
    output: str | None,
    plot: str | None,
    force: bool,
    skip_existing: bool,
    jobs: int | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Hear audio files and say their quadrants, arousal and valence.

    PATHS are audio files and folders of them. Results go to standard output or to -o,
    all else to standard error.

    A row has the file's name, its status (ok, short, silent, empty or error) or the time
    of the patch, the duration in seconds, the probabilities q1 to q4 of the quadrants,
    arousal and valence from -1 to 1, and the most probable quadrant. Rows of files are
    means over their patches. With --top it has the stretch's start and duration in
    seconds, the quadrant, and its mean probability there as score.

    Exit code 0: all done; 1: some files failed; 2: wrong use; 130: interrupted, what was
    finished is kept.
    """
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()
    from quadpred_plugin.audio.paths import expand_paths
    from quadpred_plugin.cli.predict_run import run

    wanted = [*original_input, *paths, *_listed(lists, null)]
    if not wanted:
        raise click.UsageError("Name at least one audio file or folder.")
    if force and skip_existing:
        raise click.UsageError("--force and --skip-existing exclude each other.")
    check_telling(quiet, verbose)
    export, level = choose_export(format_name or _default_format(output), level, top, seconds)
    interpretation = interpretation_of(min_confidence, min_segment, hysteresis)
    if output is None and not export.text:
        raise click.UsageError(f"A {export.suffix} file needs a name: give -o.")
    cards = [
        _choose_model(model, speech, music),
        *(choose_model(one) for one in against),
    ]
    check_hop(cards[0], hop)
    names, fruitless = expand_paths(wanted, recursive)
    targets = plan_targets(names, output, plot, export.suffix, not export.holds_many(level))
    targets = check_targets(targets, force, skip_existing)
    return run(
        cards=cards,
        targets=targets,
        fruitless=frozenset(fruitless),
        hop=hop,
        export=export,
        level=level,
        interpretation=interpretation,
        jobs=jobs or cores(),
        quiet=quiet,
        verbose=verbose,
    )


def _listed(lists: tuple[str, ...], null: bool) -> list[str]:
    from quadpred_plugin.audio.paths import read_list

    if null and not lists:
        raise click.UsageError("-0 is for the lists of --from-file: name one.")
    try:
        return [name for one in lists for name in read_list(one, null)]
    except AudioError as error:
        raise click.UsageError(str(error)) from error


def _default_format(output: str | None) -> str:
    if output is not None and Path(output).suffix and not is_folder(output):
        try:
            return format_of(Path(output))
        except OutputError as error:
            raise click.UsageError(f"{error} --format names one.") from error
    on_terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
    return "table" if on_terminal else "csv"


def _choose_model(model: str | None, speech: str | None, music: str | None) -> ModelCard:
    from quadpred_plugin.model.registry import find_by_language

    if model and (speech or music):
        raise click.UsageError("--model and -s/-m exclude each other: both choose the model.")
    if not (speech or music):
        return choose_model(model or "default")
    try:
        return find_by_language(speech, music)
    except ModelError as error:
        raise click.UsageError(str(error)) from error


def cores() -> int:
    """Return the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
