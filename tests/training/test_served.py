"""Audio as users' files are served: against soxr on whole signals, and by the bands it gives."""

import numpy as np
import pytest
import soundfile
import soxr

from quadpred_plugin.audio.mixing import open_sound
from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.inference import load_model
from quadpred_plugin.training.evaluation.served_predictions import predict_served
from quadpred_plugin.training.features import logarithmic_bands
from quadpred_plugin.training.served import double_rate, open_served, read_at_users_rate, read_mono
from tests import signals


def read(opened):
    with opened as sound:
        return np.concatenate(list(sound.blocks)), sound.seconds


def stereo(rate):
    """Two channels, one of which exceeds full scale."""
    return np.stack([signals.noise(3, 1, rate) * 3, signals.noise(3, 2, rate)], axis=1)


@pytest.fixture
def write(tmp_path):
    def run(samples, rate, name="a.wav"):
        soundfile.write(tmp_path / name, samples, rate, subtype="FLOAT")
        return tmp_path / name

    return run


def power(samples):
    """Return the mean power spectrum, dB, up to 7.7 kHz."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::512]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(1024))) ** 2
    return 10 * np.log10(spectra.mean(axis=0))[: 7700 * 1024 // 16000]


def test_the_chain_s_rate_is_taken_to_44100_hertz_first(write):
    samples = stereo(16000)
    served, seconds = read(open_served(write(samples, 16000), 16000))
    mono = np.clip(samples, -1, 1).mean(axis=1)
    # Without a filter: the spectrum as it is, and nothing above.
    spectrum = np.zeros(44100 * 3 // 2 + 1, complex)
    spectrum[: 8000 * 3 + 1] = np.fft.rfft(mono)
    higher = np.clip(np.fft.irfft(spectrum) * 44100 / 16000, -1, 1)
    expected = soxr.resample(higher, 44100, 16000, quality="HQ")
    assert len(served) == len(expected) and seconds == pytest.approx(3, abs=1e-4)
    inside = slice(2000, -2000)
    np.testing.assert_allclose(served[inside], expected[inside], atol=3e-3)
    np.testing.assert_allclose(power(served[inside]), power(expected[inside]), atol=0.02)


@pytest.mark.parametrize("rate", [8000, 22050, 32000, 44100, 48000])
def test_other_rates_are_opened_as_ever(write, rate):
    path = write(stereo(rate), rate)
    served, plain = read(open_served(path, 16000)), read(open_sound(path, 16000))
    assert np.array_equal(served[0], plain[0]) and served[1] == plain[1]


@pytest.mark.parametrize("rate", [22050, 32000, 48000])
def test_other_rates_pass_the_filter_as_they_are(write, rate):
    samples = signals.noise(3, 1, rate)
    raised = soxr.resample(samples, rate, 44100, quality="VHQ")
    plain = read(open_sound(write(samples, rate), 16000))[0]
    other = read(open_sound(write(raised, 44100, "b.wav"), 16000))[0]
    np.testing.assert_allclose(power(plain), power(other), atol=0.2)


def test_a_doubled_rate_keeps_samples_and_adds_nothing_above():
    samples = signals.noise(2, 4)
    doubled = np.concatenate(list(double_rate([samples])))
    assert np.array_equal(doubled[::2], samples) and len(doubled) == 2 * len(samples)
    parts = np.concatenate(list(double_rate(np.array_split(samples, 37))))
    np.testing.assert_allclose(parts, doubled, atol=2e-6)
    impulse = np.zeros(16000, np.float32)
    impulse[8000] = 1
    gains = np.abs(np.fft.rfft(np.concatenate(list(double_rate([impulse]))))) / 2
    np.testing.assert_allclose(gains[:7980], 1, atol=2e-4)
    assert gains[8021:].max() < 1e-4


def test_samples_at_their_own_rate_and_at_users_rate(write):
    samples = stereo(48000)
    mono = np.clip(samples, -1, 1).mean(axis=1)
    ours, rate = read_mono(write(samples, 48000))
    assert rate == 48000 and ours.dtype == np.float32
    np.testing.assert_allclose(ours, mono, atol=1e-7)
    expected = np.clip(soxr.resample(mono, 48000, 44100, quality="VHQ"), -1, 1)
    np.testing.assert_allclose(read_at_users_rate(write(samples, 48000)), expected, atol=2e-6)
    same = write(stereo(44100), 44100)
    assert np.array_equal(read_at_users_rate(same), read_mono(same)[0])


def test_an_empty_file_has_no_samples(tmp_path):
    (tmp_path / "empty.wav").touch()
    assert len(read_at_users_rate(tmp_path / "empty.wav")) == 0
    assert len(read_mono(tmp_path / "empty.wav")[0]) == 0


def test_bands_of_a_copy_are_those_of_the_file(write):
    """A copy without the roll-off differs in the upper bands, and hardly once it is served."""
    samples, rate = soundfile.read(signals.EXAMPLES / "q1_joy.ogg", dtype="float32")
    spectrum = np.fft.rfft(samples[: 10 * rate], axis=0)
    # A brick wall at 8 kHz: every third-party resampler lies between it and ours.
    copy = np.fft.irfft(spectrum[: 80000 + 1], axis=0) * (16000 / rate)
    path, other = write(samples[: 10 * rate], rate), write(copy, 16000, "copy.wav")
    front_end = Preprocessing()
    file, served = (logarithmic_bands(one, front_end) for one in (path, other))
    extractor, peak = BandExtractor(front_end), np.abs(copy).max()
    with open_sound(other, 16000) as sound:
        bands = np.concatenate([*map(extractor.process, sound.blocks), extractor.finish()])
    direct = np.log(bands / peak + front_end.logarithm_floor)
    shift, served_shift = (
        (one[: len(file)] - file[: len(one)]).mean(axis=0) for one in (direct, served)
    )
    assert np.abs(shift[:120]).max() < 0.05 and np.abs(served_shift[:127]).max() < 0.05
    assert shift[127] > 2 and abs(served_shift[127]) < 0.3


def test_predictions_of_copies_and_of_files(write):
    samples, rate = soundfile.read(signals.EXAMPLES / "q2_anger.ogg", dtype="float32")
    model = load_model()
    path = write(samples, rate)
    assert np.array_equal(predict_served(model, path).quadrants, model.predict(path).quadrants)
    copy = write(signals.example("q2_anger"), 16000, "copy.wav")
    served = predict_served(model, copy)
    higher = read_at_users_rate(copy)
    assert np.array_equal(served.quadrants, model.predict((higher, 44100)).quadrants)
