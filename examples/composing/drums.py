"""Synthesise drums and cymbals, one stroke at a time, as mono signals."""

from functools import lru_cache

import numpy as np

from .instruments import Voice
from .score import Note
from .sound import (
    SAMPLE_RATE,
    Signal,
    above,
    below,
    decay,
    filtered,
    noise,
    sample_count,
    swell,
    times,
)


def struck_skin(highest: float, lowest: float, ring: float, click: float) -> Voice:
    """Return the voice of a drum whose pitch falls after the stroke: bass drum or tom.

    Parameters
    ----------
    highest, lowest : float
        Pitch at the stroke and after it, in Hz.
    ring : float
        Seconds in which it loses two thirds.
    click : float
        Amplitude of the beater's noise.

    Returns
    -------
    callable
        Voice.
    """

    def play(note: Note, generator: np.random.Generator) -> Signal:
        count = sample_count(5.0 * ring)
        frequency = lowest + (highest - lowest) * decay(count, 0.02)
        body = np.sin(2.0 * np.pi * np.cumsum(frequency) / SAMPLE_RATE) * decay(count, ring)
        beater = filtered(noise(count, generator), below(5000.0)) * decay(count, 0.006)
        return note.strength * swell(count, 0.001, ring) * (body + click * beater)

    return play


def snare(ring: float, rattle: float) -> Voice:
    """Return the voice of a snare drum: two modes of the skin and a burst of noise.

    Parameters
    ----------
    ring : float
        Seconds in which the rattle loses two thirds.
    rattle : float
        Amplitude of the rattle.

    Returns
    -------
    callable
        Voice.
    """

    def play(note: Note, generator: np.random.Generator) -> Signal:
        count = sample_count(5.0 * ring)
        position = times(count)
        skin = np.sin(2.0 * np.pi * 190.0 * position) + 0.6 * np.sin(2.0 * np.pi * 335.0 * position)
        wires = filtered(noise(count, generator), below(9000.0), above(900.0)) * decay(count, ring)
        sound = 0.7 * skin * decay(count, 0.06) + rattle * wires
        return note.strength * swell(count, 0.001, ring) * sound

    return play


def cymbal(ring: float, lowest: float, attack: float = 0.001) -> Voice:
    """Return the voice of a cymbal, shaker or tambourine: noise and high inharmonic partials.

    Parameters
    ----------
    ring : float
        Seconds in which it loses two thirds.
    lowest : float
        High-pass cutoff in Hz.
    attack : float
        Seconds.

    Returns
    -------
    callable
        Voice.
    """

    def play(note: Note, generator: np.random.Generator) -> Signal:
        count = sample_count(5.0 * ring)
        clashing = noise(count, generator) + 0.12 * _metal(count)
        sound = filtered(clashing, above(lowest, 3), below(11000.0, 3))
        return note.strength * swell(count, attack, ring) * decay(count, ring) * sound

    return play


def clap(note: Note, generator: np.random.Generator) -> Signal:
    """Play a clap of several hands, slightly apart in time."""
    count = sample_count(0.25)
    bursts = np.zeros(count)
    for delay in (0.0, 0.009, 0.019, 0.027):
        first = sample_count(delay) - 1
        bursts[first:] += decay(count - first, 0.008 if delay < 0.02 else 0.05)
    hands = filtered(noise(count, generator), above(900.0), below(4500.0))
    return note.strength * bursts * hands


@lru_cache(maxsize=8)
def _metal(count: int) -> Signal:
    """Sum inharmonic square waves; the array is shared between calls, so don't change it."""
    position = times(count)
    return sum(
        np.sign(np.sin(2.0 * np.pi * frequency * position))
        for frequency in (2053.0, 3061.0, 3697.0, 4513.0, 5401.0, 6791.0, 8009.0)
    )


BASS_DRUM = struck_skin(highest=170.0, lowest=52.0, ring=0.09, click=1.0)
METAL_BASS_DRUM = struck_skin(highest=220.0, lowest=58.0, ring=0.05, click=2.5)
LOW_TOM = struck_skin(highest=160.0, lowest=85.0, ring=0.16, click=0.6)
TIGHT_SNARE = snare(ring=0.07, rattle=1.2)
HARSH_SNARE = snare(ring=0.1, rattle=1.8)
CLOSED_HAT = cymbal(ring=0.025, lowest=6500.0)
OPEN_HAT = cymbal(ring=0.11, lowest=5500.0)
TAMBOURINE = cymbal(ring=0.04, lowest=7500.0, attack=0.008)
CRASH = cymbal(ring=0.7, lowest=3200.0)
CHINA = cymbal(ring=0.25, lowest=2000.0)
