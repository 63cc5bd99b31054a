"""Mood bars of music players: 1000 colours from start to end of the file.

References
----------
G. Wood, S. O'Keefe, "On Techniques for Content-Based Visual Annotation to Aid Intra-Track
Music Navigation", ISMIR 2005.
"""

from typing import IO

import numpy as np

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS

COLOURS = 1000

# Brightness at arousal -1, as a share of the quadrant's colour; 1 at +1. Not 0, so that calm
# music is visible.
_DARKEST = 0.3


def write(stream: IO[bytes], prediction: Prediction) -> None:
    """Write 1000 triples of red, green and blue bytes; black for a file without patches.

    The hue is that of the most probable quadrant, the brightness increases with arousal. Each
    colour is that of the nearest patch.
    """
    if not len(prediction):
        stream.write(bytes(3 * COLOURS))
        return
    centres = prediction.centres
    seconds = prediction.duration
    if seconds is None:
        seconds = float(prediction.times[-1]) + prediction.patch_duration
    times = (np.arange(COLOURS) + 0.5) * seconds / COLOURS
    nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, times)
    palette = np.array([list(bytes.fromhex(quadrant.colour[1:])) for quadrant in QUADRANTS])
    brightness = _DARKEST + (1 - _DARKEST) * (prediction.arousal.astype(np.float64) + 1) / 2
    colours = palette[prediction.quadrants.argmax(axis=1)] * brightness[:, np.newaxis]
    stream.write(np.rint(colours[nearest]).clip(0, 255).astype(np.uint8).tobytes())
