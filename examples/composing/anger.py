"""Q2, anger: a fast, dissonant piece in E phrygian for a metal band.

The composition and its recording are CC0-1.0.

Form: two bars of blows, riff A twice (the second time under a lead), a slow, heavy
breakdown on the tritone, riff A against double bass drums, and two bars to a cluster.
"""

import numpy as np
from numpy.typing import NDArray

from . import drums, instruments
from .score import Note, Pulse, line, pattern, shifted
from .sound import Signal, above, around, below, driven, filtered
from .stage import Stage, compressed, mastered

_PULSE = Pulse(tempo=168.0)
_SECONDS = 30.5
_BEATS = 4.0
_FIRST, _SECOND, _BREAKDOWN, _RETURN, _CADENCE, _END = (
    _BEATS * bar for bar in (2, 6, 10, 14, 18, 20)
)

_BLOWS = "E2:1.5 F2:0.5 r:1 Bb2:1 | E2:0.5 F2:0.5 E2:0.5 Bb2:0.5 A2:0.5 G2:0.5 F2:1"
_CHUG = "E2:0.5 E2:0.25 E2:0.25 "
_RIFF = (
    _CHUG * 2 + "F2:1 E2:0.5 E2:0.5 |" + _CHUG * 2 + "Bb2:1 A2:1 |"
    + _CHUG * 2 + "F2:1 E2:0.5 E2:0.5 |" + _CHUG + "G2:1 F2:1 D2:1 |"
)  # fmt: skip
_HEAVY = """
    E2:1.5 E2:0.5 Bb2:2 | E2:1.5 E2:0.5 F2:2 | E2:1.5 E2:0.5 Bb2:2 | B2:1 Bb2:1 G2:1 F2:1 |
"""
_CADENCE_RIFF = "Bb2:1 A2:1 G2:1 F2:1 | E2:0.5 E2:0.5 F2:0.5 E2:0.5 Bb2:0.5 E2:0.5 F2:1 |"
_LEAD = """
    E5:0.5 F5:0.5 E5:0.5 B4:0.5 Bb4:2 | E5:0.5 F5:0.5 G5:0.5 F5:0.5 E5:1 Bb5:1 |
    B5:0.5 Bb5:0.5 G5:0.5 F5:0.5 E5:2 | G5:0.5 F5:0.5 E5:0.5 D5:0.5 F5:2
"""
_SIREN = "E5+F5:4 | Bb5+B5:4 | E5+F5:4 | F5+Bb5:2 E5+B5:2"


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
    _place_riffs(stage)
    _place_leads(stage)
    # The peak leaves room for Vorbis, which overshoots a mix as dense as this one.
    mix = stage.mixed(reverberation=0.5, damping=5000.0)
    return mastered(compressed(mix, threshold=-18.0, ratio=4.0), drive=7.0, peak=-3.0)


def _place_drums(stage: Stage) -> None:
    """Dense and hard: thrash beat, half time in the breakdown, then double bass drums."""
    last = [Note(_END, 1.0, 60, 1.0)]
    kicks = (
        pattern("X.....x.....X...", 0.0) + pattern("X.x.X.x.X.x.XXXX", _BEATS)
        + pattern("X.xxX.xxX.xxX.xx", _FIRST, 8) + pattern("X.....x.X..xx...", _BREAKDOWN, 4)
        + pattern("XxXxXxXxXxXxXxXx", _RETURN, 6) + last
    )  # fmt: skip
    snares = (
        pattern("X.....X.....X...", 0.0) + pattern("....X...X.X.XXXX", _BEATS)
        + pattern("....X.......X...", _FIRST, 7) + pattern("X..XX..XXxXxXXXX", _SECOND + 12.0)
        + pattern("........X.......", _BREAKDOWN, 3)
        + pattern("........X.xxXXXX", _BREAKDOWN + 12.0)
        + pattern("..X...X...X...X.", _RETURN, 5) + pattern("X.X.X.X.XXXXXXXX", _CADENCE + 4.0)
        + last
    )  # fmt: skip
    toms = pattern("........x.x.xxxx", _FIRST + 12.0) + pattern("....xxxxxxxx....", _CADENCE)
    rides = pattern("x.x.x.x.x.x.x.x.", _FIRST, 8) + pattern("x.o.x.o.x.o.x.o.", _RETURN, 6)
    chinas = pattern("X...X...X...X...", _BREAKDOWN, 4)
    crashes = [
        Note(beat, 1.0, 60, 0.95)
        for beat in (0.0, 3.0, _FIRST, _FIRST + 8.0, _SECOND, _SECOND + 8.0, _BREAKDOWN)
    ]
    crashes += [Note(_RETURN + 4.0 * bar, 1.0, 60, 0.9) for bar in range(6)] + last
    stage.place(stage.track(kicks, drums.METAL_BASS_DRUM, 0.002), -12.0, 0.0, 0.0)
    stage.place(stage.track(snares, drums.HARSH_SNARE, 0.003), -12.5, 0.05, 0.15)
    stage.place(stage.track(toms, drums.LOW_TOM, 0.003), -15.0, -0.3, 0.1)
    stage.place(stage.track(rides, drums.OPEN_HAT, 0.003), -23.0, -0.4, 0.05)
    stage.place(stage.track(chinas, drums.CHINA, 0.003), -21.0, 0.5, 0.1)
    stage.place(stage.track(crashes, drums.CRASH, 0.003), -21.0, 0.35, 0.1)


