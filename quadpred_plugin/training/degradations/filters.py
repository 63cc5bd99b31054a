"""Low-passes, shelves and equalisers."""

from functools import partial

import numpy as np

from quadpred_plugin.training.degradations.degradation import (
    Degradation,
    Samples,
    amplitude,
    within_full_scale,
)

TREBLE, BASS = 3000.0, 100.0
"""Hz: half of a shelf's dB is reached there. Those of the tone controls in SoX and FFmpeg."""

THIRD_OCTAVES = 1000 * 2 ** (np.arange(-17, 14) / 3)
"""Hz, 20 Hz to 20 kHz."""

BRICK_WALL = 0
"""The order of a low-pass that has no slope."""

_ORDERS = (BRICK_WALL, 2, 4, 8)
_CORNERS = 6500.0, 8000.0
_EQUALISER_TAPS = 4095
_LEAST_GAIN, _LARGEST_GAIN = 1.0, 9.0
_SHELF_GAIN, _SLOPE = 3.0, 0.5
# Third octaves.
_SMOOTHED_POINTS = 5
_BRICK_WALL_WIDTH, _BRICK_WALL_ATTENUATION = 300.0, 80.0


def low_pass(corner: float, order: int, samples: Samples, rate: int) -> Samples:
    """Apply a Butterworth low-pass, or a brick wall.

    Parameters
    ----------
    corner : float
        Hz, -3 dB; for the brick wall the middle of its 300 Hz of transition, -6 dB.
    order : int
        6 dB per octave each; `BRICK_WALL` for a filter of linear phase that falls by 80 dB.
    samples : Samples
    rate : int
        Hz.
    """
    from scipy import signal

    if order == BRICK_WALL:
        length, beta = signal.kaiserord(_BRICK_WALL_ATTENUATION, 2 * _BRICK_WALL_WIDTH / rate)
        taps = signal.firwin(length | 1, corner, window=("kaiser", beta), fs=rate)
        return _convolved(taps, samples)
    sections = signal.butter(order, corner, fs=rate, output="sos")
    return within_full_scale(signal.sosfilt(sections, samples))


def _convolved(taps: "np.ndarray[tuple[int], np.dtype[np.float64]]", samples: Samples) -> Samples:
    """Apply a symmetric filter without its delay."""
    from scipy.signal import oaconvolve

    if not len(samples):
        return samples
    middle = len(taps) // 2
    whole = oaconvolve(samples, taps.astype(np.float32))
    return within_full_scale(whole[middle : middle + len(samples)])


def treble(decibels: float, samples: Samples, rate: int) -> Samples:
    """Raise or lower what is above `TREBLE` by some dB."""
    return _shelf(TREBLE, 1, decibels, samples, rate)


def bass(decibels: float, samples: Samples, rate: int) -> Samples:
    """Raise or lower what is below `BASS` by some dB."""
    return _shelf(BASS, -1, decibels, samples, rate)


def _shelf(corner: float, side: int, decibels: float, samples: Samples, rate: int) -> Samples:
    """Apply a second-order shelf of slope 0.5, above the corner (side 1) or below it (-1).

    References
    ----------
    R. Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients".
    """
    from scipy.signal import lfilter

    root = amplitude(decibels / 2)
    angle = 2 * np.pi * corner / rate
    cosine = side * np.cos(angle)
    slope = np.sin(angle) * np.sqrt(root * ((root + 1 / root) * (1 / _SLOPE - 1) + 2))
    above, below = root + 1, root - 1
    forward = (
        root * (above + below * cosine + slope),
        -2 * side * root * (below + above * cosine),
        root * (above + below * cosine - slope),
    )
    backward = (
        above - below * cosine + slope,
        2 * side * (below - above * cosine),
        above - below * cosine - slope,
    )
    return within_full_scale(lfilter(forward, backward, samples))


def equalise(gains: "tuple[float, ...]", samples: Samples, rate: int) -> Samples:
    """Apply a filter of linear phase through gains at `THIRD_OCTAVES`.

    Parameters
    ----------
    gains : tuple of float
        dB, one for each frequency; interpolated on the logarithmic scale of frequencies.
    samples : Samples
    rate : int
        Hz.
    """
    from scipy.signal import firwin2

    bins = np.linspace(0, rate / 2, 2049)
    octaves = np.log2(np.maximum(bins, 1))
    decibels = np.interp(octaves, np.log2(THIRD_OCTAVES), gains)
    taps = firwin2(_EQUALISER_TAPS, bins, 10 ** (decibels / 20), fs=rate)
    return _convolved(taps, samples)


def low_passing(corner: float, order: int) -> Degradation:
    """Return a low-pass: corner in Hz, and order."""
    slope = "brick wall" if order == BRICK_WALL else f"order {order}"
    return Degradation(
        f"low-pass {corner / 1000:.4g} kHz, {slope}", partial(low_pass, corner, order)
    )


def shelving_treble(decibels: float) -> Degradation:
    """Return treble with a gain, dB."""
    return Degradation(f"treble {decibels:+g} dB", partial(treble, decibels))


def shelving_bass(decibels: float) -> Degradation:
    """Return bass with a gain, dB."""
    return Degradation(f"bass {decibels:+g} dB", partial(bass, decibels))


def draw_low_pass(random: np.random.Generator) -> Degradation:
    """Return a low-pass with its corner between 6.5 and 8 kHz, of one of several orders."""
    return low_passing(round(float(random.uniform(*_CORNERS)), -1), int(random.choice(_ORDERS)))


def draw_shelf(random: np.random.Generator) -> Degradation:
    """Return treble or bass by at most 3 dB up or down."""
    decibels = round(float(random.uniform(-_SHELF_GAIN, _SHELF_GAIN)), 1)
    if random.random() < 0.5:
        return shelving_treble(decibels)
    return shelving_bass(decibels)


def draw_equaliser(random: np.random.Generator) -> Degradation:
    """Return a smooth random equaliser: at most 1 to 9 dB, uncorrelated beyond an octave or so."""
    largest = float(random.uniform(_LEAST_GAIN, _LARGEST_GAIN))
    smoothing = np.hanning(_SMOOTHED_POINTS + 2)[1:-1]
    rough = random.standard_normal(len(THIRD_OCTAVES) + _SMOOTHED_POINTS - 1)
    curve = np.convolve(rough, smoothing, "valid")
    gains = tuple(round(float(gain), 1) for gain in curve / np.abs(curve).max() * largest)
    values = " ".join(f"{gain:g}" for gain in gains)
    return Degradation(f"equaliser {values} dB", partial(equalise, gains))
