"""Buffer of a signal's bands, cut into patches after its last frame."""

import tempfile
from collections.abc import Iterator
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing

# Bands of 17 minutes of audio; more go to a temporary file.
MEMORY_BYTES = 16 * 2**20

_FLOAT_BYTES = 4


class PatchBuffer:
    """All bands of one signal, in memory or, past a limit, in a temporary file.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the number of bands, the frames per patch and its context.
    memory_bytes : int
        Bands beyond this many bytes go to a temporary file.
    """

    def __init__(self, preprocessing: Preprocessing, memory_bytes: int = MEMORY_BYTES) -> None:
        self._preprocessing = preprocessing
        self._file = tempfile.SpooledTemporaryFile(max_size=memory_bytes)
        self.frames = 0

    def __enter__(self) -> "PatchBuffer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def append(self, bands: NDArray[np.float32]) -> None:
        """Append frames, shape (frames, bands)."""
        self._file.write(bands.tobytes())
        self.frames += len(bands)

    def count(self, hop_frames: int, repeat_last: bool = False) -> int:
        """Count the patches, which cover the signal with their own frames.

        Parameters
        ----------
        hop_frames : int
            Frames from one patch to the next.
        repeat_last : bool
            Whether a last patch counts that has only part of its own frames.

        Returns
        -------
        count : int
            Patches.
        """
        beyond = self.frames - self._preprocessing.own_frames
        if not self.frames or (beyond < 0 and not repeat_last):
            return 0
        if repeat_last:
            begun = max(0, -(-beyond // hop_frames))
            # With a hop longer than a patch, the next patch may begin after the end.
            return min(begun, (self.frames - 1) // hop_frames) + 1
        return beyond // hop_frames + 1

    def batches(
        self, hop_frames: int, batch_size: int, repeat_last: bool = False
    ) -> Iterator[NDArray[np.float32]]:
        """Read the patches in batches.

        Parameters
        ----------
        hop_frames : int
            Frames from one patch to the next.
        batch_size : int
            Patches per batch, fewer in the last one; -1 or 0 for one batch of all.
        repeat_last : bool
            Whether to read a last patch that has only part of its own frames.

        Yields
        ------
        batch : ndarray of float32, shape (patches, frames, bands)
        """
        count = self.count(hop_frames, repeat_last)
        if batch_size < 1:
            batch_size = max(count, 1)
        bands = self._preprocessing.bands
        for first in range(0, count, batch_size):
            starts = np.arange(first, min(first + batch_size, count)) * hop_frames
            wanted = patch_frames(starts, self.frames, self._preprocessing)
            lowest, highest = int(wanted.min()), int(wanted.max())
            self._file.seek(lowest * bands * _FLOAT_BYTES)
            content = self._file.read((highest + 1 - lowest) * bands * _FLOAT_BYTES)
            yield np.frombuffer(content, dtype=np.float32).reshape(-1, bands)[wanted - lowest]


def patch_frames(
    starts: NDArray[np.int64], frames: int, preprocessing: Preprocessing
) -> NDArray[np.int64]:
    """Return the frames of a signal that patches consist of.

    A patch has its own frames, which begin at its start, and the context before and after
    them. At the signal's ends a patch with context is moved inside the signal; one without
    runs through its frames again, and so does any patch of a signal that is shorter.

    Parameters
    ----------
    starts : ndarray of int, shape (patches,)
        First of each patch's own frames.
    frames : int
        Of the signal, 1 or more.
    preprocessing : Preprocessing

    Returns
    -------
    indices : ndarray of int, shape (patches, patch_size)
    """
    size = preprocessing.patch_size
    first = starts
    if preprocessing.has_context:
        first = np.clip(starts - preprocessing.context_before, 0, max(frames - size, 0))
    left = np.minimum(frames - first, size)[:, np.newaxis]
    return first[:, np.newaxis] + np.arange(size)[np.newaxis] % left


def patch_times(count: int, hop_frames: int, preprocessing: Preprocessing) -> NDArray[np.float64]:
    """Return the start of each patch's own frames in seconds, shape (count,)."""
    return np.arange(count) * hop_frames * preprocessing.hop_size / preprocessing.sample_rate
