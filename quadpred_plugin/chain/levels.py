"""Level of a signal over time, which tells music from pauses and tails of reverberation."""

from array import array

import numpy as np
from numpy.typing import NDArray

# Level of a patch, relative to the signal's loudest patch, below which it is quiet, dB. In 16 clips
# of 4Q no patch is below -26 dB; in renders of piano only pauses and last notes are below -35 dB.
QUIET = -35.0


class LevelMeter:
    """Measures the energy of mono samples in short frames.

    Parameters
    ----------
    frame : int
        Length of a frame in samples.
    """

    def __init__(self, frame: int) -> None:
        self._frame = frame
        self._energies = array("d")
        self._rest: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    def process(self, block: NDArray[np.float32]) -> None:
        """Take the next samples, shape (samples,)."""
        samples = np.concatenate([self._rest, block])
        count = len(samples) // self._frame
        frames = samples[: count * self._frame].reshape(count, self._frame)
        self._energies.frombytes(np.square(frames, dtype=np.float64).sum(axis=1).tobytes())
        self._rest = samples[count * self._frame :]

    def quiet(self, starts: NDArray[np.int64], frames: int) -> NDArray[np.bool_]:
        """Return which patches are quiet.

        Parameters
        ----------
        starts : ndarray of int, shape (patches,)
            First frame of each patch.
        frames : int
            Frames in a patch; those beyond the signal's end are silent.

        Returns
        -------
        quiet : ndarray of bool, shape (patches,)
        """
        last = np.square(self._rest, dtype=np.float64).sum(keepdims=True)
        sums = np.cumsum(np.concatenate([np.zeros(1), np.array(self._energies), last]))
        borders = np.minimum(np.stack([starts, starts + frames]), len(sums) - 1)
        energies = np.diff(sums[borders], axis=0)[0]
        return energies < energies.max(initial=0.0) * 10 ** (QUIET / 10)
