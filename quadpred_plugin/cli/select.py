"""``quadpred select``: choose stimuli of each quadrant."""

from __future__ import annotations

from pathlib import Path

import click

from quadpred_plugin.cli.destinations import Targets, check_output_file, check_targets
from quadpred_plugin.cli.file_options import (
    FILES,
    available_cores,
    jobs_option,
    recursive_option,
)
from quadpred_plugin.cli.message_options import color_option, print_left_out, print_not_searched
from quadpred_plugin.cli.model_options import choose_model, hop_option, model_option
from quadpred_plugin.cli.results_options import allow_changed_option, from_option, refuse_given
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.selection import GROUPS

DEFAULT_FADE = 0.5
# Parameters that --from excludes, as it analyses nothing.
_OF_ANALYSES = ("paths", "recursive", "model", "hop", "jobs")


@click.command(
    "select",
    epilog="""\b
Examples:
  quadpred select --from results --per-quadrant 10 -o stimuli.csv
  quadpred select --from results --seconds 15 --audio cut -o stimuli.csv
  quadpred select -r --one-per artist --min-confidence 0.8 -o table.csv music/
""",
)
@click.argument("paths", nargs=-1, metavar="[PATHS...]", type=FILES)
@from_option(required=False)
@allow_changed_option
@recursive_option
@model_option
@hop_option
@click.option(
    "--per-quadrant",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="Stimuli of each quadrant.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Take from each track the excerpt of this length with the clearest quadrant, "
    "instead of the whole track. Results must have values of patches (--level frame).",
)
@click.option(
    "--one-per",
    type=click.Choice(GROUPS),
    help="At most one stimulus of each artist or album, by the tags, or of each folder.",
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="SHARE",
    help="Minimum probability of the quadrant, 0..1; default: none.",
)
@click.option("-o", "--output", required=True, metavar="FILE.csv", help="The table of stimuli.")
@click.option(
    "--audio",
    metavar="DIR",
    help="Write the audio of each stimulus into this folder: WAV of 24 bits, cut at the sample.",
)
@click.option(
    "--fade",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help=f"Length of the fades of --audio; 0 for none. Default: {DEFAULT_FADE}.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
@jobs_option
@click.option("-q", "--quiet", is_flag=True, help="Print what is missing only, no progress.")
@color_option
def command(
    paths: tuple[str, ...],
    results: Path | None,
    allow_changed: bool,
    recursive: bool,
    model: str,
    hop: float | None,
    per_quadrant: int,
    seconds: float | None,
    one_per: str | None,
    min_confidence: float,
    output: str,
    audio: str | None,
    fade: float | None,
    force: bool,
    jobs: int | None,
    quiet: bool,
) -> int:
    """Choose the tracks or excerpts that are clearest in each quadrant.

    PATHS are audio files and folders of them, which are analysed; --from takes results
    instead. A track is chosen once at most, in its most probable quadrant; the most
    confident come first.

    The table has file, start and end in seconds, quadrant, confidence, consistency of
    quadrant with arousal and valence, arousal, valence, and level, the integrated loudness
    in LUFS after EBU R 128; with --audio also the name of the audio file. Values of
    excerpts are means over their patches.

    No minimum is lowered: if a quadrant has too few, a line tells how many passed. Exit
    code 0: all done; 1: a quadrant has too few, or files failed; 2: wrong use.
    """
    if results is not None:
        refuse_given(_OF_ANALYSES)
    elif allow_changed:
        raise click.UsageError("--allow-changed is an option of --from.")
    elif not paths:
        raise click.UsageError("Name audio files or folders, or results by --from.")
    fade = _check_fade(fade, audio, seconds)
    if Path(output).suffix.lower() != ".csv":
        raise click.BadParameter(f"The table's name ends in .csv: {output}.", param_hint="-o")
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()
    from quadpred_plugin.audio.paths import expand_paths
    from quadpred_plugin.cli import select_run
    from quadpred_plugin.selection.groups import group_finder

    wanted = select_run.Wanted(
        per_quadrant,
        seconds,
        min_confidence,
        group_finder(one_per) if one_per else None,
        one_per or "",
    )
    card = choose_model(model, hop) if results is None else None
    found = None
    if results is not None:
        found = select_run.candidates_of_results(results, seconds, allow_changed)
    table = check_output_file(output, force)
    folder = None if audio is None else _check_audio(Path(audio), per_quadrant, force)
    if card is not None:
        names, empty_folders, left_out = expand_paths(paths, recursive)
        if not quiet:
            print_left_out(left_out)
            print_not_searched(paths, recursive)
        found = select_run.candidates_of_files(
            card,
            list(dict.fromkeys(names)),
            frozenset(empty_folders),
            hop,
            jobs or available_cores(),
            quiet,
            seconds,
        )
    assert found is not None
    return select_run.run(found, wanted, table, folder, fade, quiet)


def _check_fade(fade: float | None, audio: str | None, seconds: float | None) -> float:
    if fade is not None and audio is None:
        raise click.UsageError("--fade is an option of --audio: name a folder.")
    chosen = DEFAULT_FADE if fade is None else fade
    if audio is not None and seconds is not None and 2 * chosen > seconds:
        raise click.UsageError(
            f"Fades of {chosen:g} s in and out don't fit into {seconds:g} s: give --fade."
        )
    return chosen


def _check_audio(folder: Path, per_quadrant: int, force: bool) -> Path:
    """Make the folder, and refuse files in it that would be replaced."""
    from quadpred_plugin.cli.select_run import audio_name

    check_targets(Targets((), folder / "any", None, None), force=True, skip_existing=False)
    for quadrant in QUADRANT_NAMES:
        for number in range(1, per_quadrant + 1):
            path = folder / audio_name(quadrant, number)
            if path.exists() and not (force and path.is_file()):
                raise click.UsageError(f"{path} exists: --force replaces it.")
    return folder
