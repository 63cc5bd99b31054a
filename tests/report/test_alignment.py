"""Alignment by harmony, against copies of the example pieces whose times are known."""

import librosa
import numpy as np
import pytest
import soundfile
import soxr

from quadpred_plugin.report import alignment
from quadpred_plugin.report.alignment import DOUBTFUL_DISTANCE, align, analyse, read_samples
from quadpred_plugin.report.time_maps import TimeMap, identity
from tests.signals import EXAMPLES

RATE = alignment.SAMPLE_RATE
PIECES = ("q1_joy", "q2_anger", "q3_sadness", "q4_calm")
LARGEST_ERROR = 0.2  # seconds


@pytest.fixture(scope="module")
def pieces():
    return {name: read_samples(EXAMPLES / f"{name}.ogg") for name in PIECES}


def stretched(samples, factor):
    """Return samples that last longer by a factor, at the same pitch; onsets stay sharp."""
    return librosa.effects.time_stretch(samples, rate=1 / factor, n_fft=512)


def check(samples, original, truth):
    """Compare the map of all times but the first and last half second, where the sound fades."""
    time_map, distance = align(samples, original)
    times = np.arange(0.5, len(samples) / RATE - 0.5, 0.1)
    expected = truth(times)
    played = (expected > 0.5) & (expected < len(original) / RATE - 0.5)
    assert played.sum() > 100
    errors = np.abs(time_map(times) - expected)[played]
    assert errors.max() < LARGEST_ERROR, times[played][errors.argmax()]
    assert (np.diff(time_map.own) > 0).all() and (np.diff(time_map.other) >= 0).all()
    assert distance < DOUBTFUL_DISTANCE / 2
    return errors.mean()


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("q1_joy", 0.7),
        ("q2_anger", 1.4),
        ("q3_sadness", 1.15),
        ("q4_calm", 0.85),
        ("q3_sadness", 1),
    ],
)
def test_a_copy_stretched_by_a_factor(pieces, name, factor):
    samples = stretched(pieces[name], factor)
    assert check(samples, pieces[name], lambda times: times / factor) < 0.05


@pytest.mark.parametrize("factor", [2 ** (-1 / 12), 2 ** (2 / 12)])
def test_a_copy_played_at_another_speed_is_in_another_key(pieces, factor):
    samples = soxr.resample(pieces["q1_joy"], RATE, RATE * factor)
    assert check(samples, pieces["q1_joy"], lambda times: times / factor) < 0.05


@pytest.mark.parametrize("name", ["q2_anger", "q4_calm"])
def test_a_change_of_tempo_after_silence(pieces, name):
    """Five silent seconds, then the first half faster and the second half slower."""
    original = pieces[name]
    half = len(original) // 2
    fast, slow = stretched(original[:half], 0.85), stretched(original[half:], 1.2)
    samples = np.concatenate([np.zeros(5 * RATE, dtype=np.float32), fast, slow])
    turn = 5 + len(fast) / RATE

    def truth(times):
        early = (times - 5) / 0.85
        return np.where(times < turn, early, half / RATE + (times - turn) / 1.2)

    assert check(samples, original, truth) < 0.06


def test_long_recordings_are_aligned_in_sections(pieces, monkeypatch):
    """The four pieces after one another, each with a factor of its own."""
    monkeypatch.setattr(alignment, "MOST_FRAMES", 800)
    factors = (0.9, 1.2, 1.1, 0.8)
    original = np.concatenate([pieces[name] for name in PIECES])
    parts = [stretched(pieces[name], factor) for name, factor in zip(PIECES, factors)]
    own = np.cumsum([0, *map(len, parts)]) / RATE
    other = np.cumsum([0, *(len(pieces[name]) for name in PIECES)]) / RATE
    samples = np.concatenate(parts)
    assert len(samples) / alignment.HOP > 3 * alignment.MOST_FRAMES
    time_map, _ = align(samples, original)
    times = np.arange(0.5, own[-1] - 0.5, 0.1)
    found = time_map(times)
    errors = np.abs(found - np.interp(times, own, other))
    # Between pieces one fades out, and nothing says when.
    inside = np.abs(times[:, np.newaxis] - own).min(axis=1) > 2.5
    assert errors[inside].max() < LARGEST_ERROR
    assert errors.max() < 1
    monkeypatch.setattr(alignment, "MOST_FRAMES", 4000)
    assert found == pytest.approx(align(samples, original)[0](times), abs=0.05)


def test_other_pieces_are_doubtful(pieces):
    for name in PIECES[1:]:
        assert align(pieces[name], pieces["q1_joy"])[1] > DOUBTFUL_DISTANCE


def test_blocks_give_the_frames_of_the_whole(pieces, monkeypatch):
    whole = analyse(pieces["q2_anger"], alignment.HOP)
    monkeypatch.setattr(alignment, "_BLOCK", 100)
    blocks = analyse(pieces["q2_anger"], alignment.HOP)
    assert blocks.chroma == pytest.approx(whole.chroma, abs=1e-6)
    assert blocks.onsets == pytest.approx(whole.onsets, abs=1e-5)
    # librosa's own chroma of the same frames, in zeros at both ends.
    spectrum = librosa.stft(
        pieces["q2_anger"], n_fft=2048, hop_length=alignment.HOP, pad_mode="constant"
    )
    minute = pieces["q2_anger"]
    expected = librosa.feature.chroma_stft(
        S=np.abs(spectrum) ** 2, sr=RATE, tuning=librosa.estimate_tuning(y=minute, sr=RATE), norm=2
    ).T
    count = min(len(expected), len(whole.chroma))
    loud = expected[:count].sum(axis=1) > 0
    difference = np.abs(whole.chroma[:count] - expected[:count]).max(axis=1)
    assert np.median(difference[loud]) < 1e-4


@pytest.mark.parametrize("seconds", [0.05, 0.5, 3])
def test_short_and_odd_signals_have_a_map(seconds, noise):
    samples = noise(seconds, 1, RATE).astype(np.float32)
    time_map, distance = align(samples, noise(2, 2, RATE).astype(np.float32))
    found = time_map(np.linspace(0, seconds, 5))
    assert np.isfinite(found).all() and 0 <= distance <= 1
    click = np.zeros(RATE, dtype=np.float32)
    click[100] = 1
    assert np.isfinite(align(samples, click)[0](np.array([0.0, 1.0]))).all()


def test_samples_are_mono_at_the_rate_of_alignment(tmp_path, noise):
    samples = np.stack([noise(1, 1, 44100), noise(1, 2, 44100)], axis=1)
    soundfile.write(tmp_path / "two.wav", samples, 44100, subtype="FLOAT")
    found = read_samples(tmp_path / "two.wav")
    assert len(found) == pytest.approx(RATE, abs=2)


def test_the_identity_changes_nothing():
    times = np.array([0.0, 3.5])
    assert identity()(times).tolist() == [0.0, 3.5]
    assert TimeMap(np.array([1.0]), np.array([0.5]))(times).tolist() == [-0.5, 3.0]
