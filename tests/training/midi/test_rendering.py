"""Rendering, by the real synthesisers: spectra, lengths and the table of renders."""

import csv
from dataclasses import replace

import mido
import numpy as np
import pytest
import soundfile

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.emopia import read_renders, read_tracks
from quadpred_plugin.training.datasets.vgmidi import read_renders as read_piece_renders
from quadpred_plugin.training.datasets.vgmidi import read_tracks as read_pieces
from quadpred_plugin.training.midi import rendering
from quadpred_plugin.training.midi.performance import Performance
from quadpred_plugin.training.midi.rendering import render_clips, synthesise
from quadpred_plugin.training.midi.renditions import read_performances
from tests.training.datasets.tiny import vgmidi
from tests.training.midi.notes import control, off, on, write_notes

RATE = 44100
PLAIN = Performance("timgm", "timgm")


@pytest.fixture
def notes(tmp_path):
    """One long A above middle C, 440 Hz, of two seconds, then a softer E above it, 659 Hz."""
    path = tmp_path / "notes.mid"
    track = mido.MidiTrack()
    for note, velocity in ((69, 100), (76, 60)):
        track.append(mido.Message("note_on", note=note, velocity=velocity, time=0))
        track.append(mido.Message("note_off", note=note, velocity=0, time=4 * 480))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)
    return path


def fundamental(samples):
    """Frequency of the strongest partial of the first second, Hz."""
    second = samples[:RATE] * np.hanning(RATE)
    return int(np.abs(np.fft.rfft(second)).argmax())


def test_a_note_has_its_pitch_and_level(notes):
    samples = synthesise(notes, PLAIN, RATE)
    assert samples.dtype == np.float32 and samples.ndim == 1
    assert np.abs(samples).max() == pytest.approx(0.7, abs=1e-4)
    assert fundamental(samples) == pytest.approx(440, abs=3)
    # The end is where the last note has died away, not where the synthesiser stopped.
    assert 4 < len(samples) / RATE < 6
    assert np.abs(samples[-160:]).max() > 1e-4


@pytest.mark.parametrize("pedal", [False, True])
def test_a_voice_that_never_ends_is_ended(tmp_path, pedal):
    # An organ, whose samples are looped: held for ever by its pedal, or without an end.
    pressed = [control(64, 127)] if pedal else []
    ends = [off(69, time=480)] if pedal else [off(71, time=480)]
    path = write_notes(tmp_path / "endless.mid", [*pressed, on(69), *ends])
    samples = synthesise(path, replace(PLAIN, program=19), RATE)
    # The last event is at half a second; its voice sounds five seconds more.
    assert 5 < len(samples) / RATE < 7.5


@pytest.mark.parametrize("semitones", [-3, 3])
def test_transposition_moves_the_pitch(notes, semitones):
    moved = synthesise(notes, replace(PLAIN, transposition=semitones), RATE)
    assert fundamental(moved) == pytest.approx(440 * 2 ** (semitones / 12), abs=4)


def test_speed_moves_the_second_note(notes):
    slow = synthesise(notes, replace(PLAIN, speed=0.5), RATE)
    plain = synthesise(notes, PLAIN, RATE)
    seconds = slice(int(2.2 * RATE), int(3.2 * RATE))
    assert fundamental(plain[seconds]) == pytest.approx(659, abs=4)
    assert fundamental(slow[seconds]) == pytest.approx(440, abs=3)


def test_another_instrument_sounds_otherwise(notes):
    piano, strings = (synthesise(notes, replace(PLAIN, program=number), RATE) for number in (0, 48))
    # A struck string dies away, a bowed one doesn't.
    late = slice(int(1.2 * RATE), int(1.8 * RATE))
    early = slice(int(0.3 * RATE), int(0.9 * RATE))
    decay = [
        np.sqrt((one[late] ** 2).mean() / (one[early] ** 2).mean()) for one in (piano, strings)
    ]
    assert decay[0] < 0.8 < decay[1]


