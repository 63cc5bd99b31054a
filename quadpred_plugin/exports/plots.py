"""Draw the taggram: quadrants, arousal and valence over time."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from quadpred_plugin.errors import OutputError
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.system.failures import failures_as
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.system.text import printable

SUFFIXES = (".png", ".svg")


def draw_taggram(prediction: Prediction) -> Any:
    """Draw the taggram and the curves of a prediction.

    The upper plot has one row of cells per quadrant, Q1 on top, coloured by probability; the
    lower plot has arousal and valence. A cell extends from the start of its patch to the
    start of the next. The time axis is in seconds.

    Parameters
    ----------
    prediction : Prediction

    Returns
    -------
    figure : matplotlib.figure.Figure

    Raises
    ------
    OutputError
        If the prediction has no patches.
    """
    if not len(prediction):
        raise OutputError(f"{prediction.source} has no patches to draw ({prediction.status}).")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.2), layout="constrained")
    taggram, curves = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    edges = np.append(prediction.times, prediction.times[-1] + prediction.hop)
    rows = len(QUADRANTS)
    mesh = taggram.pcolormesh(
        edges,
        np.arange(rows + 1),
        prediction.quadrants.T,
        cmap="magma",
        vmin=0,
        vmax=1,
    )
    taggram.invert_yaxis()
    taggram.set_yticks(np.arange(rows) + 0.5)
    taggram.set_yticklabels([f"{quadrant.label}\n{quadrant.words}" for quadrant in QUADRANTS])
    for tick, quadrant in zip(taggram.get_yticklabels(), QUADRANTS, strict=True):
        tick.set_color(quadrant.colour)
    figure.colorbar(mesh, ax=taggram, label="probability", pad=0.01)
    # Dollar signs in file names must not start mathematical notation.
    name = printable(Path(prediction.source).name)
    taggram.set_title(name, loc="left", parse_math=False)
    curves.plot(prediction.centres, prediction.arousal, color="black", label="arousal")
    curves.plot(
        prediction.centres, prediction.valence, color="black", linestyle="--", label="valence"
    )
    curves.axhline(0, color="grey", linewidth=0.5)
    curves.set_ylim(-1.05, 1.05)
    curves.set_xlim(edges[0], max(edges[-1], prediction.duration or 0))
    curves.set_xlabel("time (s)")
    curves.legend(loc="upper right", ncols=2, fontsize="small")
    return figure


def save_taggram(prediction: Prediction, path: Path) -> None:
    """Draw a prediction into a .png or .svg file, written atomically.

    Raises
    ------
    OutputError
        If the suffix is another one, the prediction has no patches, or the file can't be
        written.
    """
    save_figure(lambda: draw_taggram(prediction), path)


def save_figure(draw: Callable[[], Any], path: Path) -> None:
    """Write a figure to a .png or .svg file, atomically.

    Parameters
    ----------
    draw : callable
        Returns the matplotlib.figure.Figure.
    path : Path

    Raises
    ------
    OutputError
        If the suffix is another one, or the file can't be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputError(f"A picture can be {' or '.join(SUFFIXES)}, not '{path.suffix}': {path}.")

    def write(stream: IO[bytes]) -> None:
        import warnings

        with warnings.catch_warnings():
            # Matplotlib warns of missing glyphs, which it draws as boxes.
            warnings.simplefilter("ignore", UserWarning)
            figure.savefig(stream, format=suffix[1:], dpi=110)

    with failures_as(lambda problem: OutputError(f"{path} can't be written: {problem}.")):
        figure = draw()
        write_atomically(path, write)
