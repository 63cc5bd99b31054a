"""Filterbank for many frames against Essentia's algorithm for single frames."""

import numpy as np
import pytest
from essentia import standard

from quadpred_plugin.chain.bands import BandExtractor, algorithm_settings
from quadpred_plugin.chain.preprocessing import Preprocessing
from tests import signals

PREPROCESSING = Preprocessing()
POWER = Preprocessing(frame_size=512, hop_size=256, fft_size=512, bands=96, spectrum="power")
# Bands narrower than a bin, bands of hundreds of bins, and a filterbank that skips bins.
OTHERS = {
    "default": PREPROCESSING,
    "narrow bands": Preprocessing(bands=256),
    "wide bands": Preprocessing(bands=8),
    "part of the spectrum": Preprocessing(lowest_frequency=300, highest_frequency=3000),
    "short transform": Preprocessing(frame_size=512, fft_size=512, bands=40),
    "power": Preprocessing(spectrum="power"),
    "power, as musicnn's": POWER,
}


def frame_by_frame(signal, preprocessing):
    """Return the bands of a signal from Essentia's algorithms, shape (frames, bands)."""
    settings = algorithm_settings(preprocessing)
    names = ("Windowing", "Spectrum", "TriangularBands")
    window, spectrum, triangles = (getattr(standard, name)(**settings[name]) for name in names)
    frames = standard.FrameGenerator(
        signal,
        frameSize=preprocessing.frame_size,
        hopSize=preprocessing.hop_size,
        startFromZero=False,
        validFrameThresholdRatio=0.5,
    )
    return np.stack([triangles(spectrum(window(frame))) for frame in frames])


@pytest.mark.parametrize("piece", ["q1_joy", "q2_anger", "q3_sadness", "q4_calm"])
@pytest.mark.parametrize("preprocessing", [PREPROCESSING, POWER], ids=["magnitude", "power"])
def test_music_gives_the_same_bits_in_one_block_as_frame_by_frame(piece, preprocessing):
    signal = signals.example(piece)
    extractor = BandExtractor(preprocessing)
    found = np.concatenate([extractor.process(signal), extractor.finish()])
    assert len(found) > 512
    np.testing.assert_array_equal(found, frame_by_frame(signal, preprocessing)[: len(found)])


@pytest.mark.parametrize("preprocessing", OTHERS.values(), ids=OTHERS)
def test_any_bank_gives_the_same_bits(preprocessing):
    signal = signals.noise(5)
    extractor = BandExtractor(preprocessing)
    found = np.concatenate([extractor.process(signal), extractor.finish()])
    assert np.count_nonzero(found) > found.size / 2
    np.testing.assert_array_equal(found, frame_by_frame(signal, preprocessing)[: len(found)])


@pytest.mark.parametrize("size", [512, 20_000, 40_000])
def test_blocks_of_any_size_give_the_same_bits(size):
    signal = signals.brown_noise(10)
    extractor = BandExtractor(PREPROCESSING)
    parts = [extractor.process(signal[at : at + size]) for at in range(0, len(signal), size)]
    in_parts = np.concatenate([*parts, extractor.finish()])
    in_one = np.concatenate([extractor.process(signal), extractor.finish()])
    np.testing.assert_array_equal(in_parts, in_one)
