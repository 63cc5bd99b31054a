"""Analysis of a signal while it arrives: each patch is divided by the peak so far."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.heads import further_heads
from quadpred_plugin.chain.network import BATCH_SIZE, Network
from quadpred_plugin.chain.peak import divisors
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
    only one patch is kept. After the signal's largest sample, results of a model without context
    equal those of `offline.OfflineAnalyser`.

    Frames after a patch's own don't exist yet, so all of its context is before them: the patch
    ends with its own frames. At the signal's start it begins with the signal, and runs through
    the frames so far again where they are fewer than a patch.

    Parameters
    ----------
    preprocessing : Preprocessing
    extractor : BandExtractor
    network : Network
    hop_frames : int
        Frames from one patch to the next.
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
        self._frames = 0
        # First of the next patch's own frames.
        self._next = 0
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
        self._frames += len(bands)
        own, size = self._preprocessing.own_frames, self._preprocessing.patch_size
        count = max(0, (self._frames - self._next - own) // self._hop + 1)
        ends = self._next + np.arange(count) * self._hop + own
        predictions = self._run(ends)
        self._next += count * self._hop
        self._drop_before(self._next + own - size)
        return predictions

    def _run(self, ends: NDArray[np.int64]) -> PatchPredictions:
        size, first = self._preprocessing.patch_size, self._frames - len(self._bands)
        peaks = self._peaks[ends - 1 - first]
        parts = [slice(at, at + BATCH_SIZE) for at in range(0, len(ends), BATCH_SIZE)]
        starts = np.maximum(ends - size, 0)[:, np.newaxis]
        frames = starts + np.arange(size) % (ends[:, np.newaxis] - starts) - first
        divided_by = divisors(peaks, self._preprocessing)[:, np.newaxis, np.newaxis]
        batches = (self._bands[frames[part]] / divided_by[part] for part in parts)
        results = list(self._network.predict(batches)) or [self._network.without_patches()]
        heads = {name: np.concatenate([one[name] for one in results]) for name in results[0]}
        return PatchPredictions(
            quadrants=heads["quadrants"],
            arousal=heads["arousal"],
            valence=heads["valence"],
            peaks=peaks,
            further_heads=further_heads(heads),
        )

    def _drop_before(self, frame: int) -> None:
        """Drop the frames before one that may be in the future: with a hop longer than a patch."""
        first = self._frames - len(self._bands)
        dropped = min(max(frame - first, 0), len(self._bands))
        self._bands = self._bands[dropped:].copy()
        self._peaks = self._peaks[dropped:].copy()