def dataset(folder, notes):
    rows = [["clip", "path", "song_id", "quadrant", "part"]]
    rows += [["one", notes.name, "song", "Q3", "train"]]
    with open(folder / "labels.csv", "w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return folder


@pytest.fixture
def few_instruments(monkeypatch):
    """Render by the instruments that tests have: the small soundfont, and our synthesisers."""

    def performances(clip, variations):
        varied = Performance("varied1", "timgm", 48, 2, 1.25, 0.9, melody=73, seed=5)
        return [PLAIN, Performance("additive", "additive", 48, seed=3), *[varied] * variations]

    monkeypatch.setattr(rendering, "performances", performances)


@pytest.mark.usefixtures("few_instruments")
def test_clips_become_files_and_a_table_and_the_rest_is_resumed(tmp_path, notes):
    clips = read_tracks(dataset(tmp_path, notes))
    calls = []
    table = render_clips(clips, 1, tmp_path, 2, lambda *numbers: calls.append(numbers))
    renders = read_renders(table)
    assert [one.name for one in renders] == ["one@timgm", "one@additive", "one@varied1"]
    assert {(one.quadrant, one.group, one.part) for one in renders} == {(2, "song", "train")}
    for one in renders:
        about = soundfile.info(one.path)
        assert about.channels == 1
        assert (about.samplerate, about.subtype) in ((44100, "PCM_16"), (48000, "OPUS"))
    before = [one.path.stat().st_mtime_ns for one in renders]
    renders[1].path.unlink()
    render_clips(clips, 1, tmp_path, 2, lambda *numbers: None)
    after = [one.path.stat().st_mtime_ns for one in renders]
    assert (after[0], after[2]) == (before[0], before[2]) and after[1] != before[1]
    assert calls[-1] == (3, 3)


@pytest.mark.usefixtures("few_instruments")
def test_the_table_has_all_settings_of_the_performances(tmp_path, notes):
    clips = read_tracks(dataset(tmp_path, notes))
    found = read_performances(render_clips(clips, 1, tmp_path, 1, lambda *numbers: None))
    assert found == {
        "one@timgm": PLAIN,
        "one@additive": Performance("additive", "additive", 48, seed=3),
        "one@varied1": Performance("varied1", "timgm", 48, 2, 1.25, 0.9, melody=73, seed=5),
    }


@pytest.mark.usefixtures("few_instruments")
def test_pieces_without_quadrants_and_parts_have_their_fold_and_lengths(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    vgmidi(data)
    table = render_clips(read_pieces(data), 1, tmp_path / "out", 1, lambda *numbers: None)
    renders = read_piece_renders(table)
    assert {(one.clip, one.group, one.fold, one.quadrant) for one in renders} == {
        ("piece0", "Star Fox", 3, None),
        ("piece1", "Donkey Kong", 1, None),
    }
    performances = read_performances(table)
    assert [performances[one.name].speed for one in renders] == [1, 1, 1.25] * 2
    assert all(one.path.is_file() for one in renders)


def test_a_third_of_training_and_all_of_validation_use_the_codec(tmp_path, notes, monkeypatch):
    fm = Performance("fm", "fm")
    monkeypatch.setattr(rendering, "performances", lambda clip, variations: [fm])
    (clip,) = read_tracks(dataset(tmp_path, notes))
    coded = {}
    for part in ("train", "validation"):
        clips = [replace(clip, name=f"{part}{number}", part=part) for number in range(20)]
        render_clips(clips, 0, tmp_path / part, 2, lambda *numbers: None)
        with open(tmp_path / part / "renders.csv", newline="") as stream:
            files = [tmp_path / part / row["path"] for row in csv.DictReader(stream)]
        coded[part] = [soundfile.info(file).subtype for file in files]
    assert set(coded["validation"]) == {"OPUS"}
    assert set(coded["train"]) == {"OPUS", "PCM_16"}
    assert 10 < coded["train"].count("PCM_16") < 20


@pytest.mark.parametrize("content", [b"", b"MThd", b"no notes at all"])
def test_what_is_no_midi_file_is_named(tmp_path, content):
    path = tmp_path / "bad.mid"
    path.write_bytes(content)
    with pytest.raises(QuadpredError, match=r"bad\.mid"):
        synthesise(path, PLAIN, RATE)


def test_silence_is_named(tmp_path):
    path = tmp_path / "empty.mid"
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack())
    file.save(path)
    with pytest.raises(QuadpredError, match=r"empty\.mid"):
        synthesise(path, PLAIN, RATE)


def test_a_missing_synthesiser_says_its_package(notes, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    clips = read_tracks(dataset(tmp_path, notes))
    with pytest.raises(QuadpredError, match=r"apt-get install \S*fluidsynth"):
        render_clips(clips, 0, tmp_path, 1, lambda *numbers: None)
