"""``quadpred tag``: write emotion into the tags of files, and undo it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.file_options import (
    FILES,
    available_cores,
    jobs_option,
    recursive_option,
)
from quadpred_plugin.cli.message_options import color_option, print_left_out, print_not_searched
from quadpred_plugin.cli.model_options import choose_model, model_option
from quadpred_plugin.cli.results_options import allow_changed_option, from_option, tracks_of
from quadpred_plugin.errors import QuadpredError

if TYPE_CHECKING:
    from quadpred_plugin.tags.choices import ScaledField


def _parse_fields(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[ScaledField, ...]:
    if not values:
        return ()
    from quadpred_plugin.tags.choices import parse_field

    try:
        fields = tuple(map(parse_field, values))
    except QuadpredError as error:
        raise click.BadParameter(str(error)) from error
    if len({field.name.casefold() for field in fields}) < len(fields):
        raise click.BadParameter("A field is given twice.")
    return fields


def _parse_comment(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> str | None:
    if value is None:
        return None
    from quadpred_plugin.tags.choices import check_comment

    if value and os.path.exists(value):
        raise click.BadParameter(
            f'{value} is a file, not a prefix: write --comment "" before it for none.'
        )
    try:
        check_comment(value)
    except QuadpredError as error:
        raise click.BadParameter(str(error)) from error
    return value


@click.command(
    "tag",
    epilog="""\b
Examples:
  quadpred tag --dry-run song.mp3
  quadpred tag -r --skip-existing albums/
  quadpred tag --from results --field ENERGY=arousal:1..10 --mood-values
  quadpred tag --undo-file before.jsonl song.flac song.m4a
  quadpred tag --undo before.jsonl
""",
)
@click.argument("paths", nargs=-1, metavar="[PATHS...]", type=FILES)
@recursive_option
@model_option
@from_option(required=False)
@allow_changed_option
@click.option(
    "--field",
    "fields",
    multiple=True,
    callback=_parse_fields,
    metavar="NAME=DIMENSION:LOW..HIGH",
    help="A further field: arousal or valence as a whole number of a scale, such as "
    "ENERGY=arousal:1..10. May be given several times.",
)
@click.option(
    "--mood-values",
    is_flag=True,
    help="Each word of the mood as a value of its own, except in ID3v2.3, which has one value.",
)
@click.option(
    "--comment",
    is_flag=False,
    flag_value="",
    callback=_parse_comment,
    metavar="[PREFIX]",
    help="Write the quadrant, and the numbers of --field, before what the comment says; PREFIX "
    "precedes them.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Show old and new values, write nothing.")
@click.option(
    "--force",
    is_flag=True,
    help="Replace a mood, or a value of --field, of another origin too; with --undo, restore "
    "fields too that were changed since.",
)
@click.option("--skip-existing", is_flag=True, help="Leave out files that have this model's tags.")
@click.option(
    "--undo-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="New file for the former tags. Default: a file named by date and time in "
    "'quadpred/undo' of the user's state folder (~/.local/state on Linux).",
)
@click.option(
    "--undo",
    "undo_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Restore the former tags from an undo file, instead of writing new ones.",
)
@jobs_option
@click.option("-q", "--quiet", is_flag=True, help="Print errors only, no progress.")
@color_option
def command(
    paths: tuple[str, ...],
    recursive: bool,
    model: str,
    results: Path | None,
    allow_changed: bool,
    fields: tuple[ScaledField, ...],
    mood_values: bool,
    comment: str | None,
    dry_run: bool,
    force: bool,
    skip_existing: bool,
    undo_file: Path | None,
    undo_path: Path | None,
    jobs: int | None,
    quiet: bool,
) -> int:
    """Write emotion into the tags of audio files.

    PATHS are audio files and folders of them. Each gets the mood in words (ID3 TMOO, in
    ID3v2.3 TXXX:MOOD; Vorbis MOOD; MP4 ----:com.apple.iTunes:MOOD) and the fields
    QUADPRED_QUADRANT, QUADPRED_AROUSAL, QUADPRED_VALENCE and QUADPRED_MODEL. A mood of
    another origin is kept.

    With --from nothing is analysed: all tracks of RESULTS are tagged, or those of PATHS.
    Files that were changed since are named and left.

    Audio is never changed: tags are written into a copy, the copy's audio is compared with
    the file's, and the copy then replaces the file atomically. Permissions are kept, the
    time of modification is new. A symbolic link remains one; of a file with several hard
    links only the named one is replaced, and the others keep the former tags.

    Exit code 0: all done; 1: some files failed or are analysed in part; 2: wrong use; 130:
    interrupted.
    """
    if results is None:
        from quadpred_plugin.chain.engine import restrict_algorithms

        restrict_algorithms()
    from quadpred_plugin.tags.containers import require_mutagen

    require_mutagen()
    if undo_path is not None:
        written = fields or mood_values or comment is not None
        if paths or undo_file or skip_existing or results is not None or written:
            raise click.UsageError(
                "--undo excludes PATHS, --undo-file, --skip-existing, --from and what is written."
            )
        from quadpred_plugin.cli.tag_run import undo_tags

        return undo_tags(undo_path, force, dry_run, quiet)
    if results is None:
        if not paths:
            raise click.UsageError("Name at least one audio file or folder.")
        if allow_changed:
            raise click.UsageError("--allow-changed is an option of --from.")
    else:
        _check_nothing_is_analysed()
    if undo_file is not None and undo_file.exists():
        raise click.UsageError(f"{undo_file} exists: name a new file for --undo-file.")
    from quadpred_plugin.audio.paths import expand_paths

    names, empty_folders, left_out = expand_paths(paths, recursive)
    if not quiet:
        print_left_out(left_out)
        print_not_searched(paths, recursive)
    from quadpred_plugin.cli.tag_files import Writing
    from quadpred_plugin.tags.choices import Choices

    choices = Choices(fields, mood_values, comment)
    writing = Writing(undo_file, force, skip_existing, dry_run, quiet, choices)
    if results is None:
        from quadpred_plugin.cli.tag_run import predict_and_write

        card = choose_model(model)
        return predict_and_write(
            card, names, frozenset(empty_folders), jobs or available_cores(), writing
        )
    from quadpred_plugin.cli.tag_results import write_results
    from quadpred_plugin.results.staleness import chosen

    tracks, unrecorded = tracks_of(results), list[str]()
    if paths:
        tracks, unrecorded = chosen(tracks, names)
    return write_results(tracks, unrecorded, allow_changed, writing)


def _check_nothing_is_analysed() -> None:
    """Refuse options of an analysis beside --from; variables may set them for other calls."""
    context = click.get_current_context()
    for name, option in (("model", "--model"), ("jobs", "-j")):
        source = context.get_parameter_source(name)
        if source is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--from analyses nothing: {option} excludes it.")
