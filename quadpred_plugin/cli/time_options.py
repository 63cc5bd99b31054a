"""Options of time: smoothing, rates, and the sections that a user gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.exports.timecode import DEFAULT_FRAME_RATE, FRAME_RATES

if TYPE_CHECKING:
    from quadpred_plugin.exports import Export
    from quadpred_plugin.model.card import ModelCard
    from quadpred_plugin.sections.section import Section

_CURVES = (
    click.option(
        "--smooth",
        type=click.FloatRange(min=0),
        default=0.0,
        metavar="SECONDS",
        help="Replace curves by their moving mean over SECONDS; values of files stay.",
    ),
    click.option(
        "--rate",
        type=click.FloatRange(min=0, min_open=True),
        metavar="HZ",
        help="Give exactly HZ rows a second, such as 25, interpolated between patches.",
    ),
    click.option(
        "--fps",
        type=click.Choice(list(FRAME_RATES)),
        metavar="RATE",
        help=f"Frames a second of edl: {', '.join(FRAME_RATES)}. Default: {DEFAULT_FRAME_RATE}.",
    ),
)
_SECTIONS = (
    click.option(
        "--intervals",
        type=click.Path(),
        metavar="FILE",
        help="Give a row per section of FILE: .csv (start, end, label, file), .txt (Audacity), "
        ".TextGrid, .svl.",
    ),
    click.option("--tier", metavar="NAME", help="Tier of the TextGrid, if it has several."),
)


def curve_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --smooth, --rate and --fps to a command."""
    for option in reversed(_CURVES):
        command = option(command)
    return command


def check_curves(export: Export, level: str | None, rate: float | None) -> None:
    """Refuse --rate where it has no effect, and a rate that is too high.

    Raises
    ------
    click.UsageError
    """
    from quadpred_plugin.analysis.resampling import MAXIMUM_RATE

    if rate is None:
        return
    if not rate <= MAXIMUM_RATE:
        raise click.UsageError(f"--rate must be at most {MAXIMUM_RATE:g} Hz, not {rate:g}.")
    if not (level == "frame" or export.curves):
        raise click.UsageError(
            "--rate needs values over time: give --level frame, or a format of curves."
        )


def check_smoothing(
    smoothing: float, means_alone: bool, hop: float | None, card: ModelCard
) -> None:
    """Refuse --smooth where it has no effect.

    Parameters
    ----------
    smoothing : float
        Seconds.
    means_alone : bool
        Whether only means of files or of given sections are written.
    hop : float or None
        Seconds, as for `Model.predict`.
    card : ModelCard

    Raises
    ------
    click.UsageError
    """
    from quadpred_plugin.analysis.smoothing import reach_of

    if not smoothing:
        return
    if means_alone:
        raise click.UsageError(
            "--smooth changes values over time alone: give --level frame, or a format of curves "
            "or segments."
        )
    if not smoothing < float("inf"):
        raise click.UsageError(f"--smooth must be a number of seconds, not {smoothing}.")
    preprocessing = card.preprocessing
    seconds = preprocessing.hop_frames(hop) * preprocessing.frame_seconds
    if not reach_of(smoothing, seconds):
        raise click.UsageError(
            f"--smooth {smoothing:g} is shorter than two hops of {seconds:g} s and would change "
            "nothing: give a shorter --hop."
        )


def choose_frame_rate(export: Export, format_name: str, fps: str | None) -> Export:
    """Return an export at the frame rate of a video.

    Raises
    ------
    click.UsageError
        If the format has none.
    """
    if fps is None:
        return export
    if format_name != "edl":
        raise click.UsageError("--fps is the frame rate of edl: give --format edl.")
    return replace(export, settings=(("frames_per_second", fps),))


def section_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `sections_of` to a command."""
    for option in reversed(_SECTIONS):
        command = option(command)
    return command


def sections_of(
    intervals: str | None, tier: str | None, names: Sequence[str]
) -> Mapping[str, tuple[Section, ...]] | None:
    """Return the given sections of each audio file, None without --intervals.

    Raises
    ------
    click.UsageError
        If they can't be read, or aren't those of the files.
    """
    if intervals is None:
        if tier is not None:
            raise click.UsageError("--tier is an option of --intervals: give a TextGrid.")
        return None
    from quadpred_plugin.sections.reading import read_sections, sections_by_file

    path = Path(intervals)
    try:
        return sections_by_file(path, read_sections(path, tier), names)
    except QuadpredError as error:
        raise click.UsageError(str(error)) from error
