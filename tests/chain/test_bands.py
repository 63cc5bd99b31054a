"""Mel bands against librosa's, which share no code."""

import librosa
import numpy as np
import pytest

from quadpred_plugin.chain.bands import BandExtractor, mel_band_edges
from quadpred_plugin.chain.preprocessing import Preprocessing
from tests import signals

PREPROCESSING = Preprocessing()

# Signals with energy in all bands: every cell must agree.
FULL = {
    "noise": signals.noise(5),
    "gated noise": signals.gated_noise(5),
    "brown noise": signals.brown_noise(5),
    "clicks": signals.clicks(5),
    "fading noise": signals.fading_noise(5),
    "one frame": signals.noise(0.01),
}
# Signals with bands 120 dB below the frame's loudest band, where a float32 Fourier transform
# gives rounding noise: cells within 80 dB of the file's peak must agree.
NARROW = {
    "sine": signals.sine(5),
    "sweep": signals.sweep(5),
    "q1_joy": signals.example("q1_joy"),
    "q2_anger": signals.example("q2_anger"),
    "q3_sadness": signals.example("q3_sadness"),
    "q4_calm": signals.example("q4_calm"),
}


@pytest.fixture(scope="module")
def extractor():
    return BandExtractor(PREPROCESSING)


def bands_of(extractor, signal):
    return np.concatenate([extractor.process(signal), extractor.finish()])


def librosa_bands(signal):
    return librosa.feature.melspectrogram(
        y=signal,
        sr=16000,
        n_fft=2048,
        win_length=1024,
        hop_length=512,
        n_mels=128,
        fmax=8000,
        power=1.0,
        pad_mode="constant",
    ).T


def logarithm(bands, signal):
    return np.log(bands / np.abs(signal).max() + 2.0**-23)


def test_edges_are_librosas():
    edges = librosa.mel_frequencies(130, fmin=0, fmax=8000, htk=False)
    np.testing.assert_allclose(mel_band_edges(PREPROCESSING), edges, rtol=1e-12)


@pytest.mark.parametrize("name", FULL)
def test_every_cell_agrees_with_librosa(extractor, name):
    signal = FULL[name]
    ours, theirs = bands_of(extractor, signal), librosa_bands(signal)
    assert ours.shape == theirs.shape
    assert np.abs(logarithm(ours, signal) - logarithm(theirs, signal)).max() < 0.005


@pytest.mark.parametrize("name", NARROW)
def test_audible_cells_agree_with_librosa(extractor, name):
    signal = NARROW[name]
    ours, theirs = bands_of(extractor, signal), librosa_bands(signal)
    assert ours.shape == theirs.shape
    audible = theirs / np.abs(signal).max() > 1e-4
    assert audible.any()
    difference = np.abs(logarithm(ours, signal) - logarithm(theirs, signal))
    assert difference[audible].max() < 0.005
    # On a linear scale, relative to the loudest cell, all cells agree.
    assert np.abs(ours - theirs).max() < 2e-6 * theirs.max()


@pytest.mark.parametrize("size", [1, 160, 511, 512, 777, 4096, 65536])
def test_blocks_of_any_size_give_the_same_bits(extractor, size):
    signal = signals.noise(0.3 if size == 1 else 3)
    whole = bands_of(extractor, signal)
    blocks = [extractor.process(signal[at : at + size]) for at in range(0, len(signal), size)]
    assert np.array_equal(np.concatenate([*blocks, extractor.finish()]), whole)


@pytest.mark.parametrize("samples", [0, 1, 10, 511, 512, 513, 1023, 1024, 1536, 15871, 15872])
def test_frame_count(extractor, samples):
    signal = signals.noise(1)[:samples]
    expected = 1 + samples // 512 if samples else 0
    assert len(bands_of(extractor, signal)) == expected == PREPROCESSING.frame_count(samples)


def test_an_abandoned_signal_leaves_no_trace(extractor):
    signal = signals.noise(1)
    fresh = bands_of(extractor, signal)
    extractor.process(signals.sine(0.7))
    extractor.reset()
    assert np.array_equal(bands_of(extractor, signal), fresh)
