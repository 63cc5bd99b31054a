"""Building blocks of instruments: wave tables, envelopes, noise and filters."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 44100

Signal = NDArray[np.float64]
Response = Callable[[Signal], NDArray[np.complex128]]

# Large enough that the nearest entry needs no interpolation.
_TABLE_LENGTH = 16384
_HIGHEST_PARTIAL = 16000.0


def sample_count(seconds: float) -> int:
    """Return the number of samples in a time, at least one."""
    return max(1, round(seconds * SAMPLE_RATE))


def times(count: int) -> Signal:
    """Return the times of `count` samples in seconds; shape (count,)."""
    return np.arange(count) / SAMPLE_RATE


def noise(count: int, generator: np.random.Generator) -> Signal:
    """Return white noise of unit variance; shape (count,)."""
    return generator.standard_normal(count)


def swell(count: int, attack: float, release: float) -> Signal:
    """Return an envelope that rises from zero, holds and falls to zero.

    Parameters
    ----------
    count : int
        Samples.
    attack, release : float
        Seconds of the rise and of the fall; both shrink if `count` is too short for them.

    Returns
    -------
    ndarray, shape (count,)
        In 0 to 1.
    """
    shrink = min(1.0, count / SAMPLE_RATE / (attack + release))
    rising = min(count, sample_count(attack * shrink))
    falling = min(count, sample_count(release * shrink))
    shape = np.ones(count)
    shape[:rising] = np.sin(0.5 * np.pi * np.arange(rising) / rising) ** 2
    shape[count - falling :] *= np.cos(0.5 * np.pi * np.arange(1, falling + 1) / falling) ** 2
    return shape


def decay(count: int, time_constant: float) -> Signal:
    """Return an exponential decay from 1; `time_constant` in seconds; shape (count,)."""
    return _progression(np.exp(-1.0 / SAMPLE_RATE / time_constant), count)


def ringing(count: int, frequency: float, time_constant: float, start: float) -> Signal:
    """Return a decaying sine.

    Parameters
    ----------
    count : int
        Samples.
    frequency : float
        In Hz.
    time_constant : float
        Seconds in which it loses two thirds.
    start : float
        Phase of the first sample, in periods.

    Returns
    -------
    ndarray, shape (count,)
        In -1 to 1.
    """
    step = np.exp((2.0j * np.pi * frequency - 1.0 / time_constant) / SAMPLE_RATE)
    return (np.exp(2.0j * np.pi * start) * _progression(step, count)).imag


@lru_cache(maxsize=512)
def period(frequency: float, slope: float, cutoff: float, even: float = 1.0) -> Signal:
    """Build one period of a tone from its harmonics.

    Parameters
    ----------
    frequency : float
        Fundamental, in Hz.
    slope : float
        Harmonic `n` falls as ``n ** -slope``; 1 is a sawtooth.
    cutoff : float
        Frequency in Hz above which a further 12 dB fall away in each octave.
    even : float
        Weight of the even harmonics; 0 sounds hollow like a square wave.

    Returns
    -------
    ndarray, shape (_TABLE_LENGTH,)
        Shared between calls, so don't change it.
    """
    number = np.arange(1, max(2, int(_HIGHEST_PARTIAL / frequency) + 1))
    weights = np.where(number % 2 == 0, even, 1.0)
    amplitudes = weights * number**-slope / (1.0 + (number * frequency / cutoff) ** 2)
    spectrum = np.zeros(_TABLE_LENGTH // 2 + 1, dtype=np.complex128)
    spectrum[number] = -0.5j * _TABLE_LENGTH * amplitudes
    return np.fft.irfft(spectrum)


def places(frequencies: Signal, start: float) -> NDArray[np.int64]:
    """Return indices into the wave table of a period, for a pitch that may change.

    Parameters
    ----------
    frequencies : ndarray, shape (samples,)
        Fundamental at each sample, in Hz.
    start : float
        Phase before the first sample, in periods.

    Returns
    -------
    ndarray, shape (samples,)
    """
    phase = start + np.cumsum(frequencies) / SAMPLE_RATE
    return (phase * _TABLE_LENGTH).astype(np.int64) % _TABLE_LENGTH


def filtered(signal: Signal, *responses: Response) -> Signal:
    """Pass a signal through analogue filters, in the frequency domain.

    Parameters
    ----------
    signal : ndarray, shape (samples,)
    *responses : callable
        Each gives the complex gain for frequencies in Hz. Responses of analogue networks keep
        the phase that makes a filter causal, so attacks are not smeared backwards.

    Returns
    -------
    ndarray, shape (samples,)
    """
    length = transform_length(len(signal) + 1024)
    frequencies = np.fft.rfftfreq(length, 1.0 / SAMPLE_RATE)
    spectrum = np.fft.rfft(signal, length)
    for response in responses:
        spectrum *= response(frequencies)
    return np.fft.irfft(spectrum, length)[: len(signal)]


def transform_length(least: int) -> int:
    """Return a length of at least `least` whose Fourier transform is quick."""
    step = 2 ** max(0, least.bit_length() - 4)
    return -(-least // step) * step


def below(cutoff: float, order: int = 2) -> Response:
    """Return a low-pass response: cutoff in Hz, 6 dB per octave for each order."""

    def response(hertz: Signal) -> NDArray[np.complex128]:
        return _power(1.0 / (1.0 + 1j * hertz / cutoff), order)

    return response


def above(cutoff: float, order: int = 2) -> Response:
    """Return a high-pass response: cutoff in Hz, 6 dB per octave for each order."""

    def response(hertz: Signal) -> NDArray[np.complex128]:
        return _power(1.0 - 1.0 / (1.0 + 1j * hertz / cutoff), order)

    return response


def around(centre: float, gain: float, width: float) -> Response:
    """Return a response that raises or lowers one band.

    Parameters
    ----------
    centre : float
        Centre of the band, in Hz.
    gain : float
        Amplitude factor at the centre.
    width : float
        Width of the band as a fraction of its centre.

    Returns
    -------
    callable
        Response.
    """

    def response(hertz: Signal) -> NDArray[np.complex128]:
        ratio = hertz / centre
        balance = 1.0 - ratio * ratio
        return (balance + 1j * gain * width * ratio) / (balance + 1j * width * ratio)

    return response


def _progression(ratio: complex, count: int) -> NDArray[np.inexact]:
    """Return powers of a ratio from 0, as products of coarse and fine ones to save time."""
    fine = ratio ** np.arange(256)
    coarse = (ratio**256) ** np.arange(count // 256 + 1)
    return np.outer(coarse, fine).ravel()[:count]


def _power(base: NDArray[np.complex128], order: int) -> NDArray[np.complex128]:
    """Return a small integer power by multiplication, which is faster than ``**``."""
    result = base
    for _ in range(order - 1):
        result = result * base
    return result


def driven(signal: Signal, amount: float) -> Signal:
    """Distort a signal as an overdriven amplifier does; asymmetry adds even harmonics."""
    return np.tanh(amount * signal + 0.15) - np.tanh(0.15)
