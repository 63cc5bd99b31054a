"""The note teacher: context of windows, and labels from trees fitted on other songs."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.midi.note_features import KEYS, VALUES, NoteFeatures
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from quadpred_plugin.training.teachers.note_teacher import (
    in_context,
    label_renders,
    train_note_teacher,
)
from quadpred_plugin.training.teachers.soft_labels import SoftLabels, note_labels
from tests.training.midi.test_note_features import write_chords
from tests.training.tables import write_csv


def test_windows_get_the_mean_of_three_seconds_each_way():
    values = np.random.default_rng(1).normal(size=(40, 3))
    rows = in_context(values)
    np.testing.assert_array_equal(rows[:, :3], values)
    for window in (0, 3, 20, 39):
        around = values[max(0, window - 6) : window + 7].mean(axis=0)
        np.testing.assert_allclose(rows[window, 3:], around, atol=1e-12)


def make_songs(informative):
    """Make forty songs of two renders; values depend on the quadrant, or on the song alone."""
    random = np.random.default_rng(3)
    renders, features = [], {}
    for song in range(40):
        quadrant = song % 4
        values = random.normal(quadrant if informative else 0, 0.3, VALUES)
        for rendition in ("timgm", "varied1"):
            name = f"Q{quadrant + 1}_{song}_0@{rendition}"
            renders.append(Track("emopia", name, Path(), quadrant, f"song{song}", part="train"))
            # All windows equal: scikit-learn bins columns of many values slowly.
            windows = np.tile(values + random.normal(0, 0.1, VALUES), (30, 1))
            times = np.arange(30, dtype=np.float32) / 2
            features[name] = NoteFeatures(times, np.zeros((30, KEYS), np.float32), windows)
    return renders, features


def accuracy(renders, labels):
    predicted = [labels.of(one.name)[1].mean(axis=0).argmax() for one in renders]
    return np.mean(np.array(predicted) == [one.quadrant for one in renders])


def test_the_teacher_learns_from_notes(tmp_path):
    renders, features = make_songs(informative=True)
    lines = []
    label_renders(renders, features, tmp_path / "emopia.npz", lines.append)
    labels = SoftLabels(tmp_path / "emopia.npz", "")
    times, quadrants = labels.of(renders[0].name)
    assert times.shape == (30,) and quadrants.shape == (30, 4)
    np.testing.assert_allclose(quadrants.sum(axis=1), 1, atol=1e-5)
    assert accuracy(renders, labels) > 0.8
    assert len(lines) == 1 and "over 40 renders" in lines[0]


def test_no_song_is_labelled_by_trees_that_were_fitted_on_it(tmp_path):
    renders, features = make_songs(informative=False)
    label_renders(renders, features, tmp_path / "emopia.npz", lambda line: None)
    # Trees fitted on the song, by whichever render, would recognise it.
    assert accuracy(renders, SoftLabels(tmp_path / "emopia.npz", "")) < 0.5


def test_songs_of_the_validation_part_are_scored_and_not_labelled(tmp_path):
    renders, features = make_songs(informative=True)
    last = Track("emopia", "Q1_0_1@timgm", Path(), 0, "song0", part="validation")
    features[last.name] = features["Q1_0_0@timgm"]
    lines = []
    label_renders([*renders, last], features, tmp_path / "emopia.npz", lines.append)
    labels = SoftLabels(tmp_path / "emopia.npz", "")
    assert labels.of(last.name) is None and labels.of("Q1_0_0@timgm") is None
    assert labels.of("Q2_1_0@timgm") is not None
    assert len(lines) == 2 and lines[1].startswith("validation part:")


def test_renders_are_labelled_from_their_midi_files_once(tmp_path, noise):
    data, renders = tmp_path / "emopia", tmp_path / "renders.csv"
    data.mkdir()
    soundfile.write(tmp_path / "render.wav", noise(4), 16000)
    clips, rows = [], []
    for song in range(40):
        quadrant = song % 4
        root = 40 + 8 * quadrant + song % 3
        name = f"clip{song}"
        write_chords(data / f"{name}.mid", [(root, root + 4, root + 7)] * 2)
        facts = {"clip": name, "song_id": song, "quadrant": f"Q{quadrant + 1}", "part": "train"}
        clips.append({**facts, "path": f"{name}.mid"})
        performance = {"font": "timgm", "program": 0, "transposition": 0, "speed": 1, "loudness": 1}
        rows.append({**facts, "path": "render.wav", "soundfont": "timgm", **performance})
    write_csv(data / "labels.csv", clips)
    write_csv(renders, rows)
    workspace = Workspace(tmp_path / "work", {"emopia": data, RENDERS: renders})
    path = train_note_teacher(workspace, 1, lambda line: None)
    assert path == note_labels(workspace.work)
    labels = SoftLabels(path, "")
    for row in rows:
        _, quadrants = labels.of(f"{row['clip']}@timgm")
        assert quadrants.mean(axis=0).argmax() == int(row["quadrant"][1]) - 1
    written = path.stat().st_mtime_ns
    assert train_note_teacher(workspace, 1, lambda line: None) == path
    assert path.stat().st_mtime_ns == written
    write_chords(data / "clip3.mid", [(80, 84, 87)] * 2)
    with pytest.raises(QuadpredError, match=r"emopia/notes/clip3 has another content"):
        train_note_teacher(workspace, 1, lambda line: None)
