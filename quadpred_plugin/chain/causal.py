"""Analysis of a signal while it arrives: each patch is divided by the peak so far."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.heads import further_heads
from quadpred_plugin.chain.network import BATCH_SIZE, Network
from quadpred_plugin.chain.preprocessing import Preprocessing


@dataclass(frozen=True)
class PatchPredictions:
    """The network's outputs for consecutive patches.

    Attributes
    ----------
    quadrants : ndarray of float32, shape (patches, 4)
        0..1.
    arousal, valence : ndarray of float32, shape (patches,)
        -1..1.
    peaks : ndarray of float32, shape (patches,)
        Largest absolute sample from the signal's start to each patch's last frame.
    further_heads : dict of ndarray of float32, shape (patches,)
        Outputs of the model's further heads, by name (`heads.HEADS`).
    """

    quadrants: NDArray[np.float32]
    arousal: NDArray[np.float32]
    valence: NDArray[np.float32]
    peaks: NDArray[np.float32]
    further_heads: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.peaks)


class CausalAnalyser:
    """Analyses one signal block by block; predicts each patch as soon as it is complete.

    The whole signal's peak isn't known yet, so a patch is divided by the largest sample up to
    the end of its last frame. Results don't depend on how the signal is cut into blocks, and
    only one patch is kept. After the signal's largest sample, results equal those of
    `offline.OfflineAnalyser`.

    Parameters
    ----------
    preprocessing : Preprocessing
    extractor : BandExtractor
    network : Network
    hop_frames : int
        Frames from one patch's start to the next.
    """

    def __init__(
        self,
        preprocessing: Preprocessing,
        extractor: BandExtractor,
        network: Network,
        hop_frames: int,
    ) -> None:
        self._preprocessing, self._network = preprocessing, network
        self._extractor, self._hop = extractor, hop_frames
        extractor.reset()
        # Samples after the end of the last frame: the peaks of the next frames include them.
        self._waiting = np.zeros(0, dtype=np.float32)
        self._peak = np.float32(0)
        self._first = True
        self._bands = np.zeros((0, preprocessing.bands), dtype=np.float32)
        self._peaks = np.zeros(0, dtype=np.float32)
        # Frames left to skip before the next patch; only where the hop is longer than a patch.
        self._skipped = 0
        self.samples = 0

    def warm_up(self) -> None:
        """Run the network once on zeros: its first run is the slowest."""
        size, bands = self._preprocessing.patch_size, self._preprocessing.bands
        list(self._network.predict([np.zeros((1, size, bands), dtype=np.float32)]))

    def process(self, block: NDArray[np.float32]) -> PatchPredictions:
        """Take the next samples and predict the patches that they complete.

        Parameters
        ----------
        block : ndarray of float32, shape (samples,)
            Mono at the chain's rate; any number of samples.

        Returns
        -------
        predictions : PatchPredictions
            Zero or more patches.
        """
        self.samples += len(block)
        bands = self._extractor.process(block)
        return self._predict(bands, self._peaks_of(np.abs(block), len(bands)))

    def finish(self) -> PatchPredictions:
        """End the signal and predict the patches that its last frames complete."""
        bands = self._extractor.finish()
        return self._predict(bands, self._peaks_of(np.zeros(0, dtype=np.float32), len(bands)))

    def _peaks_of(self, block: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
        self._waiting = np.concatenate([self._waiting, block])
        if not frames:
            return np.zeros(0, dtype=np.float32)
        hop = self._preprocessing.hop_size
        # The first frame ends half a frame after the first sample.
        first = self._preprocessing.frame_size // 2 if self._first else hop
        ends = first + hop * np.arange(frames)
        self._first = False
        if len(self._waiting):
            rising = np.maximum.accumulate(np.maximum(self._waiting, self._peak))
            peaks = rising[np.minimum(ends, len(rising)) - 1]
        else:
            peaks = np.full(frames, self._peak, dtype=np.float32)
        self._peak = peaks[-1]
        self._waiting = self._waiting[ends[-1] :].copy()
        return peaks

    def _predict(self, bands: NDArray[np.float32], peaks: NDArray[np.float32]) -> PatchPredictions:
        self._bands = np.concatenate([self._bands, bands])
        self._peaks = np.concatenate([self._peaks, peaks])
        dropped = min(self._skipped, len(self._bands))
        self._drop(dropped)
        self._skipped -= dropped
        size = self._preprocessing.patch_size
        count = max(0, (len(self._bands) - size) // self._hop + 1)
        starts = np.arange(count) * self._hop
        predictions = self._run(starts, self._peaks[starts + size - 1])
        if count:
            dropped = min(count * self._hop, len(self._bands))
            self._skipped = count * self._hop - dropped
            self._drop(dropped)
        return predictions

    def _run(self, starts: NDArray[np.int64], peaks: NDArray[np.float32]) -> PatchPredictions:
        divisors = np.maximum(peaks, np.float32(self._preprocessing.peak_floor))
        offsets = np.arange(self._preprocessing.patch_size)
        parts = [slice(first, first + BATCH_SIZE) for first in range(0, len(starts), BATCH_SIZE)]
        batches = (
            self._bands[starts[part, np.newaxis] + offsets] / divisors[part, np.newaxis, np.newaxis]
            for part in parts
        )
        results = list(self._network.predict(batches)) or [self._network.without_patches()]
        heads = {name: np.concatenate([one[name] for one in results]) for name in results[0]}
        return PatchPredictions(
            quadrants=heads["quadrants"],
            arousal=heads["arousal"],
            valence=heads["valence"],
            peaks=peaks,
            further_heads=further_heads(heads),
        )

    def _drop(self, frames: int) -> None:
        self._bands = self._bands[frames:].copy()
        self._peaks = self._peaks[frames:].copy()
