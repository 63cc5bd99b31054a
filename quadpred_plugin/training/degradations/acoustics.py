"""Rooms, noise, level and start."""

from functools import partial

import numpy as np

from quadpred_plugin.training.degradations.degradation import (
    Degradation,
    Samples,
    amplitude,
    within_full_scale,
)

_DECAY = 60.0
_LEAST_FREQUENCY = 20.0
_PRE_DELAY = 0.005


def reverberate(seconds: float, decibels: float, seed: int, samples: Samples, rate: int) -> Samples:
    """Add the reverberation of a room: noise that decays exponentially.

    Parameters
    ----------
    seconds : float
        Until the reverberation has fallen by 60 dB.
    decibels : float
        Energy of the reverberation, relative to the direct sound.
    seed : int
        Of the noise.
    samples : Samples
    rate : int
        Hz.
    """
    from scipy.signal import oaconvolve

    if not len(samples):
        return samples
    response = impulse_response(seconds, decibels, seed, rate)
    return within_full_scale(oaconvolve(samples, response)[: len(samples)])


def impulse_response(seconds: float, decibels: float, seed: int, rate: int) -> Samples:
    """Return the response of `reverberate`: 1 for the direct sound, then 5 ms of silence, noise."""
    times = np.arange(max(1, round(seconds * rate))) / rate
    noise = np.random.default_rng(seed).standard_normal(len(times))
    noise *= 10 ** (-_DECAY / 20 * times / seconds)
    noise *= amplitude(decibels) / np.sqrt(np.sum(noise**2))
    silence = np.zeros(round(_PRE_DELAY * rate))
    return np.concatenate([[1.0], silence, noise]).astype(np.float32)


def add_noise(pink: bool, decibels: float, seed: int, samples: Samples, rate: int) -> Samples:
    """Add noise.

    Parameters
    ----------
    pink : bool
        Whether its power falls by 3 dB per octave from 20 Hz, or is white.
    decibels : float
        dBFS: its root mean square, relative to full scale.
    seed : int
    samples : Samples
    rate : int
        Hz.
    """
    if not len(samples):
        return samples
    noise = np.random.default_rng(seed).standard_normal(len(samples), dtype=np.float32)
    if pink:
        from scipy import fft

        size = fft.next_fast_len(len(noise), real=True)
        frequencies = np.maximum(np.fft.rfftfreq(size, 1 / rate), _LEAST_FREQUENCY)
        spectrum = fft.rfft(noise, size) / np.sqrt(frequencies).astype(np.float32)
        noise = fft.irfft(spectrum, size)[: len(noise)]
    noise *= np.float32(amplitude(decibels)) / np.sqrt(np.mean(noise**2))
    return within_full_scale(samples + noise)


def change_level(decibels: float, samples: Samples, rate: int) -> Samples:
    """Multiply samples by a gain in dB; above full scale, by less."""
    return within_full_scale(samples * np.float32(amplitude(decibels)))


def start_later(seconds: float, samples: Samples, rate: int) -> Samples:
    """Cut off the start."""
    return samples[round(seconds * rate) :]


def room(seconds: float, decibels: float, seed: int) -> Degradation:
    """Return a room: decay by 60 dB in seconds, level of its reverberation, seed."""
    return Degradation(
        f"room {seconds:g} s {decibels:g} dB #{seed}",
        partial(reverberate, seconds, decibels, seed),
    )


def noise(pink: bool, decibels: float, seed: int) -> Degradation:
    """Return pink or white noise of a level, dBFS."""
    colour = "pink" if pink else "white"
    return Degradation(
        f"{colour} noise {decibels:g} dBFS #{seed}", partial(add_noise, pink, decibels, seed)
    )


def gain(decibels: float) -> Degradation:
    """Return a change of level, dB."""
    return Degradation(f"{decibels:+g} dB", partial(change_level, decibels))


def later(seconds: float) -> Degradation:
    """Return a later start; at most the whole signal is cut off."""
    return Degradation(f"{seconds:g} s later", partial(start_later, seconds), seconds)


def draw_room(random: np.random.Generator) -> Degradation:
    """Return a room of 0.2 to 1.2 s, 20 dB below the direct sound to as loud as it."""
    seconds = round(float(random.uniform(0.2, 1.2)), 2)
    return room(seconds, round(float(random.uniform(-20, 0)), 1), _seed(random))


def draw_noise(random: np.random.Generator) -> Degradation:
    """Return white or pink noise of -60 to -30 dBFS."""
    pink = bool(random.random() < 0.5)
    return noise(pink, round(float(random.uniform(-60, -30)), 1), _seed(random))


def draw_gain(random: np.random.Generator) -> Degradation:
    """Return a gain of -18 to 6 dB."""
    return gain(round(float(random.uniform(-18, 6)), 1))


def draw_later(random: np.random.Generator) -> Degradation:
    """Return a start of at most one second later."""
    return later(round(float(random.uniform(0, 1)), 3))


def _seed(random: np.random.Generator) -> int:
    return int(random.integers(1 << 31))
