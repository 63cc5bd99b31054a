"""Put the curves of several files on one time axis: seconds, relative, or aligned."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.exports.plots import save_figure
from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.report.time_maps import TimeMap
from quadpred_plugin.report.track import Track

# Colours of lines on light and on dark paper; each has a contrast of 3:1 or more there.
COLOURS = (
    ("#0072b2", "#6cb4ee"),
    ("#c04f00", "#ff9d5c"),
    ("#00795c", "#4fd1a5"),
    ("#a03a7d", "#e59ad0"),
    ("#6f6000", "#d9c84a"),
    ("#1b1c20", "#ecebe6"),
)
# Lines beyond the number of colours are dashed, in these lengths.
DASHES = ("none", "6 3", "2 2", "8 2 2 2")


@dataclass(frozen=True)
class Curve:
    """Curves of one file on the common axis.

    Attributes
    ----------
    number : int
        Of the file, from 1.
    name : str
    times : ndarray of float64, shape (patches,)
        Centres of the patches in the unit of the axis.
    arousal, valence : ndarray of float32, shape (patches,)
        -1..1.
    """

    number: int
    name: str
    times: NDArray[np.float64]
    arousal: NDArray[np.float32]
    valence: NDArray[np.float32]

    @property
    def colour(self) -> int:
        """Place in `COLOURS`."""
        return (self.number - 1) % len(COLOURS)

    @property
    def dashes(self) -> str:
        """Lengths of dashes, as in SVG."""
        return DASHES[(self.number - 1) // len(COLOURS) % len(DASHES)]


@dataclass(frozen=True)
class Together:
    """Curves of several files on one time axis.

    Attributes
    ----------
    axis : {'seconds', 'relative', 'aligned'}
    unit : str
        Label of the axis.
    begin, end : float
        Its limits.
    curves : tuple of Curve
    marks : tuple of (float, str)
        Places of anchors and their names.
    """

    axis: str
    unit: str
    begin: float
    end: float
    curves: tuple[Curve, ...]
    marks: tuple[tuple[float, str], ...] = ()


def put_together(
    tracks: Sequence[Track],
    axis: str,
    maps: Sequence[TimeMap | None] | None = None,
    marks: Sequence[tuple[float, str]] = (),
) -> Together:
    """Put the curves of tracks on one axis.

    Parameters
    ----------
    tracks : sequence of Track
        Those without patches are left out.
    axis : {'seconds', 'relative', 'aligned'}
        Relative times are percents of each file's length.
    maps : sequence of TimeMap or None, optional
        For the aligned axis: each track's times to those of the first track with patches; None
        leaves a track out.
    marks : sequence of (float, str)
        Times of anchors, s, and their names.

    Returns
    -------
    together : Together
    """
    with_patches = [(place, track) for place, track in enumerate(tracks) if len(track.prediction)]
    first = with_patches[0][1]
    end = 0.0
    curves = []
    for place, track in with_patches:
        shown = track.shown
        times = shown.centres
        length = shown.duration or float(times[-1])
        if axis == "relative":
            times, length = times / length * 100, 100.0
        elif axis == "aligned":
            assert maps is not None
            time_map = maps[place]
            if time_map is None:
                continue
            times, length = time_map(times), first.prediction.duration or length
        end = max(end, length, float(times[-1]))
        curves.append(Curve(track.number, track.name, times, shown.arousal, shown.valence))
    unit = {
        "seconds": "time (s)",
        "relative": "time (% of each file)",
        "aligned": f"time in {first.name} (s)",
    }[axis]
    begin = min(0.0, *(float(curve.times[0]) for curve in curves))
    return Together(axis, unit, begin, end, tuple(curves), tuple(marks))


def draw_together(together: Together) -> Any:
    """Draw arousal above valence, a line for each file, and a mark for each anchor.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6), layout="constrained")
    plots = figure.subplots(2, 1, sharex=True)
    for plot, dimension in zip(plots, DIMENSIONS):
        lines = []
        for curve in together.curves:
            lengths = [float(one) for one in curve.dashes.split() if one != "none"]
            lines += plot.plot(
                curve.times,
                getattr(curve, dimension),
                color=COLOURS[curve.colour][0],
                linestyle=(0, lengths) if lengths else "-",
            )
        plot.axhline(0, color="grey", linewidth=0.5)
        plot.set_ylim(-1.05, 1.05)
        plot.set_ylabel(dimension)
        for place, _ in together.marks:
            plot.axvline(place, color="grey", linewidth=0.8, linestyle=":")
    for place, name in together.marks:
        # Dollar signs in names must not start mathematical notation.
        plots[0].text(
            place, 1.08, name, rotation=30, fontsize="small", parse_math=False, clip_on=False
        )
    plots[0].set_xlim(together.begin, together.end)
    plots[1].set_xlabel(together.unit, parse_math=False)
    # A label that begins with an underscore would be left out.
    names = [f"{curve.number}  {curve.name}" for curve in together.curves]
    legend = figure.legend(lines, names, loc="outside lower center", ncols=2, fontsize="small")
    for text in legend.get_texts():
        text.set_parse_math(False)
    return figure


def save_together(together: Together, path: Path) -> None:
    """Draw curves into a .png or .svg file, written atomically.

    Raises
    ------
    OutputError
        If the suffix is another one, or the file can't be written.
    """
    save_figure(lambda: draw_together(together), path)
