"""``quadpred tag``: write emotion into the tags of files, and undo it."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.file_options import (
    FILES,
    available_cores,
    jobs_option,
    recursive_option,
)
from quadpred_plugin.cli.message_options import color_option, print_left_out
from quadpred_plugin.cli.model_options import choose_model, model_option


@click.command(
    "tag",
    epilog="""\b
Examples:
  quadpred tag --dry-run song.mp3
  quadpred tag -r --skip-existing albums/
  quadpred tag --undo-file before.jsonl song.flac song.m4a
  quadpred tag --undo before.jsonl
""",
)
@click.argument("paths", nargs=-1, metavar="[PATHS...]", type=FILES)
@recursive_option
@model_option
@click.option("-n", "--dry-run", is_flag=True, help="Show old and new values, write nothing.")
@click.option(
    "--force",
    is_flag=True,
    help="Replace a mood of another origin too; with --undo, restore fields too that were "
    "changed since.",
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
    dry_run: bool,
    force: bool,
    skip_existing: bool,
    undo_file: Path | None,
    undo_path: Path | None,
    jobs: int | None,
    quiet: bool,
) -> int:
    """Write emotion into the tags of audio files.

    PATHS are audio files and folders of them. Each gets the mood in words (ID3 TMOO,
    Vorbis MOOD, MP4 ----:com.apple.iTunes:MOOD) and the fields QUADPRED_QUADRANT,
    QUADPRED_AROUSAL, QUADPRED_VALENCE and QUADPRED_MODEL. A mood of another origin is
    kept.

    Audio is never changed: tags are written into a copy, the copy's audio is compared with
    the file's, and the copy then replaces the file atomically. Permissions are kept, the
    time of modification is new. A symbolic link remains one; of a file with several hard
    links only the named one is replaced, and the others keep the former tags.

    Exit code 0: all done; 1: some files failed; 2: wrong use; 130: interrupted.
    """
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()
    from quadpred_plugin.cli.tag_run import undo_tags, write_tags
    from quadpred_plugin.tags.containers import require_mutagen

    require_mutagen()
    if undo_path is not None:
        if paths or undo_file or skip_existing:
            raise click.UsageError("--undo excludes PATHS, --undo-file and --skip-existing.")
        return undo_tags(undo_path, force, dry_run, quiet)
    if not paths:
        raise click.UsageError("Name at least one audio file or folder.")
    if undo_file is not None and undo_file.exists():
        raise click.UsageError(f"{undo_file} exists: name a new file for --undo-file.")
    from quadpred_plugin.audio.paths import expand_paths

    names, empty_folders, left_out = expand_paths(paths, recursive)
    if not quiet:
        print_left_out(left_out)
    return write_tags(
        card=choose_model(model),
        names=names,
        empty_folders=frozenset(empty_folders),
        undo_path=undo_file,
        force=force,
        skip_existing=skip_existing,
        dry_run=dry_run,
        jobs=jobs or available_cores(),
        quiet=quiet,
    )
