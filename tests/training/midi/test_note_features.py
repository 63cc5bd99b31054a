"""Note features of known chords, against values computed manually."""

import mido
import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.midi.note_features import (
    KEYS,
    LOWEST_KEY,
    VALUES,
    note_features,
    read_notes,
)
from quadpred_plugin.training.midi.performance import Performance

NUMBERS = Preprocessing()
PLAIN = Performance("plain", "timgm")
# Columns of the values.
INTERVALS, MAJOR, MINOR, DIFFERENCE = slice(12, 18), 18, 19, 20
BEGUN, VELOCITY, MEAN, SPREAD, LOWEST, HIGHEST, DOWN = range(21, 28)


def write_chords(path, chords, seconds=2.0, velocity=80):
    """Write consecutive chords of the same duration, at 120 beats per minute."""
    track = mido.MidiTrack()
    for chord in chords:
        for note in chord:
            track.append(mido.Message("note_on", note=note, velocity=velocity, time=0))
        for number, note in enumerate(chord):
            ticks = round(seconds * 960) if number == 0 else 0
            track.append(mido.Message("note_off", note=note, time=ticks))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)
    return path


def frames_of(seconds):
    return NUMBERS.frame_count(round(seconds * NUMBERS.sample_rate))


@pytest.fixture
def two_chords(tmp_path):
    """Two seconds of C major, then two of A minor an octave lower."""
    path = write_chords(tmp_path / "chords.mid", [(60, 64, 67), (45, 48, 52)])
    return note_features(read_notes(path, PLAIN), frames_of(4), NUMBERS)


def test_major_and_minor_triads(two_chords):
    major, minor = two_chords.values[0], two_chords.values[-1]
    assert major[MAJOR] == pytest.approx(1) and minor[MINOR] == pytest.approx(1)
    # The best triad of the other mode has two of the three pitch classes.
    assert major[DIFFERENCE] == pytest.approx(1 / 3) and minor[DIFFERENCE] == pytest.approx(-1 / 3)
    for values, third in zip((major, minor), (4, 3)):
        expected = np.zeros(12)
        expected[[0, third, 7]] = 1 / 3
        np.testing.assert_allclose(values[:12], expected, atol=1e-6)
        # One pair each: minor third, major third, and fifth, which is a fourth downwards.
        np.testing.assert_allclose(values[INTERVALS], [0, 0, 1 / 9, 1 / 9, 1 / 9, 0], atol=1e-6)


def test_register_and_density(two_chords):
    first, last = two_chords.values[0], two_chords.values[-1]
    assert (first[LOWEST], first[HIGHEST], first[DOWN]) == pytest.approx((60, 67, 3))
    assert first[MEAN] == pytest.approx(np.mean([60, 64, 67]), abs=1e-4)
    assert first[SPREAD] == pytest.approx(np.std([60, 64, 67]), abs=1e-2)
    assert first[BEGUN] == pytest.approx(np.log(4)) and first[VELOCITY] == pytest.approx(80)
    assert (last[LOWEST], last[BEGUN], last[VELOCITY]) == (45, 0, 0)


def test_windows_are_patches_every_half_patch(two_chords):
    assert two_chords.keys.shape == (len(two_chords.times), KEYS)
    assert two_chords.values.shape == (len(two_chords.times), VALUES)
    assert two_chords.times[0] == pytest.approx(NUMBERS.patch_seconds / 2)
    steps = np.diff(two_chords.times)
    np.testing.assert_allclose(steps, NUMBERS.patch_size // 2 * NUMBERS.frame_seconds, rtol=1e-5)
    # The window around the change of chord contains half of each.
    middle = int(np.abs(two_chords.times - 2).argmin())
    share = 0.5 - (two_chords.times[middle] - 2) / NUMBERS.patch_seconds
    assert two_chords.keys[middle, 60 - LOWEST_KEY] == pytest.approx(share, abs=0.05)
    assert two_chords.keys[middle, 45 - LOWEST_KEY] == pytest.approx(1 - share, abs=0.05)


def test_notes_of_a_performance(tmp_path):
    path = write_chords(tmp_path / "chords.mid", [(60, 64, 67), (45, 48, 52)])
    faster = Performance("varied1", "timgm", transposition=2, speed=2.0, loudness=0.5)
    notes = read_notes(path, faster)
    np.testing.assert_allclose(notes[:3, :2], [[0, 1]] * 3, atol=2e-3)
    assert sorted(notes[:, 2]) == [47, 50, 54, 62, 66, 69]
    assert set(notes[:, 3]) == {40}


def test_notes_beyond_a_piano_are_clipped(tmp_path):
    notes = read_notes(write_chords(tmp_path / "wide.mid", [(2, 120)]), PLAIN)
    assert sorted(notes[:, 2]) == [21, 108]


def test_silence_has_no_notes(tmp_path):
    path = write_chords(tmp_path / "short.mid", [(60, 64, 67)], seconds=0.5)
    features = note_features(read_notes(path, PLAIN), frames_of(4), NUMBERS)
    assert not features.keys[-1].any() and features.values[-1][DOWN] == 0
    assert np.isfinite(features.values).all()


def test_a_note_without_end_ends_at_its_repetition(tmp_path):
    track = mido.MidiTrack()
    for _ in range(2):
        track.append(mido.Message("note_on", note=60, velocity=70, time=480))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(tmp_path / "open.mid")
    notes = read_notes(tmp_path / "open.mid", PLAIN)
    np.testing.assert_allclose(notes[:, :2], [[0.5, 1.0], [1.0, 1.0]])


def test_a_file_without_notes_is_an_error(tmp_path):
    path = write_chords(tmp_path / "empty.mid", [])
    with pytest.raises(QuadpredError, match=r"empty\.mid contains no notes"):
        read_notes(path, PLAIN)
    path.write_bytes(b"MThd")
    with pytest.raises(QuadpredError, match=r"empty\.mid can't be read as MIDI"):
        read_notes(path, PLAIN)
