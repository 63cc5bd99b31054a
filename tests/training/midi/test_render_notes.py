"""Note features of renders, by name: computed from the performance, cached by content."""

import csv

import numpy as np
import pytest
import soundfile

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.midi.note_features import note_features, read_notes
from quadpred_plugin.training.midi.performance import Performance
from quadpred_plugin.training.midi.render_notes import note_features_by_render
from quadpred_plugin.training.midi.renditions import read_performances
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from tests import signals
from tests.training.midi.test_note_features import write_chords

NUMBERS = Preprocessing()
COLUMNS = "clip path soundfont part song_id quadrant font program transposition speed loudness"


def write_dataset(folder):
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


@pytest.fixture
def workspace(tmp_path):
    dataset = tmp_path / "emopia"
    write_dataset(dataset)
    return Workspace(tmp_path / "work", {"emopia": dataset, RENDERS: dataset / "renders.csv"})


def test_features_of_each_render_are_those_of_its_performance(workspace):
    found = note_features_by_render(workspace, NUMBERS, 1)
    assert list(found) == ["clip@timgm", "clip@varied1"]
    frames = NUMBERS.frame_count(4 * 16000)
    for name, performance in {
        "clip@timgm": Performance("timgm", "timgm"),
        "clip@varied1": Performance("varied1", "opl3", 0, 2, 1.1, 1.2),
    }.items():
        midi = workspace.folder("emopia") / "clip.mid"
        expected = note_features(read_notes(midi, performance), frames, NUMBERS)
        np.testing.assert_array_equal(found[name].values, expected.values)
        np.testing.assert_allclose(found[name].keys, expected.keys, atol=1e-3)
        np.testing.assert_array_equal(found[name].times, expected.times)


def test_cached_features_are_the_same_and_replaced_notes_are_read_again(workspace):
    first = note_features_by_render(workspace, NUMBERS, 1)
    cached = note_features_by_render(workspace, NUMBERS, 1)
    for name, features in first.items():
        np.testing.assert_array_equal(features.keys, cached[name].keys)
        np.testing.assert_array_equal(features.values, cached[name].values)
    write_chords(workspace.folder("emopia") / "clip.mid", [(48, 51, 55)])
    changed = note_features_by_render(workspace, NUMBERS, 1)
    assert not np.array_equal(changed["clip@timgm"].keys, first["clip@timgm"].keys)


def test_a_render_of_an_unknown_clip_is_named(workspace):
    table = workspace.folder("emopia") / "labels.csv"
    table.write_text(table.read_text().replace("clip,clip.mid", "other,clip.mid"))
    with pytest.raises(QuadpredError, match=r"has the clip clip, which .* lacks"):
        note_features_by_render(workspace, NUMBERS, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clip,path\na,b\n", "lacks the columns soundfont, font"),
        (
            "clip,soundfont,font,program,transposition,speed,loudness\na,b,c,0,0,fast,1\n",
            "could not convert string to float: 'fast'.* 'quadpred train render' writes",
        ),
    ],
)
def test_tables_without_performances_are_refused(tmp_path, text, words):
    (tmp_path / "renders.csv").write_text(text)
    with pytest.raises(QuadpredError, match=words):
        read_performances(tmp_path / "renders.csv")
