"""Where things lie in the report's pictures: paths, ticks and the cells of the taggram.

Times are in seconds and values as they are, since each picture's own coordinates are those;
only the vertical axis points down.
"""

import base64
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.report.track import Track

# Distances that people expect between the marks of a clock.
_TICK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_MOST_TICKS = 6

# Dots nearer than this, in the plane of -1..1, would hide each other's numbers.
_NEAR = 0.12


class Dot(NamedTuple):
    """A track's mean in the plane.

    Attributes
    ----------
    valence, arousal : float
        -1..1.
    quadrant : str
        Its most probable one.
    label : str
        Numbers of the tracks that lie here; empty for a dot that another one speaks for.
    """

    valence: float
    arousal: float
    quadrant: str
    label: str


def mean_dots(tracks: Sequence[Track]) -> list[Dot]:
    """Place each track's mean; dots too near for labels of their own share one."""
    dots: list[Dot] = []
    for track in tracks:
        means = track.heard.summary()
        if means is None:
            continue
        label = str(track.number)
        for index, dot in enumerate(dots):
            distance = np.hypot(dot.valence - means.valence, dot.arousal - means.arousal)
            if dot.label and distance < _NEAR:
                dots[index] = dot._replace(label=f"{dot.label}, {label}")
                label = ""
                break
        dots.append(Dot(means.valence, means.arousal, means.quadrant, label))
    return dots


def taggram_cells(prediction: Prediction) -> str:
    """Draw the probabilities as a picture of one pixel each.

    Returns
    -------
    picture : str
        Data URI of a PNG, as wide as there are frames, a row a quadrant, Q1 on top. Each
        pixel has its quadrant's colour, as opaque as it is probable, so that it suits a
        light page and a dark one.
    """
    from matplotlib.image import imsave

    colours = np.array([list(bytes.fromhex(quadrant.colour[1:])) for quadrant in QUADRANTS])
    pixels = np.empty((len(QUADRANTS), len(prediction), 4), dtype=np.uint8)
    pixels[..., :3] = colours[:, np.newaxis]
    pixels[..., 3] = np.rint(prediction.quadrants.T.astype(np.float64) * 255)
    packed = io.BytesIO()
    # The same pixels are the same bytes, whichever version drew them.
    imsave(packed, pixels, format="png", metadata={"Software": "quadpred"})
    return f"data:image/png;base64,{base64.b64encode(packed.getvalue()).decode()}"


def cells_start(prediction: Prediction) -> float:
    """Return where the first cell begins, s: cells last a hop, around their patch's middle."""
    return float(prediction.times[0]) + (prediction.patch_duration - prediction.hop) / 2


def middles(prediction: Prediction) -> NDArray[np.float64]:
    """Return the middle of each patch, s."""
    return prediction.times + prediction.patch_duration / 2


def line(across: Sequence[float], up: Sequence[float]) -> str:
    """Return the path of a line through points, for an SVG whose vertical axis points down.

    Examples
    --------
    >>> line([0.5, 1.5], [0.25, -1])
    'M0.5 -0.25L1.5 1'
    """
    points = (f"{round(float(x), 3):g} {-round(float(y), 3) + 0.0:g}" for x, y in zip(across, up))
    return "M" + "L".join(points)


def ticks(seconds: float) -> list[int]:
    """Return the times that a time axis names, s; at most seven.

    Examples
    --------
    >>> ticks(30), ticks(0.5)
    ([0, 5, 10, 15, 20, 25, 30], [0])
    """
    step = next((step for step in _TICK_STEPS if seconds <= step * _MOST_TICKS), _TICK_STEPS[-1])
    return list(range(0, int(seconds) + 1, step))
