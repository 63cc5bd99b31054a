"""Stimuli have the samples of their sources, faded at both ends; levels are those of the part."""

import numpy as np
import pytest
import soundfile

from quadpred_plugin.errors import AudioError
from quadpred_plugin.selection.candidates import Candidate
from quadpred_plugin.selection.sound import measure_level, write_stimulus
from tests.signals import EXAMPLES

RATE = 44100


def part(path, start, end):
    return Candidate(str(path), start, end, np.full(4, 0.25), 0.0, 0.0, 1.0)


@pytest.fixture
def source(tmp_path):
    """Noise of 16 bits in two channels; returns its path and its samples."""
    samples = np.random.default_rng(0).integers(-20000, 20000, (6 * RATE, 2), dtype=np.int16)
    soundfile.write(tmp_path / "noise.wav", samples, RATE)
    return tmp_path / "noise.wav", samples


@pytest.mark.parametrize("start", [0.0, 1.23456789, 3.0])
def test_samples_without_fades_are_those_of_the_source(source, tmp_path, start):
    path, samples = source
    write_stimulus(tmp_path / "cut.wav", part(path, start, start + 2.5), fade=0)
    cut, rate = soundfile.read(tmp_path / "cut.wav", dtype="int32")
    first = round(start * RATE)
    assert rate == RATE
    # Stored in 24 bits, read in the upper ones of 32.
    expected = samples[first : first + round(2.5 * RATE)].astype(np.int32) << 16
    np.testing.assert_array_equal(cut, expected)


def test_fades_are_halves_of_a_raised_cosine(source, tmp_path):
    path, samples = source
    write_stimulus(tmp_path / "cut.wav", part(path, 1, 4), fade=0.5)
    cut, _ = soundfile.read(tmp_path / "cut.wav")
    original = samples[RATE : 4 * RATE] / 32768
    faded = RATE // 2
    rising = (1 - np.cos(np.pi * (np.arange(faded) + 0.5) / faded)) / 2
    gain = np.concatenate([rising, np.ones(3 * RATE - 2 * faded), rising[::-1]])
    np.testing.assert_allclose(cut, original * gain[:, np.newaxis], atol=2**-22)
    np.testing.assert_array_equal(cut[faded:-faded], original[faded:-faded])


def test_a_compressed_source_is_cut_where_its_decoder_has_the_samples(tmp_path):
    path = EXAMPLES / "q1_joy.ogg"
    decoded, rate = soundfile.read(path, always_2d=True)
    write_stimulus(tmp_path / "cut.wav", part(path, 10.5, 12.5), fade=0)
    cut, cut_rate = soundfile.read(tmp_path / "cut.wav", always_2d=True)
    assert (cut_rate, cut.shape) == (rate, (2 * rate, decoded.shape[1]))
    expected = decoded[round(10.5 * rate) : round(12.5 * rate)]
    # Two decoders of Vorbis, rounded to 24 bits.
    np.testing.assert_allclose(cut, np.clip(expected, -1, 1), atol=1e-5)


def test_samples_beyond_full_scale_are_clipped_and_others_than_numbers_are_zero(tmp_path):
    samples = np.array([0.5, 1.5, -2.0, np.nan, np.inf] * RATE, dtype=np.float32)
    soundfile.write(tmp_path / "loud.wav", samples, RATE, subtype="FLOAT")
    write_stimulus(tmp_path / "cut.wav", part(tmp_path / "loud.wav", 0, 1), fade=0)
    cut, _ = soundfile.read(tmp_path / "cut.wav")
    np.testing.assert_allclose(cut[:5], [0.5, 1, -1, 0, 0], atol=2**-22)


def test_the_level_is_that_of_the_part(tmp_path):
    times = np.arange(20 * 48000) / 48000
    wave = np.sin(2 * np.pi * 1000 * times) * np.where(times < 10, 10 ** (-33 / 20), 0.5)
    soundfile.write(tmp_path / "tone.wav", np.stack([wave, wave], axis=1), 48000)
    assert measure_level(part(tmp_path / "tone.wav", 2, 9)) == pytest.approx(-33, abs=0.1)
    expected = 20 * np.log10(0.5)
    assert measure_level(part(tmp_path / "tone.wav", 11, 19)) == pytest.approx(expected, abs=0.1)


def test_a_source_that_ends_earlier_is_refused(source, tmp_path):
    path, _ = source
    with pytest.raises(AudioError, match=r"^ends after 6\.000 s, before the end"):
        measure_level(part(path, 4, 7))
    with pytest.raises(AudioError, match="ends after"):
        write_stimulus(tmp_path / "cut.wav", part(path, 4, 7), fade=0)
    assert not (tmp_path / "cut.wav").exists()


def test_a_missing_source_is_refused(tmp_path):
    with pytest.raises(AudioError, match="does not exist"):
        measure_level(part(tmp_path / "gone.wav", 0, 1))
