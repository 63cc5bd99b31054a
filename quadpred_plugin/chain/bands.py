"""Mel bands by Essentia, with one settings table for streaming and standard mode."""

from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.engine import load_standard, quiet_essentia
from quadpred_plugin.chain.filterbank import Filterbank
from quadpred_plugin.chain.preprocessing import Preprocessing

# Frames whose spectra are in memory at once: 4 MiB with the default preprocessing.
_FRAMES_AT_A_TIME = 1024


def slaney_edges(lowest: float, highest: float, bands: int) -> NDArray[np.float64]:
    """Return the edges of triangular bands that are evenly spaced on Slaney's mel scale.

    The scale has 15 mel per kilohertz up to 1 kHz and 27 mel per factor of 6.4 above it.

    Parameters
    ----------
    lowest, highest : float
        Outer edges of the first and the last band, Hz.
    bands : int

    Returns
    -------
    edges : ndarray, shape (bands + 2,)
        Ascending frequencies in Hz; band *b* rises from edge *b* to *b + 1* and falls
        to *b + 2*.

    References
    ----------
    M. Slaney, "Auditory Toolbox, version 2", Interval Research Corporation, 1998.
    """
    linear_step = 200.0 / 3
    break_frequency = 1000.0
    break_mel = break_frequency / linear_step
    logarithmic_step = np.log(6.4) / 27.0

    def to_mel(frequency: float) -> float:
        if frequency < break_frequency:
            return frequency / linear_step
        return float(break_mel + np.log(frequency / break_frequency) / logarithmic_step)

    mels = np.linspace(to_mel(lowest), to_mel(highest), bands + 2)
    logarithmic = break_frequency * np.exp(logarithmic_step * (mels - break_mel))
    edges: NDArray[np.float64] = np.where(mels < break_mel, linear_step * mels, logarithmic)
    return edges


def mel_band_edges(preprocessing: Preprocessing) -> NDArray[np.float64]:
    """Return the edges of the chain's mel bands, shape (bands + 2,), as `slaney_edges` does."""
    return slaney_edges(
        preprocessing.lowest_frequency, preprocessing.highest_frequency, preprocessing.bands
    )


def algorithm_settings(preprocessing: Preprocessing) -> dict[str, dict[str, Any]]:
    """Return the parameters of each Essentia algorithm of the front end, by algorithm name.

    Both modes are configured from this table, so their bands are identical to the bit.
    """
    return {
        "FrameCutter": {
            "frameSize": preprocessing.frame_size,
            "hopSize": preprocessing.hop_size,
            "startFromZero": False,
            # This ratio gives exactly 1 + samples // hop_size frames.
            "validFrameThresholdRatio": 0.5,
            # The streaming default 'noise' adds unseeded noise to silent frames.
            "silentFrames": "keep",
        },
        "Windowing": {
            "type": "hann",
            "size": preprocessing.frame_size,
            "symmetric": False,
            "normalized": False,
            "zeroPadding": preprocessing.fft_size - preprocessing.frame_size,
        },
        "Spectrum": {"size": preprocessing.fft_size},
        # Not MelBands: it accumulates its edges in float32, which makes some cells differ.
        "TriangularBands": {
            "frequencyBands": mel_band_edges(preprocessing).tolist(),
            "inputSize": preprocessing.fft_size // 2 + 1,
            "sampleRate": preprocessing.sample_rate,
            "log": False,
            "normalize": "unit_tri",
            "type": preprocessing.spectrum,
            "weighting": "linear",
        },
    }


class BandExtractor:
    """Mel bands of one signal that arrives in blocks of any size.

    The bands don't depend on how the signal is cut into blocks. One extractor can be used
    for many signals, one after the other; signals at the same time need one each, which
    `for_another_signal` makes at little cost.

    Parameters
    ----------
    preprocessing : Preprocessing
        Parameters of the front end.
    """

    def __init__(self, preprocessing: Preprocessing) -> None:
        standard = load_standard()
        settings = algorithm_settings(preprocessing)
        self.preprocessing = preprocessing
        with quiet_essentia():
            algorithms = [
                getattr(standard, name)(**settings[name])
                for name in ("Windowing", "Spectrum", "TriangularBands")
            ]
        # The native call: the Python class looks up and converts every argument of every
        # call, which takes half as long as the arithmetic.
        self._window, self._spectrum, triangles = (
            algorithm.__compute__ for algorithm in algorithms
        )
        bin_width = preprocessing.sample_rate / preprocessing.fft_size
        self._bins = preprocessing.fft_size // 2 + 1
        self._filterbank = Filterbank(
            triangles,
            mel_band_edges(preprocessing) / bin_width,
            self._bins,
            power=preprocessing.spectrum == "power",
        )
        self.reset()

    def for_another_signal(self) -> "BandExtractor":
        """Return an extractor at the start of a signal, which shares the algorithms.

        They keep nothing from one call to the next, and Essentia lets no other thread of Python
        run during a call.
        """
        other = copy(self)
        other.reset()
        return other

    def reset(self) -> None:
        """Discard the signal so far and start another."""
        half = self.preprocessing.frame_size // 2
        self._waiting = np.zeros(half, dtype=np.float32)
        self._samples = 0
        self._frames = 0

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples and return the bands that they complete.

        Parameters
        ----------
        block : ndarray of float32, shape (samples,)
            The next samples at the chain's rate; any number of samples.

        Returns
        -------
        bands : ndarray of float32, shape (frames, bands)
            Linear amplitudes, or powers; zero or more frames.
        """
        self._samples += len(block)
        return self._bands_of(np.concatenate([self._waiting, block]))

    def finish(self) -> NDArray[np.float32]:
        """Return the bands of the last frames, then reset.

        Returns
        -------
        bands : ndarray of float32, shape (frames, bands)
        """
        missing = self.preprocessing.frame_count(self._samples) - self._frames
        last = self._frames_to_samples(missing) if missing > 0 else 0
        end = np.zeros(max(last - len(self._waiting), 0), dtype=np.float32)
        bands = self._bands_of(np.concatenate([self._waiting, end]), at_most=max(missing, 0))
        self.reset()
        return bands

    def _frames_to_samples(self, frames: int) -> int:
        return (frames - 1) * self.preprocessing.hop_size + self.preprocessing.frame_size

    def _bands_of(
        self, samples: NDArray[np.float32], at_most: int | None = None
    ) -> NDArray[np.float32]:
        settings = self.preprocessing
        count = max(0, (len(samples) - settings.frame_size) // settings.hop_size + 1)
        if at_most is not None:
            count = min(count, at_most)
        bands = np.empty((count, settings.bands), dtype=np.float32)
        for first in range(0, count, _FRAMES_AT_A_TIME):
            last = min(first + _FRAMES_AT_A_TIME, count)
            bands[first:last] = self._filterbank.process(self._spectra_of(samples, first, last))
        # A copy: a view would keep the whole block in memory.
        self._waiting = samples[count * settings.hop_size :].copy()
        self._frames += count
        return bands

    def _spectra_of(
        self, samples: NDArray[np.float32], first: int, last: int
    ) -> NDArray[np.float32]:
        settings, window, spectrum = self.preprocessing, self._window, self._spectrum
        spectra = np.empty((last - first, self._bins), dtype=np.float32)
        for index in range(first, last):
            start = index * settings.hop_size
            spectra[index - first] = spectrum(window(samples[start : start + settings.frame_size]))
        return spectra
