"""Performances: exact speeds, melody and accompaniment, programs."""

from collections import defaultdict

import pytest

from quadpred_plugin.training.midi.performance import Performance, perform
from quadpred_plugin.training.midi.synthesis import sounding_notes
from tests.training.midi.notes import control, off, on, write_notes

PEDAL, BANK = 64, 0
DUET = Performance("duet", "timgm", program=48, melody=73)


def program_of_pitches(path, performance, folder):
    """Pitches by program, as another reader of the performed file finds them."""
    perform(path, performance).save(folder / "performed.mid")
    found = defaultdict(list)
    for note in sounding_notes(folder / "performed.mid"):
        found[note.program].append(note.pitch)
    return dict(found)


@pytest.mark.parametrize("ticks", [24, 48, 96, 480, 1024])
@pytest.mark.parametrize("speed", [0.873, 1.0, 1.061])
def test_coarse_ticks_don_t_round_the_speed(tmp_path, ticks, speed):
    path = write_notes(tmp_path / "a.mid", [on(60), off(60, 200 * ticks)], ticks=ticks)
    performed = perform(path, Performance("fast", "timgm", speed=speed))
    assert performed.length == pytest.approx(100 / speed, rel=2e-3)


def test_the_highest_track_is_the_melody(tmp_path):
    # Both hands of a piano are often on one channel; the left hand may cross the right one.
    right = [on(72), off(72, 480), on(74), off(74, 480)]
    left = [on(48), off(48, 480), on(80), off(80, 480)]
    path = write_notes(tmp_path / "hands.mid", left, right)
    found = program_of_pitches(path, DUET, tmp_path)
    assert found == {73: [72, 74], 48: [48, 80]}
    third = [on(90, channel=2), off(90, 960, channel=2)]
    path = write_notes(tmp_path / "trio.mid", left, right, third)
    assert program_of_pitches(path, DUET, tmp_path) == {73: [90], 48: [48, 72, 74, 80]}


def test_a_single_track_is_split_at_its_median(tmp_path):
    chord = [on(48), on(60), on(64), on(72)]
    path = write_notes(tmp_path / "piano.mid", [*chord, off(48, 480), off(60), off(64), off(72)])
    found = program_of_pitches(path, DUET, tmp_path)
    assert found == {48: [48, 60], 73: [64, 72]}


def test_the_pedal_holds_the_accompaniment_alone(tmp_path):
    messages = [control(PEDAL, 127), on(48), on(72), off(48, 480), off(72), control(PEDAL, 0, 480)]
    path = write_notes(tmp_path / "pedal.mid", messages)
    perform(path, DUET).save(tmp_path / "performed.mid")
    seconds = {one.pitch: one.seconds for one in sounding_notes(tmp_path / "performed.mid")}
    assert seconds == {48: 1, 72: 0.5}
    right = [control(PEDAL, 127), on(72), off(72, 480), control(PEDAL, 0, 480)]
    path = write_notes(tmp_path / "hands.mid", right, [on(48), off(48, 480)])
    perform(path, DUET).save(tmp_path / "performed.mid")
    seconds = {one.pitch: one.seconds for one in sounding_notes(tmp_path / "performed.mid")}
    # The pedal of the right hand's track is the piano's, so it holds the left hand's notes too.
    assert seconds == {48: 1, 72: 0.5}


def test_programs_and_banks_of_the_file_are_replaced(tmp_path):
    messages = [control(BANK, 8), {"type": "program_change", "program": 5, "time": 0}]
    path = write_notes(tmp_path / "bank.mid", [*messages, on(60), off(60, 480)])
    performed = perform(path, Performance("strings", "timgm", 48))
    assert [one.program for one in performed.tracks[0] if one.type == "program_change"] == [48, 48]
    assert [one.value for one in performed.tracks[0] if one.type == "control_change"] == [0]


def test_a_file_without_notes_has_no_melody(tmp_path):
    path = write_notes(tmp_path / "empty.mid", [control(PEDAL, 127)])
    assert program_of_pitches(path, DUET, tmp_path) == {}
