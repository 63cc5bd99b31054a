"""Stability: shares counted by hand, and the command on three short clips."""

import re
import subprocess

import numpy as np
import pytest
import soundfile

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.inference import load_model
from quadpred_plugin.model.pooling import Pooling
from quadpred_plugin.model.registry import find_model
from quadpred_plugin.training.datasets.fourq import full_band_tracks, read_tracks
from quadpred_plugin.training.degradations.variants import VARIANTS
from quadpred_plugin.training.evaluation.stability import compare_predictions, stability_tables
from quadpred_plugin.training.runs.workspace import Workspace
from tests import signals
from tests.limits import HANG
from tests.training.degradations.measuring import RATE, music
from tests.training.tables import write_csv

NAMES = ("q1_joy", "q2_anger", "q4_calm")


def frames(quadrants, arousal, hop=1.0):
    """Return a prediction whose frames have 0.7 for the named quadrants."""
    probabilities = np.full((len(quadrants), 4), 0.1)
    probabilities[np.arange(len(quadrants)), np.asarray(quadrants) - 1] = 0.7
    return {
        "times": hop * np.arange(len(quadrants)),
        "quadrants": probabilities,
        "arousal": np.asarray(arousal, float),
        "valence": np.zeros(len(quadrants)),
    }


def test_flips_are_counted():
    before = [frames([1, 1, 2], [0.5, 0.5, 0.5]), frames([3, 3], [-1, 0])]
    after = [frames([1, 2, 2], [0.2, 0.2, 0.2]), frames([3, 4], [-1, 0.2])]
    # The first file's mean goes from Q1 to Q2; of the second one Q3 and Q4 are equal, Q3 is first.
    change = compare_predictions(before, after)
    assert change.files == 0.5
    assert change.frames == pytest.approx(2 / 5)
    assert change.arousal == pytest.approx((0.3 + 0.1) / 2)
    assert change.valence == 0


def test_a_later_start_is_compared_with_the_nearest_frame():
    before = [frames([1, 2, 3, 4], [0, 0, 0, 0])]
    same = frames([1, 2, 3, 4], [0, 0, 0, 0])
    assert compare_predictions(before, [same], 0.25).frames == 0
    # By 0.75 s, the first frame is nearest the second one; the last frame has none of its own.
    assert compare_predictions(before, [same], 0.75).frames == pytest.approx(3 / 4)
    assert compare_predictions(before, [frames([2, 3, 4], [0, 0, 0])], 0.75).frames == 0


