"""``quadpred tag``: emotion into the tags of files, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.model_options import choose_model, model_option
from quadpred_plugin.cli.shell_completion import FILES
from quadpred_plugin.cli.verbosity import color_option

if TYPE_CHECKING:
    pass


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
@click.option("-r", "--recursive", is_flag=True, help="Look in the folders of folders too.")
@model_option
@click.option("-n", "--dry-run", is_flag=True, help="Show old and new values, write nothing.")
@click.option(
    "--force",
    is_flag=True,
    help="Replace a mood of another origin too; with --undo, bring back fields too that were "
    "changed since.",
)
@click.option(
    "--skip-existing", is_flag=True, help="Leave out files that have this model's tags already."
)
@click.option(
    "--undo-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="New file for what the tags were before. Default: a file named by date and time in "
    "'quadpred/undo' of the user's state folder (~/.local/state on Linux).",
)
@click.option(
    "--undo",
    "undo_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Bring back the tags that an undo file tells, instead of writing new ones.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes; default: one a core.")
@click.option("-q", "--quiet", is_flag=True, help="Errors only, and no progress.")
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
    QUADPRED_AROUSAL, QUADPRED_VALENCE and QUADPRED_MODEL. A mood that somebody else
    wrote stays.

    Audio is never touched: tags are written into a copy, the copy's audio is compared
    with the file's, and it takes the file's place whole. Permissions stay, the time of
    modification is new. A symbolic link stays one; of a file with several hard links the
    one named is replaced and the others keep the former tags.

    Exit code 0: all done; 1: some files failed; 2: wrong use; 130: interrupted.
    """
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()
    from quadpred_plugin.cli.tag_run import undo_tags, write_tags
    from quadpred_plugin.tags.containers import require_mutagen

    require_mutagen()
    if undo_path is not None:
        if paths or undo_file or skip_existing:
            raise click.UsageError("--undo takes neither PATHS nor what is for writing tags.")
        return undo_tags(undo_path, force, dry_run, quiet)
    if not paths:
        raise click.UsageError("Name at least one audio file or folder.")
    if undo_file is not None and undo_file.exists():
        raise click.UsageError(f"{undo_file} exists: name a new file for --undo-file.")
    from quadpred_plugin.audio.paths import expand_paths
    from quadpred_plugin.cli.predict import cores

    names, fruitless = expand_paths(paths, recursive)
    return write_tags(
        card=choose_model(model),
        names=names,
        fruitless=frozenset(fruitless),
        undo_path=undo_file,
        force=force,
        skip_existing=skip_existing,
        dry_run=dry_run,
        jobs=jobs or cores(),
        quiet=quiet,
    )
