"""Rendering, by the real synthesiser: spectra, lengths and the table of renders."""

import csv
from collections import Counter
from dataclasses import replace

import mido
import numpy as np
import pytest
import soundfile

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.datasets.emopia import read_renders, read_tracks
from quadpred_plugin.training.midi import renditions
from quadpred_plugin.training.midi.performance import Performance
from quadpred_plugin.training.midi.rendering import SAMPLE_RATE, render_clips, synthesise
from quadpred_plugin.training.midi.renditions import (
    HELD_BACK,
    TRAINING_SOUNDFONTS,
    VALIDATION_SOUNDFONTS,
    performances,
)

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
    second = samples[:SAMPLE_RATE] * np.hanning(SAMPLE_RATE)
    return int(np.abs(np.fft.rfft(second)).argmax())


def test_a_note_has_its_pitch_and_level(notes):
    samples = synthesise(notes, PLAIN)
    assert samples.dtype == np.float32 and samples.ndim == 1
    assert np.abs(samples).max() == pytest.approx(0.7, abs=1e-4)
    assert fundamental(samples) == pytest.approx(440, abs=3)
    # The end is where the last note has died away, not where the synthesiser stopped.
    assert 4 < len(samples) / SAMPLE_RATE < 6
    assert np.abs(samples[-160:]).max() > 1e-4


@pytest.mark.parametrize("semitones", [-3, 3])
def test_transposition_moves_the_pitch(notes, semitones):
    moved = synthesise(notes, replace(PLAIN, transposition=semitones))
    assert fundamental(moved) == pytest.approx(440 * 2 ** (semitones / 12), abs=4)


def test_speed_moves_the_second_note(notes):
    slow = synthesise(notes, replace(PLAIN, speed=0.5))
    plain = synthesise(notes, PLAIN)
    seconds = slice(int(2.2 * SAMPLE_RATE), int(3.2 * SAMPLE_RATE))
    assert fundamental(plain[seconds]) == pytest.approx(659, abs=4)
    assert fundamental(slow[seconds]) == pytest.approx(440, abs=3)


def test_another_instrument_sounds_otherwise(notes):
    piano, strings = (synthesise(notes, replace(PLAIN, program=number)) for number in (0, 48))
    # A struck string dies away, a bowed one doesn't.
    late = slice(int(1.2 * SAMPLE_RATE), int(1.8 * SAMPLE_RATE))
    early = slice(int(0.3 * SAMPLE_RATE), int(0.9 * SAMPLE_RATE))
    decay = [
        np.sqrt((one[late] ** 2).mean() / (one[early] ** 2).mean()) for one in (piano, strings)
    ]
    assert decay[0] < 0.8 < decay[1]


def test_performances_are_seeded_and_kept_apart():
    clip = Track("emopia", "clip", None, 0, "song", part="train")
    every = performances(clip, 40)
    ways = [one for one in every if one.label != HELD_BACK]
    assert every == performances(clip, 40) and len({one.label for one in ways}) == 42
    assert ways[:2] == performances(clip, 0)[:2]
    assert {one.soundfont for one in ways} == set(TRAINING_SOUNDFONTS)
    assert len({one.soundfont for one in ways[:2]}) == 2
    plain = [performances(replace(clip, name=f"clip{n}"), 0) for n in range(200)]
    used = Counter(one.soundfont for two in plain for one in two)
    assert set(used) == {*TRAINING_SOUNDFONTS, HELD_BACK} and min(used.values()) > 70
    held_out = performances(replace(clip, part="validation"), 40)
    assert [one.soundfont for one in held_out] == list(VALIDATION_SOUNDFONTS)
    assert HELD_BACK in VALIDATION_SOUNDFONTS and HELD_BACK not in TRAINING_SOUNDFONTS
    assert {one.transposition for one in held_out} == {0}
    programs = np.array([one.program for one in ways[2:]])
    assert 0.2 < (programs > 1).mean() < 0.8


def dataset(folder, notes):
    rows = [["clip", "path", "song_id", "quadrant", "part"]]
    rows += [["one", notes.name, "song", "Q3", "train"]]
    with open(folder / "labels.csv", "w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return folder


def test_clips_become_files_and_a_table_and_the_rest_is_resumed(tmp_path, notes, monkeypatch):
    monkeypatch.setattr(renditions, "TRAINING_SOUNDFONTS", ("timgm",))
    monkeypatch.setattr(renditions, "_PLAIN", 1)
    monkeypatch.setattr(renditions, "_HELD_BACK_EVERY", 1 << 40)
    clips = read_tracks(dataset(tmp_path, notes))
    calls = []
    table = render_clips(clips, 1, tmp_path, 2, lambda *numbers: calls.append(numbers))
    renders = read_renders(table)
    assert [one.name for one in renders] == ["one@timgm", "one@varied1"]
    assert {(one.quadrant, one.group, one.part) for one in renders} == {(2, "song", "train")}
    for one in renders:
        about = soundfile.info(one.path)
        assert (about.samplerate, about.channels) == (16000, 1)
    before = [one.path.stat().st_mtime_ns for one in renders]
    renders[1].path.unlink()
    render_clips(clips, 1, tmp_path, 2, lambda *numbers: None)
    after = [one.path.stat().st_mtime_ns for one in renders]
    assert after[0] == before[0] and after[1] != before[1]
    assert calls[-1] == (2, 2)


def test_a_third_of_training_and_all_of_validation_use_the_codec(tmp_path, notes, monkeypatch):
    monkeypatch.setattr("quadpred_plugin.training.midi.renditions.TRAINING_SOUNDFONTS", ("timgm",))
    monkeypatch.setattr(
        "quadpred_plugin.training.midi.renditions.VALIDATION_SOUNDFONTS", ("timgm",)
    )
    monkeypatch.setattr("quadpred_plugin.training.midi.renditions._PLAIN", 1)
    monkeypatch.setattr("quadpred_plugin.training.midi.renditions._HELD_BACK_EVERY", 1 << 40)
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
        synthesise(path, PLAIN)


def test_silence_is_named(tmp_path):
    path = tmp_path / "empty.mid"
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack())
    file.save(path)
    with pytest.raises(QuadpredError, match=r"empty\.mid"):
        synthesise(path, PLAIN)


def test_a_missing_soundfont_says_its_package(notes, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    clips = read_tracks(dataset(tmp_path, notes))
    with pytest.raises(QuadpredError, match="apt-get install fluidsynth"):
        render_clips(clips, 0, tmp_path, 1, lambda *numbers: None)
