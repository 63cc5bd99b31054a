"""Coordinates of the report's SVG graphics: paths, ticks and the cells of the taggram.

The coordinates of each graphic are seconds and values of the prediction; the vertical axis
points down.
"""

import base64
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.report.track import Track

# Usual tick distances of time axes, s.
_TICK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_MOST_TICKS = 6

# Minimum distance of labelled dots in the plane of -1..1; labels of nearer dots would overlap.
_LABEL_DISTANCE = 0.12


class Dot(NamedTuple):
    """Mean of a track in the plane of valence and arousal.

    Attributes
    ----------
    valence, arousal : float
        -1..1.
    quadrant : str
        Most probable quadrant.
    label : str
        Numbers of the tracks here; empty if the label of a near dot includes the track.
    """

    valence: float
    arousal: float
    quadrant: str
    label: str


def mean_dots(tracks: Sequence[Track]) -> list[Dot]:
    """Return a dot for the mean of each track; near dots share a label."""
    dots: list[Dot] = []
    for track in tracks:
        means = track.prediction.summary()
        if means is None:
            continue
        label = str(track.number)
        for index, dot in enumerate(dots):
            distance = np.hypot(dot.valence - means.valence, dot.arousal - means.arousal)
            if dot.label and distance < _LABEL_DISTANCE:
                dots[index] = dot._replace(label=f"{dot.label}, {label}")
                label = ""
                break
        dots.append(Dot(means.valence, means.arousal, means.quadrant, label))
    return dots


def taggram_cells(prediction: Prediction) -> str:
    """Draw the probabilities as an image with one pixel per patch and quadrant.

    Returns
    -------
    picture : str
        Data URI of a PNG with one column per patch and one row per quadrant, Q1 on top. The
        colour of a pixel is its quadrant's, its opacity the probability, which suits both the
        light and the dark theme.
    """
    from matplotlib.image import imsave

    colours = np.array([list(bytes.fromhex(quadrant.colour[1:])) for quadrant in QUADRANTS])
    pixels = np.empty((len(QUADRANTS), len(prediction), 4), dtype=np.uint8)
    pixels[..., :3] = colours[:, np.newaxis]
    pixels[..., 3] = np.rint(prediction.quadrants.T.astype(np.float64) * 255)
    packed = io.BytesIO()
    # Without Matplotlib's version number, equal pixels have equal bytes.
    imsave(packed, pixels, format="png", metadata={"Software": "quadpred"})
    return f"data:image/png;base64,{base64.b64encode(packed.getvalue()).decode()}"


def cells_start(prediction: Prediction) -> float:
    """Return the start of the first cell, s; a cell lasts one hop around its patch's centre."""
    return float(prediction.times[0]) + (prediction.patch_duration - prediction.hop) / 2


def line(across: Sequence[float], up: Sequence[float]) -> str:
    """Return the SVG path of a line through points; the vertical axis points down.

    Examples
    --------
    >>> line([0.5, 1.5], [0.25, -1])
    'M0.5 -0.25L1.5 1'
    """
    points = (f"{round(float(x), 3):g} {-round(float(y), 3) + 0.0:g}" for x, y in zip(across, up))
    return "M" + "L".join(points)


def ticks(seconds: float) -> list[int]:
    """Return the times of a time axis's ticks, s; at most seven.

    Examples
    --------
    >>> ticks(30), ticks(0.5)
    ([0, 5, 10, 15, 20, 25, 30], [0])
    """
    step = next((step for step in _TICK_STEPS if seconds <= step * _MOST_TICKS), _TICK_STEPS[-1])
    return list(range(0, int(seconds) + 1, step))
