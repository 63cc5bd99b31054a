"""Synthesise pitched instruments, one note at a time, as mono signals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .score import Note
from .sound import (
    SAMPLE_RATE,
    Signal,
    below,
    decay,
    filtered,
    noise,
    period,
    places,
    ringing,
    sample_count,
    swell,
    times,
)

Voice = Callable[[Note, np.random.Generator], Signal]

_VIBRATO_RATE = 5.2
_VIBRATO_DELAY = 0.35


@dataclass(frozen=True)
class Timbre:
    """Character of an instrument that can hold a tone.

    Attributes
    ----------
    slope, even : float
        Of the harmonics; see `sound.period`.
    dark, bright : float
        Low-pass cutoffs in Hz, of the held tone and of its beginning.
    brightness_time : float
        Seconds in which the bright beginning fades.
    attack, release : float
        Seconds.
    fading : float
        Seconds in which a held tone loses two thirds; long for bowed and blown tones.
    unison : tuple of float
        Detuning in cents of each player of the section.
    vibrato : float
        Depth in cents, reached after the tone has begun.
    breath : float
        Amplitude of the noise of air or bow.
    """

    slope: float = 1.0
    even: float = 1.0
    dark: float = 1500.0
    bright: float = 4000.0
    brightness_time: float = 0.2
    attack: float = 0.01
    release: float = 0.08
    fading: float = 60.0
    unison: tuple[float, ...] = (0.0,)
    vibrato: float = 0.0
    breath: float = 0.0


def sustained(timbre: Timbre) -> Voice:
    """Return the voice of an instrument that can hold a tone: bowed, blown or electronic."""

    def play(note: Note, generator: np.random.Generator) -> Signal:
        count = sample_count(note.duration + timbre.release)
        position = times(count)
        depth = timbre.vibrato * np.clip(position / _VIBRATO_DELAY - 0.5, 0.0, 1.0)
        bend = np.exp2(depth / 1200.0 * np.sin(2.0 * np.pi * _VIBRATO_RATE * position))
        blend = note.strength * decay(count, timbre.brightness_time)
        sound = np.zeros(count)
        for detuning in timbre.unison:
            curve = note.frequency * 2.0 ** (detuning / 1200.0) * bend
            place = places(curve, float(generator.uniform()))
            for cutoff, weight in ((timbre.dark, 1.0 - blend), (timbre.bright, blend)):
                wave = period(note.frequency, timbre.slope, cutoff, timbre.even)
                sound += weight * wave[place]
        sound /= np.sqrt(len(timbre.unison))
        if timbre.breath > 0.0:
            sound += timbre.breath * filtered(noise(count, generator), below(2.0 * timbre.dark))
        shape = swell(count, timbre.attack, timbre.release) * decay(count, timbre.fading)
        return note.strength * shape * sound

    return play


def plucked(
    brightness: float, sustain: float, release: float = 0.05, position: float = 0.2
) -> Voice:
    """Return the voice of a plucked string (Karplus and Strong, 1983).

    Parameters
    ----------
    brightness : float
        Cutoff of the pluck, in Hz.
    sustain : float
        Seconds in which the amplitude of a low string falls by two thirds.
    release : float
        Seconds in which the hand damps the string.
    position : float
        Place of the pluck as a share of the string.

    Returns
    -------
    callable
        Voice.
    """

    def play(note: Note, generator: np.random.Generator) -> Signal:
        count = sample_count(note.duration + release)
        # A period is built with a power of two of samples, then read at its exact pitch.
        length = 2 ** int(np.ceil(np.log2(SAMPLE_RATE / note.frequency)))
        number = np.arange(int(0.5 * SAMPLE_RATE / note.frequency))
        pluck = np.fft.rfft(noise(length, generator))[: len(number)]
        pluck /= 1.0 + (number * note.frequency / (brightness * note.strength)) ** 2
        # A string plucked at a share of its length lacks the harmonics with a node there.
        pluck *= np.sin(np.pi * number * position)
        pluck /= np.abs(np.fft.irfft(pluck, length)).max()
        # Each round trip averages neighbours: harmonics lose by the cosine of their number.
        trip = note.frequency / SAMPLE_RATE
        loss = 2.0 * np.log(np.cos(np.pi * number * trip)) - 1.0 / note.frequency / sustain
        trips = np.arange(int(count * trip) + 2)
        string = np.fft.irfft(pluck * np.exp(np.outer(trips, loss)), length).ravel()
        place = np.arange(count) * (trip * length)
        sound = np.interp(place, np.arange(len(string)), string)
        return note.strength * sound * swell(count, 0.001, release)

    return play


def piano(hardness: float, ring: float, release: float) -> Voice:
    """Return the voice of a piano: slightly stretched partials; higher ones decay faster.

    Parameters
    ----------
    hardness : float
        Hardness of the hammer: cutoff of the partials in Hz.
    ring : float
        Seconds in which middle C loses two thirds.
    release : float
        Seconds in which the damper stops the string.

    Returns
    -------
    callable
        Voice.
    """

    def play(note: Note, generator: np.random.Generator) -> Signal:
        count = sample_count(note.duration + release)
        cutoff = hardness * note.strength
        sound = np.zeros(count)
        for number in range(1, 15):
            frequency = note.frequency * number * np.sqrt(1.0 + 0.0004 * number**2)
            if frequency > min(12000.0, 5.0 * cutoff):
                break
            amplitude = number**-0.8 / (1.0 + (frequency / cutoff) ** 2)
            falling = ring * (260.0 / note.frequency) ** 0.5 / (1.0 + 0.25 * number)
            sound += amplitude * ringing(count, frequency, falling, float(generator.uniform()))
        short = min(count, sample_count(0.1))
        thump = filtered(noise(short, generator), below(0.3 * cutoff)) * decay(short, 0.012)
        sound[:short] += 0.3 * thump
        return note.strength * swell(count, 0.003, release) * sound

    return play


def modulated(ratio: float, depth: float, ring: float, release: float, attack: float) -> Voice:
    """Return a voice by frequency modulation (Chowning, 1973): bells and electric pianos.

    Parameters
    ----------
    ratio : float
        Frequency of the modulator over that of the tone.
    depth : float
        Index of modulation at full strength, in radians.
    ring : float
        Seconds in which the tone loses two thirds.
    release, attack : float
        Seconds.

    Returns
    -------
    callable
        Voice.
    """

    def play(note: Note, generator: np.random.Generator) -> Signal:
        count = sample_count(note.duration + release)
        angle = 2.0 * np.pi * note.frequency * times(count)
        index = depth * note.strength * decay(count, 0.3 * ring)
        sound = np.sin(angle + index * np.sin(ratio * angle + float(generator.uniform())))
        return note.strength * swell(count, attack, release) * decay(count, ring) * sound

    return play


TRUMPETS = sustained(
    Timbre(
        slope=0.8, dark=2800.0, bright=7000.0, brightness_time=0.15, attack=0.012,
        release=0.05, unison=(-7.0, 0.0, 6.0), vibrato=8.0, breath=0.03,
    )
)  # fmt: skip
ORGAN = sustained(
    Timbre(
        slope=0.9, even=0.7, dark=2500.0, bright=5000.0, brightness_time=0.1, attack=0.006,
        release=0.04, unison=(-4.0, 5.0),
    )
)  # fmt: skip
PICKED_BASS = sustained(
    Timbre(
        slope=1.0, dark=500.0, bright=3500.0, brightness_time=0.09, attack=0.003,
        release=0.03, fading=0.9,
    )
)  # fmt: skip
SOFT_BASS = sustained(
    Timbre(slope=2.0, dark=200.0, bright=350.0, attack=0.06, release=0.4, fading=4.0)
)
SCREAM = sustained(
    Timbre(
        slope=0.7, dark=4000.0, bright=8000.0, brightness_time=0.4, attack=0.004,
        release=0.03, unison=(-12.0, 0.0, 14.0), vibrato=45.0,
    )
)  # fmt: skip
CELLO = sustained(
    Timbre(
        slope=1.2, dark=900.0, bright=1300.0, brightness_time=1.5, attack=0.28, release=0.45,
        unison=(-3.0, 4.0), vibrato=14.0, breath=0.01,
    )
)  # fmt: skip
DARK_STRINGS = sustained(
    Timbre(
        slope=1.4, dark=380.0, bright=500.0, brightness_time=2.0, attack=0.9, release=1.4,
        unison=(-9.0, -2.0, 3.0, 8.0), vibrato=6.0,
    )
)  # fmt: skip
WARM_PAD = sustained(
    Timbre(
        slope=1.5, dark=600.0, bright=800.0, brightness_time=2.0, attack=0.8, release=1.2,
        unison=(-7.0, 0.0, 6.0),
    )
)  # fmt: skip
FLUTE = sustained(
    Timbre(
        slope=2.0, even=0.5, dark=1200.0, bright=1800.0, brightness_time=0.8, attack=0.11,
        release=0.2, vibrato=9.0, breath=0.012,
    )
)  # fmt: skip
STEEL_STRING = plucked(brightness=7000.0, sustain=1.2, release=0.03, position=0.12)
DRIVEN_STRING = plucked(brightness=5000.0, sustain=3.0, release=0.02, position=0.1)
NYLON_STRING = plucked(brightness=2200.0, sustain=1.6, release=0.5, position=0.3)
BRIGHT_PIANO = piano(hardness=3500.0, ring=1.5, release=0.08)
FELT_PIANO = piano(hardness=1100.0, ring=3.0, release=0.8)
GLOCKENSPIEL = modulated(ratio=3.53, depth=1.6, ring=0.5, release=0.4, attack=0.001)
ELECTRIC_PIANO = modulated(ratio=1.0, depth=0.9, ring=2.2, release=0.7, attack=0.012)