def _place_riffs(stage: Stage) -> None:
    """Low guitars, one on each side, with a distorted bass an octave below."""
    riffs = (
        line(_BLOWS, 0.0, 0.95)
        + line(_RIFF, _FIRST, 0.9)
        + line(_RIFF, _SECOND, 0.9)
        + line(_HEAVY, _BREAKDOWN, 0.95)
        + line(_RIFF, _RETURN, 0.95)
        + line(_CADENCE_RIFF, _CADENCE, 0.95)
        + line("E2:2.4", _END, 1.0)
    )
    fifths = [note for interval in (0, 7, 12) for note in shifted(riffs, interval)]
    # A minor second rubs against the tonic in the last chord.
    cluster = line("F3+Bb3:2.4", _END, 0.9)
    for side in (-0.9, 0.9):
        muted = [note for note in fifths if note.duration <= 0.5]
        ringing = [note for note in fifths if note.duration > 0.5] + cluster
        strings = stage.track(muted, instruments.DRIVEN_STRING, 0.003, 0.55)
        strings = filtered(strings, below(1800.0, 1)) + stage.track(
            ringing, instruments.DRIVEN_STRING, 0.003, 0.95
        )
        stage.place(_amplified(strings), -13.5, side, 0.05)
    bass = stage.track(shifted(riffs, -12), instruments.PICKED_BASS, 0.003, 0.85)
    stage.place(filtered(driven(bass, 6.0), below(3000.0)), -14.0, 0.0, 0.0)


def _place_leads(stage: Stage) -> None:
    """Scream over the second riff, and rub minor seconds over the rest."""
    lead = line(_LEAD, _SECOND, 0.9) + line(_LEAD, _RETURN, 0.95)
    sirens = line(_SIREN, _BREAKDOWN, 0.8) + line("E5+F5:4 | Bb5+B5:4", _CADENCE, 0.95)
    sirens += line("E5+F5+Bb5:2.2", _END, 0.95)
    scream = driven(stage.track(lead, instruments.SCREAM, 0.005, 0.95), 5.0)
    stage.place(filtered(scream, below(7000.0), above(300.0)), -18.0, 0.15, 0.3)
    clash = driven(stage.track(sirens, instruments.SCREAM, 0.008, 0.95), 3.0)
    stage.place(filtered(clash, below(6500.0), above(400.0)), -21.0, -0.3, 0.4)


def _amplified(strings: Signal) -> Signal:
    """Guitar strings through a saturated amplifier and the loudspeaker of its cabinet."""
    # Low frequencies are removed before the amplifier, where they would mask the chords.
    saturated = driven(np.tanh(6.0 * filtered(strings, above(110.0))), 8.0)
    cabinet = (below(7000.0, 4), above(70.0), around(600.0, 0.6, 1.0), around(3200.0, 2.2, 0.9))
    return filtered(saturated, *cabinet)
