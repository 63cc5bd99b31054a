"""``quadpred report``: one HTML page of audio files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from quadpred_plugin.cli.destinations import Targets, check_targets, is_folder
from quadpred_plugin.cli.file_options import available_cores, jobs_option, recursive_option
from quadpred_plugin.cli.message_options import (
    color_option,
    print_left_out,
    print_message,
    print_not_searched,
)
from quadpred_plugin.cli.model_options import choose_model, hop_option, model_option
from quadpred_plugin.cli.results_options import allow_changed_option, from_option, refuse_given
from quadpred_plugin.cli.together import plan_together, put_files_together, together_options
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    from quadpred_plugin.model.card import ModelCard
    from quadpred_plugin.prediction import Prediction

SUFFIXES = (".html", ".htm")
# Parameters that --from excludes, as it analyses nothing.
_OF_ANALYSES = (
    *("paths", "recursive", "model", "hop", "audio_limit", "no_audio", "jobs"),
    *("together", "axis", "anchors", "smooth", "plot"),
)


@click.command(
    "report",
    epilog="""\b
Examples:
  quadpred report song.mp3
  quadpred report --hop 0.32 -o song.html song.mp3
  quadpred report --no-audio -o album.html album/
  quadpred report --together --axis aligned -o both.html old.flac new.flac
  quadpred report --from results -o music/collection.html
""",
)
@click.argument("paths", nargs=-1, metavar="[PATHS...]")
@from_option(required=False)
@allow_changed_option
@recursive_option
@model_option
@hop_option
@click.option(
    "-o",
    "--output",
    metavar="PAGE.html",
    help="The page, or a folder for it. Default: the file's name with .html, or report.html for "
    "several files, in the current folder.",
)
@click.option(
    "--audio-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MEGABYTES",
    help="Maximum size of the sound in the page. Its bit rate is the highest that fits; sound "
    "that doesn't fit at 32 kbit/s is left out. Default: 16, which is 50 minutes.",
)
@click.option("--no-audio", is_flag=True, help="Leave the sound out.")
@together_options
@click.option("--force", is_flag=True, help="Replace a page or picture that exists.")
@jobs_option
@click.option("-q", "--quiet", is_flag=True, help="No warnings and no progress.")
@color_option
def command(
    paths: tuple[str, ...],
    results: Path | None,
    allow_changed: bool,
    recursive: bool,
    model: str,
    hop: float | None,
    output: str | None,
    audio_limit: float | None,
    no_audio: bool,
    together: bool,
    axis: str | None,
    anchors: str | None,
    smooth: float | None,
    plot: str | None,
    force: bool,
    jobs: int | None,
    quiet: bool,
) -> int:
    """Write a page that plays audio files and shows their emotion over time.

    PATHS are audio files and folders of them; several are compared. The page is one file
    that needs no network: player, taggram, plane of arousal and valence, segments,
    summary, the model's limits and licence. Its sound is mono.

    With --from the page is that of a collection, from results: each track is a dot in the
    plane and a row of a table, which can be filtered and sorted. It contains no sound, and
    plays tracks from where they are.

    Exit code 0: all done; 1: some files failed, which the page shows too, are analysed in
    part, or have changed since; 2: wrong use.
    """
    if no_audio and audio_limit is not None:
        raise click.UsageError("--no-audio and --audio-limit exclude each other.")
    if results is not None:
        refuse_given(_OF_ANALYSES)
        from quadpred_plugin.cli.report_collection import write_collection_page
        from quadpred_plugin.report.page import load_templates

        page = _plan_page([], output, force)
        load_templates()
        return write_collection_page(results, page, allow_changed, quiet)
    if allow_changed:
        raise click.UsageError("--allow-changed is an option of --from.")
    if not paths:
        raise click.UsageError("Name at least one audio file or folder, or results by --from.")
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()
    from quadpred_plugin.audio.paths import expand_paths
    from quadpred_plugin.prediction import INCOMPLETE
    from quadpred_plugin.report.page import load_templates
    from quadpred_plugin.report.writing import SOUND_LIMIT, write_report

    card = choose_model(model, hop)
    names, empty_folders, left_out = expand_paths(paths, recursive)
    if not quiet:
        print_left_out(left_out)
        print_not_searched(paths, recursive)
    page = _plan_page(names, output, force)
    plan = plan_together(names, together, axis, anchors, smooth, plot, force)
    # Fail before the analysis if a package is missing.
    load_templates()
    predictions = _predict(
        card, names, frozenset(empty_folders), hop, jobs or available_cores(), quiet
    )
    failed = any(prediction.status in INCOMPLETE for prediction in predictions)
    if all(prediction.status == "error" for prediction in predictions):
        return 1
    curves = None
    if plan is not None:
        curves, complete = put_files_together(plan, predictions)
        failed |= not complete
    limit = SOUND_LIMIT if audio_limit is None else int(audio_limit * 1e6)
    warnings = write_report(page, predictions, card, 0 if no_audio else limit, curves)
    if not quiet:
        for warning in warnings:
            print_message(printable(warning))
        print_message(printable(f"{page} is written, {page.stat().st_size / 1e6:.1f} MB."))
    return 1 if failed else 0


def _plan_page(names: list[str], output: str | None, force: bool) -> Path:
    # The name may be that of a folder without audio, and "." has no stem.
    stem = Path(names[0]).stem if len(names) == 1 else ""
    own = f"{stem or 'report'}.html"
    if output is None:
        page = Path(own)
    elif is_folder(output):
        page = Path(output, own)
    else:
        page = Path(output)
    if page.suffix.lower() not in SUFFIXES:
        raise click.BadParameter(
            f"A page's name ends in {' or '.join(SUFFIXES)}: {page}.", param_hint="-o"
        )
    if page.is_file() and not force:
        raise click.UsageError(f"{page} exists: --force replaces it.")
    check_targets(Targets((), page, None, None), force=True, skip_existing=False)
    return page


def _predict(
    card: ModelCard,
    names: list[str],
    empty_folders: frozenset[str],
    hop: float | None,
    jobs: int,
    quiet: bool,
) -> list[Prediction]:
    from quadpred_plugin.cli.file_predictions import predict_files
    from quadpred_plugin.cli.progress import Progress
    from quadpred_plugin.prediction import INCOMPLETE

    predictions = []
    with Progress(len(names), enabled=not quiet) as progress:
        for prediction in predict_files(card, names, empty_folders, hop, jobs):
            predictions.append(prediction)
            progress.update(len(predictions))
            if prediction.status in INCOMPLETE or not quiet:
                for warning in prediction.warnings:
                    print_message(printable(f"{prediction.source}: {warning}"))
    return predictions
