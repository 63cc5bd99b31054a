"""Additive synthesis: a note is a sum of partials that die away each at its own rate."""

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

_MOST_PARTIALS = 40
_HIGHEST_SHARE = 0.45
_BLOCK = 512
# Amplitude of a partial, as a share of the strongest: -66 dB.
_INAUDIBLE = 5e-4
_MIDDLE_C = 60


@dataclass(frozen=True)
class Timbre:
    """What decides the sound of an instrument.

    Attributes
    ----------
    slope : float
        Exponent of the partials' amplitudes, which are ``number ** -slope``.
    even : float
        Factor of the even partials' amplitudes; below 1 sounds hollow.
    cutoff : float
        Frequency at which full velocity lowers a partial to 1/e, Hz.
    softness : float
        Exponent by which velocity lowers the cutoff.
    dynamics : float
        Exponent of velocity in the amplitude.
    inharmonicity : float
        Partial n is sharp by the factor ``sqrt(1 + inharmonicity * n ** 2)``, as of stiff
        strings (H. Fletcher, "Normal vibration frequencies of a stiff piano string", JASA,
        1964).
    decay : float or None
        Time constant of the first partial of middle C, s; None sounds as long as it is held.
    damping : float
        How much faster each further partial dies away.
    shortening : float
        Exponent by which higher pitches die away faster.
    attack, release : float
        s.
    cents : float
        Distance of the two strings of each note, cents; 0 for one string.
    phases : tuple of float
        Of the partials, radians.
    """

    slope: float
    even: float
    cutoff: float
    softness: float
    dynamics: float
    inharmonicity: float
    decay: float | None
    damping: float
    shortening: float
    attack: float
    release: float
    cents: float
    phases: tuple[float, ...]


def draw_timbre(seed: int, program: int) -> Timbre:
    """Draw a timbre; programs that are struck or plucked get one that dies away.

    Parameters
    ----------
    seed : int
        At least 0.
    program : int
        General MIDI program.
    """
    random = np.random.default_rng([seed, program])
    struck = is_struck(program)
    soft = random.random() < (0.2 if struck else 0.6)

    def between(low: float, high: float) -> float:
        return float(np.exp(random.uniform(np.log(low), np.log(high))))

    if struck:
        attack = between(0.01, 0.04) if soft else between(0.001, 0.008)
    else:
        attack = between(0.08, 0.35) if soft else between(0.015, 0.08)
    return Timbre(
        slope=float(random.uniform(0.4, 1.8)),
        even=float(random.choice([1.0, 1.0, 0.5, 0.1])),
        cutoff=between(800, 6000),
        softness=float(random.uniform(0.3, 1.2)),
        dynamics=float(random.uniform(1.0, 2.0)),
        inharmonicity=between(2e-5, 8e-4) if struck else 0.0,
        decay=between(0.4, 4.0) if struck else None,
        damping=float(random.uniform(0.02, 0.4)),
        shortening=float(random.uniform(0.3, 0.9)),
        attack=attack,
        release=between(0.03, 0.3),
        cents=float(random.choice([0.0, between(1, 15)])),
        phases=tuple(random.uniform(0, 2 * np.pi, _MOST_PARTIALS).tolist()),
    )


def synthesise(path: Path, rate: int, seed: int) -> Samples:
    """Synthesise a MIDI file by timbres that a seed draws, one for each program.

    Parameters
    ----------
    path : Path
    rate : int
        Hz.
    seed : int

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
    amplitude = envelope(note.seconds, rate, timbre.attack, timbre.release, _decay(note, timbre))
    amplitude *= np.float32(note.level * note.velocity**timbre.dynamics)
    return amplitude * _partials(note, rate, timbre, len(amplitude))


def _decay(note: Note, timbre: Timbre) -> float | None:
    """Return the time constant of the first partial, s."""
    if timbre.decay is None:
        return None
    octaves = (note.pitch - _MIDDLE_C) / 12
    return timbre.decay * 2 ** (-timbre.shortening * octaves)


def _partials(note: Note, rate: int, timbre: Timbre, size: int) -> Samples:
    """Return the sum of the partials, without the decay that all share, shape (size,)."""
    numbers = np.arange(1, _MOST_PARTIALS + 1)
    frequencies = note.frequency * numbers * np.sqrt(1 + timbre.inharmonicity * numbers**2)
    audible = (frequencies < _HIGHEST_SHARE * rate) | (numbers == 1)
    numbers, frequencies = numbers[audible], frequencies[audible]
    cutoff = timbre.cutoff * note.velocity**timbre.softness
    amplitudes = numbers**-timbre.slope * np.exp(-(frequencies - frequencies[0]) / cutoff)
    amplitudes[1::2] *= timbre.even
    audible = amplitudes > _INAUDIBLE * amplitudes.max()
    numbers, frequencies, amplitudes = numbers[audible], frequencies[audible], amplitudes[audible]
    amplitudes = amplitudes / np.sqrt((amplitudes**2).sum())
    decay = _decay(note, timbre)
    rates = timbre.damping * (numbers - 1) / decay if decay else np.zeros(len(numbers))
    phases = np.array(timbre.phases)[numbers - 1]
    if timbre.cents:
        factor = 2 ** (timbre.cents / 2400)
        frequencies = np.concatenate([frequencies / factor, frequencies * factor])
        rates, amplitudes = np.tile(rates, 2), np.tile(amplitudes, 2) / 2
        # Two strings in phase, as one hammer strikes them.
        phases = np.tile(phases, 2)
    poles = (2j * np.pi * frequencies - rates) / rate
    # A decaying sinusoid at sample (block * k + b) is a product of a factor of k and one of b,
    # so that the sum over partials is a product of matrices.
    blocks = np.arange(-(-size // _BLOCK)) * _BLOCK
    left = np.exp(np.outer(blocks, poles) + 1j * phases) * amplitudes
    # Products with denormal numbers take a hundred times as long.
    left[np.abs(left) < _INAUDIBLE**2] = 0
    right = np.exp(np.outer(poles, np.arange(_BLOCK)))
    real = left.real.astype(np.float32) @ right.real.astype(np.float32)
    real -= left.imag.astype(np.float32) @ right.imag.astype(np.float32)
    return np.asarray(real.reshape(-1)[:size], np.float32)
