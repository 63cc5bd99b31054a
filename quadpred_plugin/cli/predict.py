"""``quadpred predict``: rows, arrays and pictures of audio files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.destinations import check_targets, is_folder, plan_targets
from quadpred_plugin.cli.file_options import (
    FILES,
    available_cores,
    jobs_option,
    recursive_option,
)
from quadpred_plugin.cli.interpretation_options import (
    check_columns,
    choose_export,
    excerpt_options,
    interpretation_of,
    interpretation_options,
)
from quadpred_plugin.cli.message_options import (
    check_verbosity,
    color_option,
    print_left_out,
    print_message,
    print_not_searched,
    verbose_option,
)
from quadpred_plugin.cli.model_options import check_hop, choose_model, hop_option
from quadpred_plugin.cli.shell_completion import complete_models
from quadpred_plugin.cli.time_options import (
    check_curves,
    check_smoothing,
    choose_frame_rate,
    curve_options,
    section_options,
    sections_of,
)
from quadpred_plugin.errors import AudioError, ModelError, OutputError
from quadpred_plugin.exports import FORMATS, LEVELS, SEGMENT, format_of, formats_by_program

if TYPE_CHECKING:
    from quadpred_plugin.exports import Export
    from quadpred_plugin.model.card import ModelCard


# Formats of the disagreement between models.
_WITH_DISAGREEMENT = ("json", "npz", "svl")


@click.command(
    "predict",
    epilog="""\b
