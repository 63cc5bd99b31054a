"""What is played is what was written: chords, registers and how densely, counted by hand."""

import mido
import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.midi.note_features import (
    KEYS,
    LOWEST_KEY,
    VALUES,
    describe,
    read_notes,
)
from quadpred_plugin.training.midi.performance import Performance

NUMBERS = Preprocessing()
PLAIN = Performance("plain", "timgm")
# Columns of the values.
INTERVALS, MAJOR, MINOR, DIFFERENCE = slice(12, 18), 18, 19, 20
BEGUN, VELOCITY, MEAN, SPREAD, LOWEST, HIGHEST, DOWN = range(21, 28)


def write_chords(path, chords, seconds=2.0, velocity=80):
    """Write chords of so many seconds each, one after the other, at 120 beats a minute."""
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
    """C major, two seconds, then A minor an octave lower."""
    path = write_chords(tmp_path / "chords.mid", [(60, 64, 67), (45, 48, 52)])
    return describe(read_notes(path, PLAIN), frames_of(4), NUMBERS)


def test_major_and_minor_are_told_apart(two_chords):
    glad, sad = two_chords.values[0], two_chords.values[-1]
    assert glad[MAJOR] == pytest.approx(1) and sad[MINOR] == pytest.approx(1)
    # The best triad of the other mode shares two of the three.
    assert glad[DIFFERENCE] == pytest.approx(1 / 3) and sad[DIFFERENCE] == pytest.approx(-1 / 3)
    third, fifth = [4, 3], 7
    for values, its_third in zip((glad, sad), third):
        expected = np.zeros(12)
        expected[[0, its_third, fifth]] = 1 / 3
        np.testing.assert_allclose(values[:12], expected, atol=1e-6)
        # Each of the three pairs once: minor third, major third, fifth, which is a fourth down.
        np.testing.assert_allclose(values[INTERVALS], [0, 0, 1 / 9, 1 / 9, 1 / 9, 0], atol=1e-6)


def test_register_and_density_are_counted(two_chords):
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
    # The window in whose middle the chord changes hears half of each.
    middle = int(np.abs(two_chords.times - 2).argmin())
    share = 0.5 - (two_chords.times[middle] - 2) / NUMBERS.patch_seconds
    assert two_chords.keys[middle, 60 - LOWEST_KEY] == pytest.approx(share, abs=0.05)
    assert two_chords.keys[middle, 45 - LOWEST_KEY] == pytest.approx(1 - share, abs=0.05)


def test_a_performance_is_described_as_it_is_played(tmp_path):
    path = write_chords(tmp_path / "chords.mid", [(60, 64, 67), (45, 48, 52)])
    faster = Performance("varied1", "timgm", transposition=2, speed=2.0, loudness=0.5)
    notes = read_notes(path, faster)
    np.testing.assert_allclose(notes[:3, :2], [[0, 1]] * 3, atol=2e-3)
    assert sorted(notes[:, 2]) == [47, 50, 54, 62, 66, 69]
    assert set(notes[:, 3]) == {40}


def test_keys_that_no_piano_has_are_its_outermost(tmp_path):
    notes = read_notes(write_chords(tmp_path / "wide.mid", [(2, 120)]), PLAIN)
    assert sorted(notes[:, 2]) == [21, 108]


def test_silence_has_no_notes_in_it(tmp_path):
    path = write_chords(tmp_path / "short.mid", [(60, 64, 67)], seconds=0.5)
    played = describe(read_notes(path, PLAIN), frames_of(4), NUMBERS)
    assert not played.keys[-1].any() and played.values[-1][DOWN] == 0
    assert np.isfinite(played.values).all()


def test_a_note_that_never_ends_ends_where_it_is_struck_again(tmp_path):
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
    with pytest.raises(QuadpredError, match=r"empty\.mid holds no note"):
        read_notes(path, PLAIN)
    path.write_bytes(b"MThd")
    with pytest.raises(QuadpredError, match=r"empty\.mid can't be read as MIDI"):
        read_notes(path, PLAIN)
