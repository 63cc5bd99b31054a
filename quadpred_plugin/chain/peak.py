"""Peak amplitude of a signal: the divisor of its bands, and the silence threshold.

Bands are linear in amplitude, so dividing them after the last frame equals dividing the
samples before the first, as the published systems do, and needs one pass over the audio.
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


class PeakMeter:
    """Largest absolute sample of a signal that arrives in blocks.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the smallest divisor.

    Attributes
    ----------
    peak : float32
        Largest absolute sample so far; full scale is 1.
    """

    def __init__(self, preprocessing: Preprocessing) -> None:
        self._floor = np.float32(preprocessing.peak_floor)
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
        """Number that bands are divided by: the peak, at least `Preprocessing.peak_floor`."""
        return max(self.peak, self._floor)
