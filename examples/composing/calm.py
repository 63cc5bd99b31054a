"""Q4, calm: an unhurried piece in F major for nylon guitar, electric piano and flute.

The composition and its recording are CC0-1.0.

Form: one bar of guitar, a phrase of four bars, its answer of three, and a long last chord.
"""

import numpy as np
from numpy.typing import NDArray

from . import instruments
from .score import Pulse, line
from .sound import below, filtered
from .stage import Stage, mastered

_PULSE = Pulse(tempo=72.0, slowing_from=30.0, slowing=0.04)
_SECONDS = 34.0

_FIGURES = {
    "F": "F2:0.5 C3:0.5 F3:0.5 A3:0.5 C4:0.5 A3:0.5 F3:0.5 C3:0.5",
    "Bb": "Bb2:0.5 F3:0.5 A3:0.5 D4:0.5 F4:0.5 D4:0.5 A3:0.5 F3:0.5",
    "F/A": "A2:0.5 F3:0.5 A3:0.5 C4:0.5 F4:0.5 C4:0.5 A3:0.5 F3:0.5",
    "C": "C3:0.5 G3:0.5 C4:0.5 E4:0.5 G4:0.5 E4:0.5 C4:0.5 G3:0.5",
}
_CHORDS = {
    "F": "F3+A3+C4:4",
    "Bb": "F3+A3+D4:4",
    "F/A": "F3+A3+C4:4",
    "C": "E3+G3+C4:4",
}
_ROOTS = {"F": "F2:4", "Bb": "Bb1:4", "F/A": "A1:4", "C": "C2:4"}
_HARMONY = ("F", "F", "Bb", "F/A", "C", "F", "Bb", "C")
_TUNE = """
    r:4 | A4:1.5 G4:0.5 F4:1 A4:1 | D5:2 C5:2 | A4:1 C5:1 F4:2 | G4:3 r:1 |
    A4:1.5 G4:0.5 F4:1 A4:1 | D5:1.5 C5:0.5 Bb4:1 D5:1 | C5:1.5 Bb4:0.5 A4:1 G4:1 | F4:4
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
    figures = " | ".join(_FIGURES[name] for name in _HARMONY)
    chords = " | ".join(_CHORDS[name] for name in _HARMONY)
    roots = " | ".join(_ROOTS[name] for name in _HARMONY)
    figures += " | F2:0.5 C3:0.5 F3:0.5 A3:0.5 C4:2"
    guitar = stage.track(line(figures, strength=0.6), instruments.NYLON_STRING, 0.012, 1.8)
    stage.place(filtered(guitar, below(4500.0)), -26.0, -0.3, 0.25)
    flute = stage.track(line(_TUNE, strength=0.6), instruments.FLUTE, 0.015, 1.0)
    stage.place(flute, -27.0, 0.15, 0.4)
    keys = stage.track(
        line(f"{chords} | F3+A3+C4+F4:4", strength=0.5), instruments.ELECTRIC_PIANO, 0.015, 1.0
    )
    stage.place(keys, -30.0, 0.35, 0.3)
    pad = stage.track(line(f"{chords} | F3+A3+C4:4", strength=0.6), instruments.WARM_PAD, 0.0, 1.1)
    stage.place(pad, -33.0, 0.0, 0.4)
    bass = stage.track(line(f"{roots} | F2:4", strength=0.6), instruments.SOFT_BASS, 0.01, 0.95)
    stage.place(bass, -32.0, 0.0, 0.0)
    return mastered(stage.mixed(reverberation=2.2, damping=3500.0), drive=0.0, peak=-8.0)
