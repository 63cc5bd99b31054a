"""The level that bands are divided by: the peak of the whole file.

Bands are linear in amplitude, so dividing them after the last frame equals dividing the
samples before the first, as the published systems do, and needs one pass over the audio.
"""

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing


class PeakLevel:
    """Largest absolute sample of a signal that arrives in blocks.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the floor of the peak.
    """

    def __init__(self, preprocessing: Preprocessing) -> None:
        self._floor = np.float32(preprocessing.peak_floor)
        self._peak = np.float32(0)

    def process(self, block: NDArray[np.float32]) -> None:
        """Take the next samples."""
        if len(block):
            self._peak = max(self._peak, np.abs(block).max())

    @property
    def silent(self) -> bool:
        """Whether no sample reaches the floor, so that there is nothing to level."""
        return bool(self._peak < self._floor)

    @property
    def value(self) -> np.float32:
        """What bands are divided by: the peak, or the floor where the peak is lower."""
        return max(self._peak, self._floor)