Examples:
  quadpred predict song.mp3
  quadpred predict -r --format csv --level frame -o frames.csv albums/
  quadpred predict --plot taggram.png --hop 0.32 song.flac
  quadpred predict -o song.jams song.wav
  quadpred predict --format svl -o layers/ albums/*.flac
  quadpred predict --top Q1 --top Q4 --seconds 30 albums/
  quadpred predict --from-file tracks.txt --min-confidence 0.5
  quadpred predict --intervals sections.csv --scale likert9 song.mp3
  quadpred predict --level frame --hop 0.32 --rate 25 -o song.csv song.mp3
""",
)
@click.argument("paths", nargs=-1, metavar="PATHS...", type=FILES)
@click.option("-i", "original_input", multiple=True, hidden=True, metavar="FILE")
@recursive_option
@click.option(
    "--from-file",
    "lists",
    multiple=True,
    metavar="LIST",
    help="Analyse the files named in LIST, one path per line; - is standard input. Comments of a "
    "playlist (.m3u8) are left out.",
)
@click.option("-0", "--null", is_flag=True, help="Paths in LIST end with NUL (find -print0).")
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
    help="Use the model pre-trained on English, Mandarin or both (e, m, x).",
)
@click.option(
    "-m",
    "--music",
    type=click.Choice(["e", "m"]),
    help="Use the model trained on English or Mandarin music (e, m).",
)
@click.option(
    "--against",
    multiple=True,
    metavar="NAME|PATH",
    shell_complete=complete_models,
    help="Add the disagreement with this model to json, npz and svl; repeatable.",
)
@hop_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    metavar="NAME",
    help=", ".join(name for name, one in FORMATS.items() if not one.program)
    + "; "
    + "; ".join(f"for {one}: {', '.join(names)}" for one, names in formats_by_program().items())
    + ". Default: by the suffix of -o, else a table on a terminal and csv into a pipe.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="One row per file (default), per segment, or per patch: frame (default of npz and npy).",
)
@click.option(
    "--embeddings",
    is_flag=True,
    help="Add the embeddings of the patches, of a model that has them, to npz.",
)
@click.option(
    "--stream",
    type=click.IntRange(min=0),
    metavar="N",
    help="Analyse audio stream N of each file, from 0, instead of its default one.",
)
@interpretation_options
@curve_options
@section_options
@excerpt_options
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="One file for all results, or a folder for one file each.",
)
@click.option(
    "--plot",
    type=click.Path(),
    metavar="PICTURE",
    help="Draw the taggram: a .png or .svg, or a folder for several files.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
@click.option("--skip-existing", is_flag=True, help="Leave out files whose output exists.")
@jobs_option
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
    embeddings: bool,
    stream: int | None,
    min_confidence: float,
    min_segment: float,
    hysteresis: float,
    segment_confidence: float,
    measures: str | None,
    scales: tuple[str, ...],
    words: str | None,
    smooth: float,
    rate: float | None,
    fps: str | None,
    intervals: str | None,
    tier: str | None,
    top: tuple[str, ...],
    seconds: float | None,
    output: str | None,
    plot: str | None,
    force: bool,
    skip_existing: bool,
    jobs: int | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Predict quadrants, arousal and valence of audio files.

    PATHS are audio files and folders of them. Results are written to standard output or
    to -o, messages to standard error.

    A row has the file's name, its status (ok, partial, short, silent, empty or error) or the
    start of what the row is about, the duration of either in seconds, the probabilities q1 to q4
    of the quadrants, arousal and valence from -1 to 1, and the most probable quadrant. Rows of
    files and sections are means over patches. With --top a row has an excerpt's start, duration,
    quadrant and, as score, mean probability: a row for each quadrant that is asked for.

    Exit code 0: all done; 1: some files failed or are analysed in part; 2: wrong use;
    130: interrupted, finished results are kept.
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
    check_verbosity(quiet, verbose)
    format_name = format_name or _default_format(output)
    for option, given in (
        ("--columns", measures),
        ("--scale", scales),
        ("--words", words),
        ("--intervals", intervals),
    ):
        if given:
            check_columns(FORMATS[format_name], top, option)
    if intervals is not None:
        if level not in (None, SEGMENT):
            raise click.UsageError("--intervals gives a row per section: leave --level out.")
        level = SEGMENT
    export, level = choose_export(format_name, level, top, seconds)
    export = choose_frame_rate(export, format_name, fps)
    interpretation = interpretation_of(
        min_confidence, min_segment, hysteresis, segment_confidence, measures, scales, words
    )
    if output is None and not export.text:
        raise click.UsageError(f"A {export.suffix} file needs a name: give -o.")
    cards = [
        _choose_model(model, speech, music),
        *(choose_model(one) for one in against),
    ]
    for card in cards:
        check_hop(card, hop)
    of_means = level == "file" or intervals is not None
    if against and not quiet and format_name not in _WITH_DISAGREEMENT:
        formats = ", ".join(_WITH_DISAGREEMENT)
        print_message(f"{format_name} has no disagreement between models; {formats} have.")
    check_curves(export, level, rate)
    check_smoothing(smooth, of_means and plot is None, hop, cards[0])
    if embeddings:
        if rate is not None:
            raise click.UsageError("--embeddings are of patches, not of the rows of --rate.")
        _check_embeddings(cards[0], export, level)
    names, empty_folders, left_out = expand_paths(wanted, recursive)
    sections = sections_of(intervals, tier, [one for one in names if one not in empty_folders])
    targets = plan_targets(names, output, plot, export.suffix, not export.holds_many(level))
    targets = check_targets(targets, force, skip_existing)
    if not quiet:
        print_left_out(left_out)
        print_not_searched(wanted, recursive)
    return run(
        cards=cards,
        targets=targets,
        empty_folders=frozenset(empty_folders),
        hop=hop,
        export=export,
        level=level,
        interpretation=interpretation,
        jobs=jobs or available_cores(),
        quiet=quiet,
        verbose=verbose,
        embeddings=embeddings,
        stream=stream,
        sections=sections,
        smoothing=smooth,
        rate=rate,
    )


def _check_embeddings(card: ModelCard, export: Export, level: str | None) -> None:
    if level not in export.embeddings:
        raise click.UsageError(
            "--embeddings needs a format that can hold them: give --format npz, at level frame."
        )
    try:
        card.require_embeddings()
    except ModelError as error:
        raise click.UsageError(str(error)) from error


def _listed(lists: tuple[str, ...], null: bool) -> list[str]:
    from quadpred_plugin.audio.paths import read_list

    if null and not lists:
        raise click.UsageError("-0 is an option of --from-file: give a list.")
    try:
        return [name for one in lists for name in read_list(one, null)]
    except AudioError as error:
        raise click.UsageError(str(error)) from error


def _default_format(output: str | None) -> str:
    if output is not None and Path(output).suffix and not is_folder(output):
        try:
            return format_of(Path(output))
        except OutputError as error:
            raise click.UsageError(f"{error} Use one of these, or give --format.") from error
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
