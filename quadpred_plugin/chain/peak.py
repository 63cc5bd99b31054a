"""Peak amplitude of a signal: the divisor of its bands, and the silence threshold.

Bands are linear in amplitude or in power, so dividing them after the last frame equals dividing
the samples before the first, as the published systems do, and needs one pass over the audio.
"""

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing

# Silence threshold in decibels relative to full scale: a signal with a lower peak is silent.
# Decides the status of files, live patches and Vamp signals; no prediction depends on it. The
# smallest divisor of bands is another number, `Preprocessing.peak_floor`.
SILENCE_DBFS = -80.0


def is_silent(peak: float | np.float32) -> bool:
    """Return whether a signal is silent, given its peak amplitude; full scale is 1."""
    return bool(np.float32(peak) < np.float32(10 ** (SILENCE_DBFS / 20)))


def divisors(
    peaks: "NDArray[np.float32] | np.float32", preprocessing: Preprocessing
) -> NDArray[np.float32]:
    """Return the numbers that bands are divided by, given peak amplitudes.

    Parameters
    ----------
    peaks : ndarray of float32
        Of any shape; full scale is 1.
    preprocessing : Preprocessing

    Returns
    -------
    divisors : ndarray of float32
        The peaks, at least `Preprocessing.peak_floor`; squared for bands of power.
    """
    floored = np.maximum(peaks, np.float32(preprocessing.peak_floor))
    return floored * floored if preprocessing.spectrum == "power" else floored


class PeakMeter:
    """Largest absolute sample of a signal that arrives in blocks.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the smallest divisor and the kind of spectrum.

    Attributes
    ----------
    peak : float32
        Largest absolute sample so far; full scale is 1.
    """

    def __init__(self, preprocessing: Preprocessing) -> None:
        self._preprocessing = preprocessing
        self.peak = np.float32(0)

    def process(self, block: NDArray[np.float32]) -> None:
        """Take the next samples."""
        if len(block):
            self.peak = max(self.peak, np.abs(block).max())

    @property
    def silent(self) -> bool:
        """Whether no sample so far reaches the silence threshold."""
        return is_silent(self.peak)

    @property
    def divisor(self) -> np.float32:
        """Number that the bands of the signal so far are divided by, as `divisors` returns it."""
        return np.float32(divisors(self.peak, self._preprocessing))
