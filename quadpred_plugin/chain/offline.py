"""One signal on its way through the chain: blocks in, numbers out at the end."""

from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.entries import HEAD_SIZES
from quadpred_plugin.chain.network import BATCH_SIZE, Network
from quadpred_plugin.chain.patches import PatchBuffer
from quadpred_plugin.chain.peak import PeakLevel
from quadpred_plugin.chain.preprocessing import Preprocessing


class Listener:
    """Hears one signal block by block, then says what the network makes of it.

    The numbers don't depend on how the signal is cut into blocks, and neither samples nor,
    past a bound, bands stay in memory. To be used in a ``with`` statement, which removes
    what was spilled to disk.

    Parameters
    ----------
    preprocessing : Preprocessing
    extractor : BandExtractor
        May serve many signals, one after the other.
    network : Network
    """

    def __init__(
        self, preprocessing: Preprocessing, extractor: BandExtractor, network: Network
    ) -> None:
        self._network = network
        self._extractor = extractor
        self._level = PeakLevel(preprocessing)
        self._buffer = PatchBuffer(preprocessing)
        self.samples = 0
        extractor.reset()

    def __enter__(self) -> "Listener":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._buffer.__exit__(kind, error, traceback)

    @property
    def silent(self) -> bool:
        """Whether no sample so far reaches the peak's floor."""
        return self._level.silent

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples, shape (samples,), and return the bands they complete."""
        self.samples += len(block)
        self._level.process(block)
        return self._keep(self._extractor.process(block))

    def finish(self) -> NDArray[np.float32]:
        """Say that the signal has ended, and return its last bands."""
        return self._keep(self._extractor.finish())

    def _keep(self, bands: NDArray[np.float32]) -> NDArray[np.float32]:
        self._buffer.append(bands)
        return bands

    def patch_count(self, hop_frames: int, repeat_last: bool = False) -> int:
        """Patches in the signal, as `PatchBuffer.count` counts them."""
        return self._buffer.count(hop_frames, repeat_last)

    def predict(
        self, hop_frames: int, repeat_last: bool = False, batch_size: int = BATCH_SIZE
    ) -> dict[str, NDArray[np.float32]]:
        """Run the network over the patches of the whole signal.

        Parameters
        ----------
        hop_frames : int
            Frames from one patch's start to the next.
        repeat_last : bool
            Whether to fill a last patch that the signal doesn't fill.
        batch_size : int
            Patches in a batch; -1 for all at once.

        Returns
        -------
        heads : dict of ndarray of float32
            ``quadrants`` (patches, 4) in 0..1, ``arousal`` and ``valence`` (patches,) in
            -1..1.
        """
        level = self._level.value
        patches = self._buffer.batches(hop_frames, batch_size, repeat_last)
        results = list(self._network.predict(batch / level for batch in patches))
        empty = {head: (0, size) if size > 1 else (0,) for head, size in HEAD_SIZES.items()}
        return {
            head: np.concatenate(
                [np.zeros(shape, dtype=np.float32), *(result[head] for result in results)]
            )
            for head, shape in empty.items()
        }