def test_files_are_pooled_as_the_model_pools_them():
    before, after = [frames([1, 3, 3], [0, 0, 0])], [frames([1, 1, 3], [0, 0, 0])]
    assert compare_predictions(before, after).files == 1
    # An offset towards positive valence makes Q1 of both.
    pooling = {"quadrants": Pooling(offset=2.0)}
    assert compare_predictions(before, after, pooling=pooling).files == 0


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Three clips with copies at 16 kHz, in the layout of 4Q."""
    folder = tmp_path_factory.mktemp("4q")
    rows = []
    for index, name in enumerate(NAMES):
        soundfile.write(folder / f"{name}.flac", music(name, 4), RATE)
        soundfile.write(folder / f"{name}-copy.flac", signals.example(name)[: 16000 * 4], 16000)
        row = {"clip": name, "path": f"{name}-copy.flac", "quadrant": name[:2].upper()}
        rows.append({**row, "artist_id": index, "fold": 0})
    write_csv(folder / "labels.csv", rows)
    write_csv(folder / "fullband.csv", [{"clip": name, "path": f"{name}.flac"} for name in NAMES])
    return folder


@pytest.fixture(scope="module")
def run(script, data, tmp_path_factory):
    work = tmp_path_factory.mktemp("work")

    def call(*options):
        words = [script, "train", "stability", "--data", data, "--work", work, *options]
        return subprocess.run(words, capture_output=True, text=True, timeout=HANG)

    call.work = work
    return call


@pytest.fixture(scope="module")
def table(run):
    done = run("-j", "2")
    assert done.returncode == 0, done.stderr
    assert "3 of 3 clips predicted" in done.stderr
    return done.stdout


def cells(table, name):
    (line,) = re.findall(rf"^\| {re.escape(name)} \| (.*) \|$", table, re.M)
    return line.split(" | ")


@pytest.mark.parametrize("name", ["low-pass 7 kHz", "0.25 s later", "given at 16 kHz by scipy"])
def test_a_row_is_what_the_model_says_of_the_samples(table, data, name):
    model = load_model()
    differences, flips, quadrants = [], [], []
    for clip in NAMES:
        before = model.predict(data / f"{clip}.flac")
        samples, rate = soundfile.read(data / f"{clip}.flac", dtype="float32")
        after = model.predict(VARIANTS[name].apply(samples, rate))
        one, other = before.summary(), after.summary()
        differences.append([abs(one.arousal - other.arousal), abs(one.valence - other.valence)])
        quadrants.append(one.quadrant != other.quadrant)
        # Both begin with the same frame, of which the later one lacks a quarter.
        pairs = list(zip(before.patch_quadrants(), after.patch_quadrants()))
        flips += [first != second for first, second in pairs]
    arousal, valence = np.mean(differences, axis=0)
    assert cells(table, name) == [
        f"{np.mean(quadrants):.1%}",
        f"{np.mean(flips):.1%}",
        f"{arousal:.3f}",
        f"{valence:.3f}",
    ]


def test_the_table_has_every_variant_and_the_copies(table):
    rows = re.findall(r"^\| (.*?) \| .*%", table, re.M)
    assert rows == [*VARIANTS, "copy at 16 kHz"]
    assert table.startswith("### compact, 3 clips\n")
    assert cells(table, "-12 dB")[:2] == ["0.0%", "0.0%"]
    scores = re.search(r"quadrants by clip: ([01]\.\d+) for full-band files, ([01]\.\d+)", table)
    model = load_model()
    assert scores, table
    assert 0 <= float(scores[1]) <= 1 and model.card.name == "compact"


def test_finished_predictions_are_kept_and_missing_ones_made(run, table):
    files = sorted(run.work.rglob("*.npz"))
    assert len(files) == 3 * (len(VARIANTS) + 2)
    before = [path.stat().st_mtime_ns for path in files]
    files[7].unlink()
    again = run("-j", "1")
    assert again.stdout == table
    after = [path.stat().st_mtime_ns for path in files]
    assert [one != other for one, other in zip(before, after)] == [
        n == 7 for n in range(len(files))
    ]


def test_the_first_clips_are_written_into_a_document(run, table, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- stability:begin -->\nold\n<!-- stability:end -->\nafter\n")
    done = run("default", "--clips", "2", "--write", page)
    assert done.returncode == 0, done.stderr
    text = page.read_text()
    assert text.startswith("before\n<!-- stability:begin -->\n### compact, 2 clips\n")
    assert text.endswith("<!-- stability:end -->\nafter\n") and "old" not in text


def test_silence_is_named(data, tmp_path):
    folder = tmp_path / "4q"
    folder.mkdir()
    soundfile.write(folder / "a.flac", np.zeros(RATE * 2), RATE)
    row = {"clip": "a", "path": "a.flac", "quadrant": "Q1", "artist_id": 0, "fold": 0}
    write_csv(folder / "labels.csv", [row])
    write_csv(folder / "fullband.csv", [{"clip": "a", "path": "a.flac"}])
    workspace = Workspace(tmp_path / "work", {"4q": folder})
    with pytest.raises(QuadpredError, match=r"a\.flac, untouched: is silent"):
        stability_tables([find_model("default")], workspace, None, 1, lambda *numbers: None)


def test_a_table_of_other_clips_is_named(data, tmp_path):
    other = tmp_path / "4q"
    other.mkdir()
    (other / "labels.csv").write_text((data / "labels.csv").read_text())
    write_csv(other / "fullband.csv", [{"clip": "none", "path": "none.flac"}])
    assert full_band_tracks(read_tracks(data), other) == []
    workspace = Workspace(tmp_path / "work", {"4q": other})
    with pytest.raises(QuadpredError, match=r"fullband\.csv has no clip of .*labels\.csv"):
        stability_tables([find_model("default")], workspace, None, 1, lambda *numbers: None)
