"""Limiter and compressor."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.training.degradations.degradation import (
    Degradation,
    Samples,
    amplitude,
    within_full_scale,
)

CEILING = -0.3
"""dBFS; the largest sample that leaves the limiter."""

_LOOK_AHEAD, _RELEASE = 0.005, 0.1
_BLOCK_SECONDS = 0.001
# dBFS; levels below are taken for silence.
_LEAST_LEVEL = -120.0


def limit(decibels: float, samples: Samples, rate: int) -> Samples:
    """Raise the level into a limiter that looks 5 ms ahead.

    Parameters
    ----------
    decibels : float
        Gain before the limiter.
    samples : Samples
    rate : int
        Hz.

    Returns
    -------
    samples : Samples
        No sample exceeds `CEILING`.
    """
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    if not len(samples):
        return samples
    raised = samples * np.float32(amplitude(decibels))
    excess = np.maximum(_decibels(raised) - CEILING, 0)
    reduction = _released(excess, _RELEASE * rate)
    # The mean of maxima over a window is at least its middle.
    window = 2 * round(_LOOK_AHEAD * rate / 2) + 1
    smooth = uniform_filter1d(maximum_filter1d(reduction, window), window)
    return (raised * 10 ** (-np.maximum(smooth, excess) / 20)).astype(np.float32)


def compress(
    threshold: float,
    ratio: float,
    attack: float,
    release: float,
    samples: Samples,
    rate: int,
) -> Samples:
    """Apply a compressor that follows the peaks of each millisecond.

    Parameters
    ----------
    threshold : float
        dB, relative to the largest sample.
    ratio : float
        Of input to output, in dB above the threshold; at least 1.
    attack, release : float
        Seconds, time constants.
    samples : Samples
    rate : int
        Hz.

    References
    ----------
    D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range compressor design",
    Journal of the Audio Engineering Society, 2012 (the decoupled peak detector).
    """
    from scipy.signal import lfilter

    if not len(samples):
        return samples
    size = max(1, round(_BLOCK_SECONDS * rate))
    starts = np.arange(0, len(samples), size)
    levels = _decibels(np.maximum.reduceat(np.abs(samples), starts))
    excess = np.maximum(levels - (levels.max() + threshold), 0)
    reduction = _released(excess * (1 - 1 / ratio), release * rate / size)
    kept = np.exp(-size / (attack * rate))
    reduction = lfilter([1 - kept], [1, -kept], reduction)
    by_sample = np.interp(np.arange(len(samples)), starts + size / 2, reduction)
    return within_full_scale(samples * 10 ** (-by_sample / 20))


def _decibels(samples: NDArray[np.floating]) -> NDArray[np.float64]:
    least = amplitude(_LEAST_LEVEL)
    return 20 * np.log10(np.maximum(np.abs(samples), least).astype(np.float64))


def _released(reduction: NDArray[np.float64], steps: float) -> NDArray[np.float64]:
    """Let a gain reduction rise at once, and fall exponentially with a time constant in steps."""
    falling = np.arange(len(reduction)) / steps
    with np.errstate(divide="ignore"):
        logarithm = np.log(reduction)
    return np.exp(np.maximum.accumulate(logarithm + falling) - falling)


def limiting(decibels: float) -> Degradation:
    """Return the limiter with a gain, dB, before it."""
    return Degradation(f"limiter {decibels:+g} dB", partial(limit, decibels))


def draw(random: np.random.Generator) -> Degradation:
    """Return a limiter of 1 to 6 dB, or a compressor."""
    if random.random() < 0.5:
        return limiting(round(float(random.uniform(1, 6)), 1))
    threshold = round(float(random.uniform(-30, -6)), 1)
    ratio = round(float(random.uniform(1.5, 6)), 1)
    attack = round(float(np.exp(random.uniform(np.log(0.001), np.log(0.05)))), 4)
    release = round(float(np.exp(random.uniform(np.log(0.05), np.log(0.5)))), 3)
    return Degradation(
        f"compressor {threshold:g} dB, {ratio:g}:1, {1000 * attack:g} ms, {1000 * release:g} ms",
        partial(compress, threshold, ratio, attack, release),
    )
