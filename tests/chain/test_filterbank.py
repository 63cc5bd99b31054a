"""Bands of many frames at once against Essentia's algorithm, frame by frame."""

import numpy as np
import pytest
from essentia import standard

from quadpred_plugin.chain.bands import BandExtractor, algorithm_settings
from quadpred_plugin.chain.preprocessing import Preprocessing
from tests import signals

NUMBERS = Preprocessing()
# Bands narrower than a bin, bands over hundreds of bins, and a bank that leaves bins out.
OTHERS = {
    "as the chain's": NUMBERS,
    "narrow bands": Preprocessing(bands=256),
    "wide bands": Preprocessing(bands=8),
    "part of the spectrum": Preprocessing(lowest_frequency=300, highest_frequency=3000),
    "short transform": Preprocessing(frame_size=512, fft_size=512, bands=40),
}


def frame_by_frame(signal, numbers):
    """Return the bands of a signal by Essentia's algorithms alone, shape (frames, bands)."""
    settings = algorithm_settings(numbers)
    names = ("Windowing", "Spectrum", "TriangularBands")
    window, spectrum, triangles = (getattr(standard, name)(**settings[name]) for name in names)
    frames = standard.FrameGenerator(
        signal,
        frameSize=numbers.frame_size,
        hopSize=numbers.hop_size,
        startFromZero=False,
        validFrameThresholdRatio=0.5,
    )
    return np.stack([triangles(spectrum(window(frame))) for frame in frames])


@pytest.mark.parametrize("piece", ["q1_joy", "q2_anger", "q3_sadness", "q4_calm"])
def test_music_gives_the_same_bits_in_one_block_as_frame_by_frame(piece):
    signal = signals.example(piece)
    extractor = BandExtractor(NUMBERS)
    found = np.concatenate([extractor.process(signal), extractor.finish()])
    assert len(found) > 512
    np.testing.assert_array_equal(found, frame_by_frame(signal, NUMBERS)[: len(found)])


@pytest.mark.parametrize("numbers", OTHERS.values(), ids=OTHERS)
def test_any_bank_gives_the_same_bits(numbers):
    signal = signals.noise(5)
    extractor = BandExtractor(numbers)
    found = np.concatenate([extractor.process(signal), extractor.finish()])
    assert np.count_nonzero(found) > found.size / 2
    np.testing.assert_array_equal(found, frame_by_frame(signal, numbers)[: len(found)])


@pytest.mark.parametrize("size", [512, 20_000, 40_000])
def test_blocks_of_any_size_give_the_same_bits(size):
    signal = signals.brown_noise(10)
    extractor = BandExtractor(NUMBERS)
    parts = [extractor.process(signal[at : at + size]) for at in range(0, len(signal), size)]
    in_parts = np.concatenate([*parts, extractor.finish()])
    in_one = np.concatenate([extractor.process(signal), extractor.finish()])
    np.testing.assert_array_equal(in_parts, in_one)
