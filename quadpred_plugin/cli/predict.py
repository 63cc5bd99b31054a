"""``quadpred predict``: from paths to rows, arrays and pictures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.targets import check_targets, is_folder, plan_targets
from quadpred_plugin.errors import ModelError, OutputError

if TYPE_CHECKING:
    from quadpred_plugin.card import ModelCard

# Written again here, so that help needs no NumPy; a test compares them with the registry.
FORMAT_NAMES = ("table", "csv", "json", "npz", "npy")
LEVEL_NAMES = ("file", "frame")
BINARY_FORMATS = ("npz", "npy")


@click.command(
    "predict",
    epilog="""\b
Examples:
  quadpred predict song.mp3
  quadpred predict -r --format csv --level frame -o frames.csv albums/
  quadpred predict --plot taggram.png --hop 0.32 song.flac
""",
)
@click.argument("paths", nargs=-1, metavar="PATHS...")
@click.option("-i", "original_input", multiple=True, hidden=True, metavar="FILE")
@click.option("-r", "--recursive", is_flag=True, help="Look in the folders of folders too.")
@click.option("--model", metavar="NAME|PATH", help="An installed model, or a .pb with its card.")
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
    "--hop",
    type=float,
    metavar="SECONDS",
    help="From one patch's start to the next, rounded to frames of 0.032 s; "
    "without it patches don't overlap.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMAT_NAMES),
    help="Default: by the suffix of -o, else a table on a terminal and csv into a pipe.",
)
@click.option(
    "--level",
    type=click.Choice(LEVEL_NAMES),
    help="A row a file (default), or a row a patch (default of npz and npy).",
)
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
def command(
    paths: tuple[str, ...],
    original_input: tuple[str, ...],
    recursive: bool,
    model: str | None,
    speech: str | None,
    music: str | None,
    hop: float | None,
    format_name: str | None,
    level: str | None,
    output: str | None,
    plot: str | None,
    force: bool,
    skip_existing: bool,
    jobs: int | None,
    quiet: bool,
) -> int:
    """Hear audio files and say their quadrants, arousal and valence.

    PATHS are audio files and folders of them. Results go to standard output or to -o,
    all else to standard error. Exit code 0: all done; 1: some files failed; 2: wrong use;
    130: interrupted, what was finished is kept.
    """
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()
    from quadpred_plugin.cli.run import run
    from quadpred_plugin.inputs import expand_paths
    from quadpred_plugin.processes import usable_cores

    wanted = [*original_input, *paths]
    if not wanted:
        raise click.UsageError("Name at least one audio file or folder.")
    if force and skip_existing:
        raise click.UsageError("--force and --skip-existing exclude each other.")
    format_name = format_name or _default_format(output)
    level = level or ("frame" if format_name in BINARY_FORMATS else "file")
    if output is None and format_name in BINARY_FORMATS:
        raise click.UsageError(f"A {format_name} file needs a name: give -o.")
    card = _choose_model(model, speech, music)
    if hop is not None:
        try:
            card.preprocessing.hop_frames(hop)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--hop") from error
    names, fruitless = expand_paths(wanted, recursive)
    one_each = format_name in BINARY_FORMATS and level == "frame"
    targets = plan_targets(names, output, plot, f".{format_name}", one_each)
    targets = check_targets(targets, force, skip_existing)
    return run(
        card=card,
        targets=targets,
        fruitless=frozenset(fruitless),
        hop=hop,
        format_name=format_name,
        level=level,
        jobs=jobs or usable_cores(),
        quiet=quiet,
    )


def _default_format(output: str | None) -> str:
    from quadpred_plugin.exports import format_of

    if output is not None and Path(output).suffix and not is_folder(output):
        try:
            return format_of(Path(output))
        except OutputError as error:
            raise click.UsageError(f"{error} --format names one.") from error
    on_terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
    return "table" if on_terminal else "csv"


def _choose_model(model: str | None, speech: str | None, music: str | None) -> ModelCard:
    from quadpred_plugin.models import find_by_language, find_model

    if model and (speech or music):
        raise click.UsageError("--model and -s/-m exclude each other: both choose the model.")
    try:
        if speech or music:
            return find_by_language(speech, music)
        return find_model(model or "default")
    except ModelError as error:
        raise click.UsageError(str(error)) from error
