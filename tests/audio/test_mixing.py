"""Clipping, mixing and resampling against NumPy and soxr on whole signals."""

import numpy as np
import pytest
import soundfile
import soxr

from quadpred_plugin.audio.mixing import Mixer, open_sound, sound_from_samples
from quadpred_plugin.errors import AudioError
from tests import signals


def read(sound):
    return np.concatenate([np.zeros(0, dtype=np.float32), *sound.blocks])


def stereo(seconds, rate):
    return np.stack([signals.noise(seconds, 1, rate) * 3, signals.noise(seconds, 2, rate)], axis=1)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
def test_clip_mix_and_resample(rate):
    samples = stereo(1.3, rate)
    expected = soxr.resample(np.clip(samples, -1, 1).mean(axis=1), rate, 16000, quality="HQ")
    ours = read(sound_from_samples(samples, rate, 16000))
    assert np.abs(samples).max() > 1
    np.testing.assert_allclose(ours, expected, atol=1e-6)


@pytest.mark.parametrize("size", [1, 100, 4096])
def test_blocks_of_any_size_give_the_same_bits(size):
    samples = stereo(0.2, 44100)
    mixer = Mixer(44100, 16000)
    whole = np.concatenate([mixer.process(samples), mixer.finish()])
    mixer = Mixer(44100, 16000)
    parts = [mixer.process(samples[at : at + size]) for at in range(0, len(samples), size)]
    assert np.array_equal(np.concatenate([*parts, mixer.finish()]), whole)


def test_what_is_not_a_number_is_zero_and_counted():
    samples = signals.noise(1)
    broken = samples.copy()
    broken[[10, 500, 501]] = np.nan, np.inf, -np.inf
    samples[[10, 500, 501]] = 0
    sound = sound_from_samples(broken, 16000, 16000)
    assert np.array_equal(read(sound), samples)
    assert sound.warnings == ["3 samples were not numbers (NaN or infinite) and were read as zero."]


@pytest.mark.parametrize(("suffix", "subtype"), [("wav", "PCM_24"), ("flac", "PCM_16")])
def test_files_equal_their_samples(tmp_path, suffix, subtype):
    path = tmp_path / f"six channels.{suffix}"
    random = np.random.default_rng(5)
    soundfile.write(path, random.uniform(-1, 1, (50000, 6)), 44100, subtype=subtype)
    samples, rate = soundfile.read(path, dtype="float32")
    with open_sound(path, 16000) as sound:
        ours = read(sound)
    assert np.array_equal(ours, read(sound_from_samples(samples, rate, 16000)))
    assert sound.seconds == pytest.approx(50000 / 44100)
    assert sound.warnings == []


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        (np.zeros((2, 3, 4)), 16000, "one or two dimensions"),
        (np.zeros(100, dtype=np.int16), 16000, "floating point"),
        (np.zeros(100), 0, "rate"),
        (np.zeros((100, 0)), 16000, "no channels"),
    ],
)
def test_arrays_that_are_refused(samples, rate, message):
    with pytest.raises(AudioError, match=message):
        sound_from_samples(samples, rate, 16000)
