"""Q1, joy: a bright, quick song in D major for a full band.

The composition and its recording are CC0-1.0.

Form: two bars of introduction, phrases A A' B A' of four bars, and one chord to end on.
"""

import numpy as np
from numpy.typing import NDArray

from . import drums, instruments
from .score import Note, Pulse, line, pattern, shifted
from .sound import above, around, below, driven, filtered
from .stage import Stage, compressed, mastered

_PULSE = Pulse(tempo=144.0)
_SECONDS = 33.0
_BEATS = 4.0
_FIRST, _SECOND, _BRIDGE, _RETURN, _END = (_BEATS * bar for bar in (2, 6, 10, 14, 18))

_CHORDS = {
    "D": ("D2", "D4+F#4+A4"),
    "G": ("G2", "D4+G4+B4"),
    "A": ("A2", "C#4+E4+A4"),
}
_HARMONY = "DA DGAD DGAD GDGA DGAD".replace(" ", "")

_CALL = """
    A5:0.5 A5:0.5 F#5:0.5 A5:0.5 D6:1 A5:1 | B5:0.5 B5:0.5 G5:0.5 B5:0.5 D6:1 B5:1 |
"""
_OPEN_ENDING = """
    C#6:0.5 B5:0.5 A5:0.5 G5:0.5 E5:0.5 G5:0.5 A5:1 | F#5:0.5 A5:0.5 F#5:0.5 E5:0.5 D5:1 r:1
"""
_FULL_ENDING = """
    E5:0.5 F#5:0.5 G5:0.5 A5:0.5 B5:0.5 C#6:0.5 E6:1 | D6:0.5 C#6:0.5 D6:1 r:0.5 A5:0.5 D6:1
"""
_BRIDGE_TUNE = """
    D6:1.5 B5:0.5 G5:0.5 A5:0.5 B5:1 | A5:1.5 F#5:0.5 D5:0.5 E5:0.5 F#5:1 |
    B5:0.5 D6:0.5 B5:0.5 G5:0.5 A5:0.5 B5:0.5 D6:1 |
    C#6:0.5 C#6:0.5 E6:0.5 C#6:0.5 A5:0.5 B5:0.5 C#6:1
"""
_FANFARE = "D5:0.5 D5:0.5 A5:1 F#5:0.5 A5:0.5 D6:1 | C#6:0.5 C#6:0.5 E6:1 A5:0.5 B5:0.5 C#6:1"


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
    _place_drums(stage)
    _place_rhythm_section(stage)
    _place_tune(stage)
    # The peak leaves room for Vorbis, which overshoots a mix as dense as this one.
    mix = stage.mixed(reverberation=0.9, damping=6000.0)
    return mastered(compressed(mix, threshold=-14.0, ratio=2.5), drive=3.0, peak=-2.0)


def _place_drums(stage: Stage) -> None:
    """Regular beat: bass drum and snare in turn, hats on every eighth, fills at the joints."""
    last = [Note(_END, 1.0, 60, 1.0)]
    joints = [Note(beat, 1.0, 60, 0.9) for beat in (0.0, _FIRST, _SECOND, _BRIDGE, _RETURN)]
    kicks = pattern("X.....x.X.....x.X.....x.X.x.....", bars=9) + last
    plain, fill = "....X.......X...", "....X..oX.xxXxXX"
    snares = pattern((plain + fill) + (plain * 3 + fill) * 4) + last
    hats = pattern("x.o.x.o.x.o.x.o.", _FIRST, bars=16)
    offbeats = pattern("..x...x...x...x.", _BRIDGE, bars=4)
    shaken = pattern("XoxoXoxoXoxoXoxo", _SECOND, bars=12)
    claps = pattern("....X.......X...", _SECOND, bars=4) + pattern("....X.......X...", _RETURN, 4)
    stage.place(stage.track(kicks, drums.BASS_DRUM, 0.003), -13.0, 0.0, 0.02)
    stage.place(stage.track(snares, drums.TIGHT_SNARE, 0.004), -15.0, 0.05, 0.15)
    stage.place(stage.track(hats, drums.CLOSED_HAT, 0.004), -25.0, -0.35, 0.05)
    stage.place(stage.track(offbeats, drums.OPEN_HAT, 0.004), -25.0, -0.35, 0.05)
    stage.place(stage.track(shaken, drums.TAMBOURINE, 0.005), -28.0, 0.5, 0.1)
    stage.place(stage.track(claps, drums.clap, 0.006), -20.0, 0.2, 0.3)
    stage.place(stage.track(joints + last, drums.CRASH, 0.004), -25.0, 0.3, 0.2)


