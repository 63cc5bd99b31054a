"""Q3, sadness: a slow, soft lament in D minor for felt piano, cello and dark strings.

The composition and its recording are CC0-1.0.

Form: one bar of piano alone, two phrases of three bars, a last chord; the tempo sinks.
"""

import numpy as np
from numpy.typing import NDArray

from . import instruments
from .score import Pulse, line
from .sound import below, filtered
from .stage import Stage, mastered

_PULSE = Pulse(tempo=58.0, slowing_from=24.0, slowing=0.05)
_SECONDS = 38.0

_PIANO = """
    D2:0.5 A2:0.5 D3:0.5 F3:0.5 E3:0.5 D3:0.5 A2:1 | D2:0.5 A2:0.5 D3:0.5 F3:1 D3:0.5 A2:1 |
    G2:0.5 D3:0.5 G3:0.5 Bb3:1 G3:0.5 D3:1 | A2:0.5 E3:0.5 G3:0.5 A3:0.5 A2:0.5 E3:0.5 C#3:1 |
    D2:0.5 A2:0.5 D3:0.5 F3:1 D3:0.5 A2:1 | Bb1:0.5 F2:0.5 Bb2:0.5 D3:1 Bb2:0.5 F2:1 |
    G2:0.5 D3:0.5 Bb2:1 A1:0.5 E2:0.5 C#3:1 | D2:0.5 A2:0.5 D3:0.5 F3:2.5
"""
_STRINGS = """
    r:4 | D3+F3+A3:4 | D3+G3+Bb3:4 | E3+G3:2 C#3+E3:2 |
    D3+F3+A3:4 | D3+F3+Bb3:4 | D3+G3:2 C#3+E3:2 | A2+D3+F3:4
"""
_CELLO = """
    r:4 | A3:1.5 Bb3:0.5 A3:2 | Bb3:1.5 A3:0.5 G3:2 | A3:1 G3:1 F3:1 E3:1 |
    F3:1.5 E3:0.5 D3:2 | D4:2 C4:1 Bb3:1 | Bb3:1 G3:1 F3:1 E3:1 | D3:4
"""


def compose(seed: int) -> NDArray[np.float64]:
    """Render the piece.

    Parameters
    ----------
    seed : int
        Seed of all random details.

    Returns
    -------
    ndarray, shape (samples, 2)
        At `sound.SAMPLE_RATE`, within -1 to 1.
    """
    stage = Stage(_SECONDS, _PULSE, seed)
    piano = stage.track(line(_PIANO, strength=0.55), instruments.FELT_PIANO, 0.02, 1.4)
    stage.place(filtered(piano, below(3000.0)), -26.0, -0.2, 0.35)
    cello = stage.track(line(_CELLO, strength=0.65), instruments.CELLO, 0.02, 1.06)
    stage.place(filtered(cello, below(2500.0)), -26.0, 0.15, 0.45)
    strings = stage.track(line(_STRINGS, strength=0.6), instruments.DARK_STRINGS, 0.02, 1.1)
    stage.place(strings, -31.0, 0.0, 0.6)
    return mastered(stage.mixed(reverberation=3.2, damping=1500.0), drive=0.0, peak=-10.0)
