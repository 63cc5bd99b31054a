"""Synthesis by frequency modulation of one sine by another.

J. M. Chowning, "The synthesis of complex audio spectra by means of frequency modulation",
Journal of the Audio Engineering Society 21 (7), 1973.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quadpred_plugin.training.midi.synthesis import (
    Note,
    Samples,
    Voice,
    envelope,
    is_struck,
    play,
)

_HIGHEST_SHARE = 0.45
_MIDDLE_C = 60


@dataclass(frozen=True)
class Timbre:
    """What decides the sound of an instrument.

    Attributes
    ----------
    ratio : int
        Frequency of the modulator, as a multiple of the note's.
    index : float
        Peak deviation of the phase at the start of a note of full velocity, radians.
    lasting_index : float
        Share of the index that remains.
    index_decay : float
        Time constant by which the index falls to what remains, s.
    softness : float
        Exponent of velocity in the index.
    dynamics : float
        Exponent of velocity in the amplitude.
    decay : float or None
        Time constant of the amplitude of middle C, s; None sounds as long as it is held.
    shortening : float
        Exponent by which higher pitches die away faster.
    attack, release : float
        s.
    cents : float
        The modulator's deviation from its ratio, cents, which makes the sound beat.
    """

    ratio: int
    index: float
    lasting_index: float
    index_decay: float
    softness: float
    dynamics: float
    decay: float | None
    shortening: float
    attack: float
    release: float
    cents: float


PLAIN = Timbre(
    ratio=1,
    index=2.0,
    lasting_index=0.2,
    index_decay=0.4,
    softness=1.0,
    dynamics=1.4,
    decay=1.5,
    shortening=0.5,
    attack=0.003,
    release=0.12,
    cents=2.0,
)
"""Like an electric piano."""


def draw_timbre(seed: int, program: int) -> Timbre:
    """Draw a timbre; programs that are struck or plucked get one that dies away.

    Parameters
    ----------
    seed : int
        0 is `PLAIN` for all programs.
    program : int
        General MIDI program.
    """
    if seed == 0:
        return PLAIN
    random = np.random.default_rng([seed, program])
    struck = is_struck(program)

    def between(low: float, high: float) -> float:
        return float(np.exp(random.uniform(np.log(low), np.log(high))))

    return Timbre(
        ratio=int(random.choice([1, 1, 2, 3, 4, 7])),
        index=between(0.5, 4.0),
        lasting_index=float(random.uniform(0.05, 0.3 if struck else 1.0)),
        index_decay=between(0.05, 1.0),
        softness=float(random.uniform(0.4, 1.5)),
        dynamics=float(random.uniform(1.0, 2.0)),
        decay=between(0.4, 4.0) if struck else None,
        shortening=float(random.uniform(0.3, 0.9)),
        attack=between(0.001, 0.01) if struck else between(0.015, 0.2),
        release=between(0.03, 0.3),
        cents=float(random.uniform(-4, 4)),
    )


def synthesise(path: Path, rate: int, seed: int) -> Samples:
    """Synthesise a MIDI file by timbres that a seed draws, one for each program.

    Parameters
    ----------
    path : Path
    rate : int
        Hz.
    seed : int
        0 is `PLAIN`.

    Returns
    -------
    samples : ndarray of float32, shape (samples,)

    Raises
    ------
    QuadpredError
        If the file can't be read.
    """
    return play(path, rate, lambda program: voice(draw_timbre(seed, program)))


def voice(timbre: Timbre) -> Voice:
    """Return the voice of a timbre."""
    return lambda note, rate: _sound(note, rate, timbre)


def _sound(note: Note, rate: int, timbre: Timbre) -> Samples:
    decay = timbre.decay
    if decay is not None:
        decay *= 2 ** (-timbre.shortening * (note.pitch - _MIDDLE_C) / 12)
    amplitude = envelope(note.seconds, rate, timbre.attack, timbre.release, decay)
    amplitude *= np.float32(note.level * note.velocity**timbre.dynamics)
    modulator = note.frequency * timbre.ratio * 2 ** (timbre.cents / 1200)
    # Above the carrier there are about index + 1 sidebands (Carson's rule).
    highest = (_HIGHEST_SHARE * rate - note.frequency) / modulator - 1
    index = max(0.0, min(timbre.index * note.velocity**timbre.softness, highest))
    times = np.arange(len(amplitude)) / rate
    lasting = timbre.lasting_index
    indices = index * (lasting + (1 - lasting) * np.exp(-times / timbre.index_decay))
    phase = _cycles(note.frequency * times) + indices.astype(np.float32) * np.sin(
        _cycles(modulator * times)
    )
    return np.asarray(amplitude * np.sin(phase), np.float32)


def _cycles(cycles: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Samples:
    """Return the phase within its cycle, radians, so that single precision suffices."""
    return np.asarray((cycles % 1) * (2 * np.pi), np.float32)
