"""The audio in a page equals the file's when decoded by other libraries, and has its size."""

import base64
import io

import librosa
import numpy as np
import pytest
import soundfile

from quadpred_plugin.errors import AudioError
from quadpred_plugin.report.sound import BIT_RATES, choose_bit_rate, encode
from tests.signals import EXAMPLES


def decode(address):
    start = "data:audio/mpeg;base64,"
    assert address.startswith(start)
    return soundfile.read(io.BytesIO(base64.b64decode(address[len(start) :])))


@pytest.mark.parametrize("bit_rate", [BIT_RATES[0], BIT_RATES[-1]])
def test_it_is_the_file_s_sound_at_the_same_time(bit_rate):
    path = EXAMPLES / "q4_calm.ogg"
    original, rate = librosa.load(path, sr=None, mono=True)
    address = encode(path, bit_rate)
    found, found_rate = decode(address)
    assert found_rate == rate == 44100
    assert len(found) == len(original)
    # No delay, so that cursor and audio are synchronous.
    part = slice(10 * rate, 14 * rate)
    lags = range(-50, 51)
    matches = [np.dot(original[part], np.roll(found, lag)[part]) for lag in lags]
    assert lags[int(np.argmax(matches))] == 0
    assert np.corrcoef(original[part], found[part])[0, 1] > 0.98
    expected = len(original) / rate * bit_rate / 8 * 4 / 3
    assert len(address) == pytest.approx(expected, rel=0.02)


def test_every_rate_and_any_number_of_channels(tmp_path, noise):
    for rate, channels in ((8000, 1), (48000, 2), (96000, 6)):
        samples = np.stack([noise(2, seed, rate) for seed in range(channels)], axis=1)
        soundfile.write(tmp_path / "some.wav", samples, rate)
        found, found_rate = decode(encode(tmp_path / "some.wav", 64_000))
        assert (found_rate, found.ndim) == (44100, 1)
        assert len(found) == pytest.approx(2 * 44100, abs=50)


def test_the_bit_rate_is_the_best_that_fits():
    for rate in BIT_RATES:
        exactly = 600 * rate // 8 * 4 // 3
        assert choose_bit_rate(600, exactly) == rate
        assert choose_bit_rate(600, exactly - 1) != rate
    assert choose_bit_rate(600, 1000) is None
    assert choose_bit_rate(0, 1) == BIT_RATES[0]


def test_files_that_are_not_audio_are_reported(tmp_path):
    (tmp_path / "text.wav").write_text("no music")
    with pytest.raises(AudioError, match="is not audio"):
        encode(tmp_path / "text.wav", 64_000)
