"""Mel bands against librosa's, which share no code."""

import librosa
import numpy as np
import pytest

from quadpred_plugin.chain.bands import BandExtractor, mel_band_edges
from quadpred_plugin.chain.preprocessing import Preprocessing
from tests import signals

PREPROCESSING = Preprocessing()
POWER = Preprocessing(frame_size=512, hop_size=256, fft_size=512, bands=96, spectrum="power")

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


def streamed_bands(preprocessing, signal):
    """Return the bands of Essentia's streaming algorithms."""
    import essentia
    from essentia.streaming import VectorInput

    from quadpred_plugin.streaming import TensorflowInputQuad

    source, network, pool = VectorInput(signal), TensorflowInputQuad(preprocessing), essentia.Pool()
    source.data >> network.signal
    network.bands >> (pool, "bands")
    essentia.run(source)
    return pool["bands"]


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


@pytest.mark.parametrize("name", [*FULL, *NARROW])
def test_power_bands_agree_with_librosa(name):
    """The front end of musicnn, up to its logarithm."""
    signal = {**FULL, **NARROW}[name]
    ours = bands_of(BandExtractor(POWER), signal)
    theirs = librosa.feature.melspectrogram(
        y=signal,
        sr=16000,
        n_fft=512,
        hop_length=256,
        n_mels=96,
        fmin=0,
        fmax=8000,
        htk=False,
        norm="slaney",
        power=2.0,
        center=True,
        pad_mode="constant",
    ).T
    assert ours.shape == theirs.shape == (1 + len(signal) // 256, 96)
    assert np.abs(ours - theirs).max() < 2e-6 * theirs.max()
    # What musicnn's logarithm can tell apart, for a signal of full scale.
    loud = np.abs(signal).max() ** 2
    difference = np.log10(10_000 * ours / loud + 1) - np.log10(10_000 * theirs / loud + 1)
    assert np.abs(difference).max() < 1e-4


@pytest.mark.parametrize("frame, hop", [(512, 256), (1024, 512), (400, 160), (512, 128)])
def test_frames_of_other_front_ends(frame, hop):
    preprocessing = Preprocessing(
        frame_size=frame, hop_size=hop, fft_size=512 * (frame // 512 or 1)
    )
    extractor = BandExtractor(preprocessing)
    for samples in (1, frame // 2, hop - 1, hop, hop + 1, 10 * hop - 1, 10 * hop, 10 * hop + frame):
        signal = signals.noise(2)[:samples]
        found = bands_of(extractor, signal)
        assert len(found) == 1 + samples // hop == preprocessing.frame_count(samples)
        assert np.array_equal(found, streamed_bands(preprocessing, signal))


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
