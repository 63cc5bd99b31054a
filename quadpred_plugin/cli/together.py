"""Options of ``quadpred report`` that put the curves of several files into one picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.cli.destinations import check_output_file
from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.errors import AudioError, QuadpredError
from quadpred_plugin.report import AXES
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    from quadpred_plugin.prediction import Prediction
    from quadpred_plugin.report.anchors import Anchors
    from quadpred_plugin.report.time_maps import TimeMap
    from quadpred_plugin.report.together import Together

_OPTIONS = (
    click.option(
        "--together",
        is_flag=True,
        help="Show the curves of all files in one picture too, such as performances of one piece.",
    ),
    click.option(
        "--axis",
        type=click.Choice(AXES),
        help="Time axis of --together: seconds (default), relative to each file's length, or "
        "aligned to the first file, by --anchors or else by harmony (extra 'align').",
    ),
    click.option(
        "--anchors",
        type=click.Path(),
        metavar="TABLE.csv",
        help="Align by a table with the columns name and one per file, called like the file, of "
        "times in seconds.",
    ),
    click.option(
        "--smooth",
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        help="Window of a moving mean of the curves of --together. Default: 0.",
    ),
    click.option(
        "--plot",
        type=click.Path(),
        metavar="PICTURE",
        help="Write the picture of --together as a .png or .svg too.",
    ),
)


@dataclass(frozen=True)
class Plan:
    """What is put together.

    Attributes
    ----------
    axis : {'seconds', 'relative', 'aligned'}
    anchors : Anchors or None
        For the aligned axis; by harmony if None.
    smooth : float
        Window of a moving mean, s.
    picture : Path or None
    """

    axis: str
    anchors: Anchors | None
    smooth: float
    picture: Path | None


def together_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `plan_together` to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def plan_together(
    names: Sequence[str],
    together: bool,
    axis: str | None,
    anchors: str | None,
    smooth: float | None,
    plot: str | None,
    force: bool,
) -> Plan | None:
    """Check the options, before any audio is read; None without --together.

    Raises
    ------
    click.UsageError
        If options exclude each other, there is one file only, the table of anchors can't be used,
        the picture exists or has another suffix, or librosa is needed and missing.
    """
    if not together:
        for option, value in (("axis", axis), ("anchors", anchors), ("plot", plot)):
            if value is not None:
                raise click.UsageError(f"--{option} is an option of --together: give it too.")
        if smooth is not None:
            raise click.UsageError("--smooth is an option of --together: give it too.")
        return None
    if len(names) < 2:
        raise click.UsageError("--together compares files: name two or more.")
    if anchors is not None and axis not in (None, "aligned"):
        raise click.UsageError(f"--anchors aligns files: it has no effect with --axis {axis}.")
    from quadpred_plugin.report.alignment import require
    from quadpred_plugin.report.anchors import read_anchors

    picture = None if plot is None else _check_picture(plot, force)
    axis = "aligned" if anchors is not None else axis or AXES[0]
    try:
        table = None if anchors is None else read_anchors(Path(anchors), names)
        if axis == "aligned" and table is None:
            require()
    except QuadpredError as error:
        raise click.UsageError(str(error)) from error
    return Plan(axis, table, smooth or 0.0, picture)


def put_files_together(plan: Plan, predictions: Sequence[Prediction]) -> tuple[Together, bool]:
    """Put predictions together, and write the picture if there is to be one.

    Parameters
    ----------
    plan : Plan
    predictions : sequence of Prediction
        In the order of the plan's files.

    Returns
    -------
    together : Together
    complete : bool
        Whether no file that has values was left out.

    Raises
    ------
    QuadpredError
        If fewer than two files have values, or the picture can't be written.
    """
    from quadpred_plugin.analysis.smoothing import smooth
    from quadpred_plugin.report.together import put_together, save_together
    from quadpred_plugin.report.track import make_tracks

    found = [place for place, prediction in enumerate(predictions) if len(prediction)]
    if len(found) < 2:
        raise QuadpredError("Fewer than two files have values: there is nothing to put together.")
    maps: list[TimeMap | None] | None = None
    marks: list[tuple[float, str]] = []
    if plan.anchors is not None:
        maps = [plan.anchors.time_map(place, found[0]) for place in range(len(predictions))]
        marks = list(zip(plan.anchors.times[:, found[0]].tolist(), plan.anchors.names))
        _warn_of_late_anchors(plan.anchors, predictions)
    elif plan.axis == "aligned":
        maps = _aligned(predictions, found)
    smoothed = [smooth(prediction, plan.smooth) for prediction in predictions]
    tracks = make_tracks(smoothed, [None] * len(smoothed))
    together = put_together(tracks, plan.axis, maps, marks)
    if plan.picture is not None:
        save_together(together, plan.picture)
    return together, len(together.curves) == len(found)


def _check_picture(plot: str, force: bool) -> Path:
    from quadpred_plugin.exports.plots import SUFFIXES

    if Path(plot).suffix.lower() not in SUFFIXES:
        raise click.BadParameter(
            f"A picture's name ends in {' or '.join(SUFFIXES)}: {plot}.", param_hint="--plot"
        )
    return check_output_file(plot, force)


def _warn_of_late_anchors(anchors: Anchors, predictions: Sequence[Prediction]) -> None:
    for prediction, times in zip(predictions, anchors.times.T):
        if len(prediction) and prediction.duration and times[-1] > prediction.duration:
            print_message(
                printable(
                    f"{prediction.source}: the last anchor is at {times[-1]:g} s, beyond the end "
                    f"at {prediction.duration:.1f} s."
                )
            )


def _aligned(predictions: Sequence[Prediction], found: Sequence[int]) -> list[TimeMap | None]:
    """Align each file that has values to the first one, by harmony."""
    from quadpred_plugin.report.alignment import DOUBTFUL_DISTANCE, align, read_samples
    from quadpred_plugin.report.time_maps import identity

    maps: list[TimeMap | None] = [None] * len(predictions)
    maps[found[0]] = identity()
    reference = predictions[found[0]].source
    try:
        samples = read_samples(reference)
    except AudioError as error:
        raise AudioError(f"{reference} {error} Nothing can be aligned to it.") from error
    for place in found[1:]:
        name = printable(predictions[place].source)
        try:
            maps[place], distance = align(read_samples(predictions[place].source), samples)
        except AudioError as error:
            print_message(printable(f"{name}: {error} It isn't in the picture."))
            continue
        if distance > DOUBTFUL_DISTANCE:
            print_message(
                f"{name}: its harmony differs so much from that of {printable(reference)} that the "
                "alignment is doubtful; --anchors gives times by hand."
            )
    return maps
