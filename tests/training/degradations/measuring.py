"""Real audio, and measurements of what a change did to it."""

from functools import cache
from itertools import pairwise

import numpy as np
import soundfile
from scipy import signal

from tests import signals

RATE = 44100


@cache
def music(name="q1_joy", seconds=6):
    """Return the start of an example piece, one channel at 44.1 kHz."""
    samples, rate = soundfile.read(
        signals.EXAMPLES / f"{name}.ogg", seconds * RATE, dtype="float32", always_2d=True
    )
    assert rate == RATE
    return samples.mean(axis=1)


def response(change, frequencies, rate=RATE):
    """Return a filter's gain at frequencies, dB, from its response to an impulse."""
    impulse = np.zeros(rate, np.float32)
    impulse[rate // 2] = 0.25
    spectrum = np.abs(np.fft.rfft(change(impulse, rate)))[np.asarray(frequencies)] / 0.25
    return 20 * np.log10(np.maximum(spectrum, 1e-10))


def delay(before, after):
    """Return by how many samples a signal is later than another, from their correlation."""
    length = min(len(before), len(after))
    correlation = signal.correlate(after[:length], before[:length], method="fft")
    return int(np.argmax(correlation)) - (length - 1)


def level(samples):
    """Return the root mean square, dBFS."""
    return 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)))


def band_levels(samples, edges, rate=RATE):
    """Return the power between successive frequencies, dB."""
    frequencies, power = signal.welch(samples, rate, nperseg=8192)
    bands = pairwise(edges)
    sums = [power[(frequencies >= low) & (frequencies < high)].sum() for low, high in bands]
    return 10 * np.log10(np.maximum(sums, 1e-30))