def _place_rhythm_section(stage: Stage) -> None:
    """Springing octaves in the bass, piano on the beat, two guitars between the beats."""
    bass, on_beat, off_beat = [], [], []
    for bar, name in enumerate(_HARMONY):
        root, chord = _CHORDS[name]
        start = _BEATS * bar
        low = line(f"{root}:0.5", start)
        bass += [
            Note(start + 0.5 * step, 0.5, low[0].pitch + 12 * (step % 2), 0.9 - 0.15 * (step % 2))
            for step in range(8)
        ]
        on_beat += line(f"{chord}:1 " * 4, start, 0.75)
        off_beat += line(f"r:0.5 {chord}:0.5 " * 4, start, 0.85)
    root, chord = _CHORDS["D"]
    end = line(f"{chord}:3", _END, 0.9)
    bass += line(f"{root}:3", _END, 0.9)
    bass_sound = driven(0.8 * stage.track(bass, instruments.PICKED_BASS, 0.004, 0.7), 1.5)
    stage.place(bass_sound, -14.0, 0.0, 0.0)
    piano = stage.track(shifted(on_beat, 12) + end, instruments.BRIGHT_PIANO, 0.006, 0.5)
    stage.place(piano, -20.0, -0.25, 0.15)
    # Two takes of the same part: their small differences widen the stereo image.
    for side in (-0.8, 0.8):
        strings = stage.track(off_beat + end, instruments.STEEL_STRING, 0.006, 0.6)
        loudspeaker = (below(6500.0, 3), above(160.0), around(2500.0, 1.8, 0.8))
        stage.place(filtered(driven(strings, 6.0), *loudspeaker), -19.0, side, 0.1)


def _place_tune(stage: Stage) -> None:
    """Trumpets lead, a glockenspiel sparkles above, an organ joins in the bridge."""
    tune = (
        line(_FANFARE, 0.0, 0.9)
        + line(_CALL + _OPEN_ENDING, _FIRST, 0.85)
        + line(_CALL + _FULL_ENDING, _SECOND, 0.9)
        + line(_BRIDGE_TUNE, _BRIDGE, 0.85)
        + line(_CALL + _FULL_ENDING, _RETURN, 0.95)
        + line("D6:3", _END, 1.0)
    )
    thirds = line("F#5+A5:3", _END, 0.9) + [
        note for note in shifted(tune, -12) if note.onset >= _SECOND
    ]
    sparkle = [note for note in shifted(tune, 12) if note.onset >= _SECOND]
    pads = []
    for bar in range(10, 18):
        pads += line(f"{_CHORDS[_HARMONY[bar]][1]}:3.5", _BEATS * bar, 0.7)
    stage.place(stage.track(tune, instruments.TRUMPETS, 0.006, 0.65), -16.0, 0.1, 0.25)
    stage.place(stage.track(thirds, instruments.TRUMPETS, 0.008, 0.65), -22.0, -0.4, 0.25)
    stage.place(stage.track(sparkle, instruments.GLOCKENSPIEL, 0.006, 0.8), -26.0, 0.45, 0.35)
    stage.place(stage.track(pads, instruments.ORGAN, 0.008, 0.95), -24.0, 0.3, 0.1)
