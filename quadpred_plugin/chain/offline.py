"""Analysis of a whole signal: blocks in, the network's outputs after the last block."""

from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.levels import LevelMeter
from quadpred_plugin.chain.network import BATCH_SIZE, Network
from quadpred_plugin.chain.patches import PatchBuffer
from quadpred_plugin.chain.peak import PeakMeter
from quadpred_plugin.chain.preprocessing import Preprocessing


class OfflineAnalyser:
    """Computes the bands of one signal block by block, then runs the network over its patches.

    The whole signal's peak divides its bands. Results don't depend on how the signal is cut
    into blocks. Samples aren't kept; bands past 16 MiB go to a temporary file. Use it in a
    ``with`` statement, which removes that file.

    Parameters
    ----------
    preprocessing : Preprocessing
    extractor : BandExtractor
        Can be reused for other signals, one after the other.
    network : Network
    """

    def __init__(
        self, preprocessing: Preprocessing, extractor: BandExtractor, network: Network
    ) -> None:
        self._network = network
        self._extractor = extractor
        self._meter = PeakMeter(preprocessing)
        self._levels = LevelMeter(preprocessing.hop_size)
        self._own_frames = preprocessing.own_frames
        self._buffer = PatchBuffer(preprocessing)
        self.samples = 0
        extractor.reset()

    def __enter__(self) -> "OfflineAnalyser":
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
        """Whether no sample so far reaches the silence threshold."""
        return self._meter.silent

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples, shape (samples,), and return the bands they complete."""
        self.samples += len(block)
        self._meter.process(block)
        self._levels.process(block)
        return self._keep(self._extractor.process(block))

    def finish(self) -> NDArray[np.float32]:
        """End the signal and return its last bands; none if it has ended already."""
        return self._keep(self._extractor.finish())

    def _keep(self, bands: NDArray[np.float32]) -> NDArray[np.float32]:
        self._buffer.append(bands)
        return bands

    def patch_count(self, hop_frames: int, repeat_last: bool = False) -> int:
        """Return the number of patches, as `PatchBuffer.count` does."""
        return self._buffer.count(hop_frames, repeat_last)

    def quiet(self, hop_frames: int, count: int) -> NDArray[np.bool_]:
        """Return which of the first patches have a low level, as `LevelMeter.quiet` does."""
        return self._levels.quiet(np.arange(count) * hop_frames, self._own_frames)

    def predict(
        self,
        hop_frames: int,
        repeat_last: bool = False,
        batch_size: int = BATCH_SIZE,
        network: Network | None = None,
        embeddings: bool = False,
    ) -> dict[str, NDArray[np.float32]]:
        """Run the network over the patches of the whole signal.

        Parameters
        ----------
        hop_frames : int
            Frames from one patch to the next.
        repeat_last : bool
            Whether to predict a last patch that has only part of its own frames.
        batch_size : int
            Patches in a batch; -1 or 0 for all at once.
        network : Network, optional
            Another network for the same bands; the analyser's own if None.
        embeddings : bool
            Whether to keep the embeddings of a network that has them.

        Returns
        -------
        outputs : dict of ndarray of float32
            As `Network.predict` yields them, for all patches.
        """
        divisor = self._meter.divisor
        patches = self._buffer.batches(hop_frames, batch_size, repeat_last)
        network = network or self._network
        results = list(network.predict((batch / divisor for batch in patches), embeddings))
        return {
            name: np.concatenate([empty, *(result[name] for result in results)])
            for name, empty in network.without_patches(embeddings).items()
        }
