"""What is played in each render is found by its name; the teacher who reads it is fair."""

import csv

import numpy as np
import pytest
import soundfile

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.distillation.examples import Teacher
from quadpred_plugin.training.midi.note_features import KEYS, VALUES, Played, describe, read_notes
from quadpred_plugin.training.midi.performance import Performance
from quadpred_plugin.training.midi.render_notes import (
    describe_renders,
    read_performances,
    read_played,
)
from quadpred_plugin.training.teachers.labelled_files import Example
from quadpred_plugin.training.teachers.note_teacher import in_context, label_piano
from tests import signals
from tests.training.midi.test_note_features import write_chords

NUMBERS = Preprocessing()
COLUMNS = "clip path soundfont part song_id quadrant font program transposition speed loudness"


def write_corpus(folder):
    """Write one clip of two chords, and two renders of it, of which one is a tone higher."""
    folder.mkdir()
    write_chords(folder / "clip.mid", [(60, 64, 67), (57, 60, 64)])
    header = "clip,path,song_id,quadrant,arousal,valence,part\n"
    (folder / "labels.csv").write_text(header + "clip,clip.mid,song,Q1,1,1,train\n")
    for name in ("timgm", "varied1"):
        soundfile.write(folder / f"{name}.wav", signals.noise(4, seed=1) * 0.1, 16000)
    rows = [
        ("clip", "timgm.wav", "timgm", "train", "song", "Q1", "timgm", 0, 0, 1.0, 1.0),
        ("clip", "varied1.wav", "varied1", "train", "song", "Q1", "opl3", 0, 2, 1.1, 1.2),
    ]
    with open(folder / "renders.csv", "w", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS.split(), *rows])


def test_each_render_is_described_as_it_was_played(tmp_path):
    corpus = tmp_path / "corpus"
    write_corpus(corpus)
    describe_renders(corpus, corpus / "renders.csv", tmp_path / "work", NUMBERS, 1)
    played = read_played(tmp_path / "work")
    assert list(played) == ["clip@timgm", "clip@varied1"]
    frames = NUMBERS.frame_count(4 * 16000)
    for name, performance in {
        "clip@timgm": Performance("timgm", "timgm"),
        "clip@varied1": Performance("varied1", "opl3", 0, 2, 1.1, 1.2),
    }.items():
        expected = describe(read_notes(corpus / "clip.mid", performance), frames, NUMBERS)
        np.testing.assert_array_equal(played[name].values, expected.values)
        np.testing.assert_allclose(played[name].keys, expected.keys, atol=1e-3)
        np.testing.assert_array_equal(played[name].times, expected.times)


def test_renders_that_dont_say_how_they_were_played_are_refused(tmp_path):
    (tmp_path / "renders.csv").write_text("clip,path\na,b\n")
    with pytest.raises(QuadpredError, match="quadpred train render"):
        read_performances(tmp_path / "renders.csv")
    with pytest.raises(QuadpredError, match="quadpred train notes"):
        read_played(tmp_path)


def test_windows_are_seen_among_three_seconds_each_way():
    values = np.random.default_rng(1).normal(size=(40, 3))
    rows = in_context(values)
    np.testing.assert_array_equal(rows[:, :3], values)
    for window in (0, 3, 20, 39):
        around = values[max(0, window - 6) : window + 7].mean(axis=0)
        np.testing.assert_allclose(rows[window, 3:], around, atol=1e-12)


def make_songs(telling):
    """Make forty songs of two renders; values tell the quadrant, or the song alone."""
    random = np.random.default_rng(3)
    examples, played = [], {}
    for song in range(40):
        quadrant = song % 4
        values = random.normal(quadrant if telling else 0, 0.3, VALUES)
        for font in ("timgm", "varied1"):
            name = f"Q{quadrant + 1}_{song}_0@{font}"
            examples.append(Example(name, None, "emopia", quadrant, f"song {song}", None, "train"))
            # All windows alike: scikit-learn cuts columns of many values into bins slowly.
            windows = np.tile(values + random.normal(0, 0.1, VALUES), (30, 1))
            times = np.arange(30, dtype=np.float32) / 2
            played[name] = Played(times, np.zeros((30, KEYS), np.float32), windows)
    return examples, played


def right_of(examples, teacher):
    said = [teacher.said(one.name)[1].mean(axis=0).argmax() for one in examples]
    return np.mean(np.array(said) == [one.quadrant for one in examples])


def test_the_teacher_learns_what_notes_tell(tmp_path):
    examples, played = make_songs(telling=True)
    lines = []
    label_piano(examples, played, tmp_path / "notes" / "emopia.npz", lines.append)
    teacher = Teacher(tmp_path / "notes" / "emopia.npz")
    times, quadrants = teacher.said(examples[0].name)
    assert times.shape == (30,) and quadrants.shape == (30, 4)
    np.testing.assert_allclose(quadrants.sum(axis=1), 1, atol=1e-5)
    assert right_of(examples, teacher) > 0.8
    assert lines == [line for line in lines if "over 40 clips" in line] and len(lines) == 1


def test_the_teacher_never_labels_a_song_that_it_learned(tmp_path):
    examples, played = make_songs(telling=False)
    label_piano(examples, played, tmp_path / "emopia.npz", lambda line: None)
    # A teacher who had learned the song, by whichever render, would know it again.
    assert right_of(examples, Teacher(tmp_path / "emopia.npz")) < 0.5
