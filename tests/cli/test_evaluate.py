"""``quadpred evaluate`` on the example pieces, with tables made from known predictions."""

import csv
import json
import os
import shutil
import signal
import time

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from tests.limits import HANG
from tests.signals import EXAMPLES

PIECES = ("q1_joy", "q2_anger", "q3_sadness", "q4_calm")
QUICK = ("--samples", "50")
LATE = 2.0


@pytest.fixture(scope="module")
def predictions():
    model = qp.load_model()
    return {name: model.predict(EXAMPLES / f"{name}.ogg") for name in PIECES}


@pytest.fixture
def folder(tmp_path):
    for name in PIECES:
        shutil.copyfile(EXAMPLES / f"{name}.ogg", tmp_path / f"{name}.ogg")
    return tmp_path


def write(path, columns, rows):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(columns)
        table.writerows(rows)


@pytest.fixture
def labels(folder):
    rows = [(f"{name}.ogg", name[:2].upper(), "x" if name < "q3" else "y") for name in PIECES]
    write(folder / "labels.csv", ("file", "quadrant", "artist"), rows)
    return folder


@pytest.fixture
def late(folder, predictions):
    """Ratings at half the size of the predictions, two seconds later, of two listeners."""
    rows = []
    for name, one in predictions.items():
        for start, arousal, valence in zip(one.times, one.arousal, one.valence):
            for listener in (-0.1, 0.1):
                at = start + one.patch_duration / 2 + LATE
                rows.append((name, at, arousal / 2 + listener, valence / 2 + listener))
    write(folder / "late.csv", ("file", "time", "arousal", "valence"), rows)
    return folder


def figures(run):
    """Return the numbers of a csv by comparison, head and measure."""
    return {
        (row["comparison"], row["head"], row["measure"]): [
            float(row[name]) if row[name] else None for name in ("value", "low", "high")
        ]
        for row in run.rows()
    }


def test_labels(labels, quadpred, predictions):
    run = quadpred("evaluate", *QUICK, "labels.csv", folder=labels)
    assert run.code == 0 and run.messages == ""
    found = figures(run)
    predicted = [one.summary().quadrant for one in predictions.values()]
    assert predicted == ["Q1", "Q2", "Q3", "Q1"]
    # Q1 has precision 1/2 and recall 1, Q4 neither.
    assert found["labels", "quadrants", "precision"][0] == pytest.approx(2.5 / 4)
    assert found["labels", "quadrants", "recall"][0] == pytest.approx(3 / 4)
    assert found["labels", "quadrants", "f1"][0] == pytest.approx((2 / 3 + 2) / 4, abs=1e-6)
    value, low, high = found["labels", "quadrants", "accuracy"]
    assert low < value == 0.75 < high
    assert found["labels", "valence", "f1"][0] == 1
    assert found["labels", "arousal", "accuracy"][0] == 0.75
    assert found["labels", "quadrants", "calibration error"][1:] == [None, None]


def test_groups_widen_the_choice_of_files(labels, quadpred):
    run = quadpred("evaluate", "--group", "ARTIST", "labels.csv", folder=labels)
    # Two groups of accuracy 1 and 1/2.
    assert figures(run)["labels", "quadrants", "accuracy"] == [0.75, 0.5, 1]
    other = quadpred("evaluate", "--samples", "0", "labels.csv", folder=labels)
    assert figures(other)["labels", "quadrants", "accuracy"] == [0.75, None, None]


def test_ratings_of_files(folder, quadpred, predictions):
    values = [one.summary() for one in predictions.values()]
    # On a scale of 1 to 9, half a point of it too low, and arousal alone.
    rows = [(name, 5 + 4 * one.arousal - 0.5) for name, one in zip(PIECES, values)]
    write(folder / "ratings.csv", ("file", "Arousal"), rows)
    run = quadpred("evaluate", *QUICK, "--scale", "0,9", "ratings.csv", folder=folder)
    assert run.code == 0
    found = figures(run)
    assert {head for _, head, _ in found} == {"arousal"}
    assert found["across files", "arousal", "pearson"][0] == pytest.approx(1, abs=1e-6)
    expected = np.mean([2 * (4.5 + 4 * one.arousal) / 9 - 1 - one.arousal for one in values])
    assert found["across files", "arousal", "bias"][0] == pytest.approx(-expected, abs=1e-5)


def test_late_ratings(late, quadpred):
    run = quadpred("evaluate", *QUICK, "--lag", str(LATE), "late.csv", folder=late)
    assert run.code == 0
    found = figures(run)
    for head in ("arousal", "valence"):
        for measure in ("pearson", "spearman"):
            assert found["across files", head, measure][0] == pytest.approx(1, abs=1e-6)
            assert found["within files", head, f"median {measure}"][0] == pytest.approx(1, abs=1e-6)
        assert found["within files", head, "mean ccc"][0] < 0.9
    unshifted = quadpred("evaluate", *QUICK, "late.csv", folder=late)
    assert figures(unshifted)["within files", "arousal", "mean pearson"][0] < 0.6
    assert "ratings after the end of the audio are left out" in unshifted.messages


def test_smoothing_is_applied_and_stated(folder, quadpred, predictions):
    from quadpred_plugin.analysis.smoothing import smooth

    rows = []
    for name, one in predictions.items():
        smoothed = smooth(one, 6)
        centres = smoothed.times + smoothed.patch_duration / 2
        rows += [(name, *row) for row in zip(centres, smoothed.valence)]
    write(folder / "smooth.csv", ("file", "time", "valence"), rows)
    arguments = ["evaluate", *QUICK, "--format", "json", "smooth.csv"]
    plain, smoothed = (
        json.loads(quadpred(*arguments, *more, folder=folder).output)
        for more in ([], ["--smooth", "6", "--lag", "0"])
    )
    for content, least in ((plain, -1), (smoothed, 0.9999)):
        (one,) = (
            one
            for one in content["figures"]
            if one["comparison"] == "within files" and one["measure"] == "mean pearson"
        )
        assert one["value"] > least
    assert plain["figures"][-1]["value"] < 0.95
    assert (smoothed["settings"]["smooth"], smoothed["settings"]["lag"]) == (6, 0)
    table = quadpred("evaluate", "--format", "table", "--smooth", "6", "smooth.csv", folder=folder)
    assert "lag 0 s, smoothing 6 s" in table.output.decode()


def test_deam(folder, quadpred, predictions):
    times = np.arange(15000, 25001, 500)
    rows = []
    for name, one in predictions.items():
        centres = one.times + one.patch_duration / 2
        rows.append((name, *np.interp(times / 1000, centres, one.arousal), ""))
    (folder / "deam").mkdir()
    columns = ("song_id", *(f"sample_{at}ms" for at in times), "sample_25500ms")
    write(folder / "deam" / "arousal.csv", columns, rows)
    shutil.copyfile(folder / "deam" / "arousal.csv", folder / "deam" / "dynamic.csv")
    for more in (["arousal.csv"], ["dynamic.csv", "--dimension", "arousal"]):
        table = os.path.join("deam", more[0])
        run = quadpred("evaluate", *QUICK, "--audio", ".", table, *more[1:], folder=folder)
        assert run.code == 0, run.messages
        found = figures(run)
        assert found["within files", "arousal", "mean ccc"][0] == pytest.approx(1, abs=1e-5)
        assert found["across files", "arousal", "rmse"][0] == pytest.approx(0, abs=1e-5)
        assert {head for _, head, _ in found} == {"arousal"}
    run = quadpred("evaluate", "--audio", ".", "deam/dynamic.csv", folder=folder)
    assert run.code == 2 and "give --dimension arousal or --dimension valence" in run.messages


def test_constant_ratings_have_no_correlation_and_a_reason(folder, quadpred):
    rows = [(name, at, 0.25) for name in PIECES for at in range(20)]
    write(folder / "flat.csv", ("file", "time", "valence"), rows)
    run = quadpred("evaluate", *QUICK, "flat.csv", folder=folder)
    assert run.code == 0
    found = figures(run)
    assert found["within files", "valence", "mean pearson"] == [None, None, None]
    assert found["across files", "valence", "ccc"] == [None, None, None]
    assert found["across files", "valence", "rmse"][0] > 0
    assert run.messages.splitlines() == [
        "quadpred: valence, across files: no correlation, since the ratings of all files are "
        "equal.",
        "quadpred: valence, within files: no correlation of 4 of 4 files, since the ratings of all "
        "times are equal: q1_joy, q2_anger, q3_sadness, q4_calm.",
    ]
    table = quadpred("evaluate", *QUICK, "--format", "table", "flat.csv", folder=folder)
    assert table.messages == ""
    lines = table.output.decode().splitlines()
    (line,) = (line for line in lines if "mean pearson" in line)
    assert line.split()[-3:] == ["–", "–", "–"]
    assert lines[-2].startswith("valence, across files: no correlation")
    content = json.loads(quadpred("evaluate", "--format", "json", "flat.csv", folder=folder).output)
    assert content["files"][0]["valence"]["pearson"] is None
    assert len(content["notes"]) == 2


@pytest.mark.parametrize(
    ("results", "level"),
    [("results.json", "file"), ("results.json", "frame"), ("results.csv", "file")],
)
def test_results_give_the_figures_of_an_analysis(labels, quadpred, results, level):
    predict = ["predict", "-q", "--level", level, "-o", results, *(f"{one}.ogg" for one in PIECES)]
    assert quadpred(*predict, folder=labels).code == 0
    expected = figures(quadpred("evaluate", *QUICK, "labels.csv", folder=labels))
    run = quadpred("evaluate", *QUICK, "--from", results, "labels.csv", folder=labels)
    assert run.code == 0
    for name, values in figures(run).items():
        assert values == pytest.approx(expected[name], abs=2e-6), name


def test_results_of_a_collection(late, quadpred):
    (late / "music").mkdir()
    for name in PIECES:
        (late / f"{name}.ogg").rename(late / "music" / f"{name}.ogg")
    assert quadpred("batch", "-q", "-o", "results", "music", folder=late).code == 0
    arguments = ["evaluate", *QUICK, "--lag", str(LATE), "late.csv"]
    run = quadpred(*arguments, "--from", "results", folder=late)
    assert run.code == 0 and run.messages == ""
    expected = figures(quadpred(*arguments, "--audio", "music", folder=late))
    found = figures(run)
    assert found.keys() == expected.keys()
    for name, values in found.items():
        assert values == pytest.approx(expected[name], abs=2e-6), name


def test_results_of_the_wrong_level(labels, late, quadpred):
    for level in ("file", "frame"):
        predict = ["predict", "-q", "--level", level, "--format", "csv", "-o", f"{level}.csv"]
        assert quadpred(*predict, *(f"{one}.ogg" for one in PIECES), folder=labels).code == 0
    run = quadpred("evaluate", "--from", "file.csv", "late.csv", folder=late)
    assert run.code == 2 and run.output == b""
    assert "ratings over time need those of patches" in run.messages
    run = quadpred("evaluate", "--from", "frame.csv", "labels.csv", folder=labels)
    assert run.code == 2 and run.output == b""
    assert "needs those of files" in run.messages


def test_files_that_are_left_out_are_listed_and_counted(folder, quadpred, silence):
    (folder / "broken.wav").write_bytes(b"no audio")
    soundfile.write(folder / "silent.wav", silence(2), 16000)
    rows = [("q1_joy", "Q1"), ("broken", "Q2"), ("silent.wav", "Q3"), ("absent", "Q4")]
    write(folder / "labels.csv", ("file", "quadrant"), rows)
    run = quadpred("evaluate", *QUICK, "--format", "json", "labels.csv", folder=folder)
    assert run.code == 1
    content = json.loads(run.output)
    assert content["counts"] == {
        "rated": 4,
        "compared": 1,
        "missing": 1,
        "failed": 2,
        "unrated": 3,
    }
    assert content["missing"] == ["absent"]
    assert content["unrated"] == ["q2_anger.ogg", "q3_sadness.ogg", "q4_calm.ogg"]
    assert [one["file"] for one in content["failed"]] == ["broken", "silent.wav"]
    assert content["failed"][1]["reason"] == "is silent: no sample reaches -80 dBFS."
    assert run.messages_on("broken.wav") and run.messages_on("silent.wav")
    assert "quadpred: absent: isn't in . (line 5 of labels.csv)." in run.messages
    assert "labels.csv has no row of q2_anger.ogg, q3_sadness.ogg, q4_calm.ogg" in run.messages
    table = quadpred("evaluate", "-q", "--format", "table", "labels.csv", folder=folder)
    assert table.output.decode().startswith(
        "1 of 4 files compared, 1 not found, 2 without a prediction, 3 found without a row.\n"
    )
    assert len(table.messages.splitlines()) == 3


def test_unrated_audio_alone_is_no_failure(folder, quadpred):
    write(folder / "labels.csv", ("file", "quadrant"), [("q1_joy", "Q1"), ("q2_anger", "Q2")])
    run = quadpred("evaluate", *QUICK, "labels.csv", folder=folder)
    assert run.code == 0
    assert "has no row of q3_sadness.ogg, q4_calm.ogg: found in ., not compared." in run.messages


def test_an_output(labels, quadpred):
    expected = quadpred("evaluate", *QUICK, "labels.csv", folder=labels).output
    arguments = ["evaluate", *QUICK, "labels.csv", "-o"]
    assert quadpred(*arguments, "new/scores.csv", folder=labels).output == b""
    assert (labels / "new" / "scores.csv").read_bytes() == expected
    refused = quadpred(*arguments, "new/scores.csv", folder=labels)
    assert refused.code == 2 and "new/scores.csv exists: --force replaces it." in refused.messages
    assert quadpred(*arguments, "new/scores.csv", "--force", folder=labels).code == 0
    assert quadpred(*arguments, "new/scores.json", folder=labels).code == 0
    assert json.loads((labels / "new" / "scores.json").read_text())["settings"]["samples"] == 50
    assert quadpred(*arguments, "new/scores.txt", folder=labels).code == 0
    text = (labels / "new" / "scores.txt").read_text(encoding="utf-8")
    assert text.startswith("4 of 4 files compared.\n") and "rows are true" in text
    assert sorted(os.listdir(labels / "new")) == ["scores.csv", "scores.json", "scores.txt"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing argument"),
        (["absent.csv"], "does not exist"),
        (["labels.csv", "--audio", "absent"], "does not exist"),
        (["labels.csv", "--from", "absent.csv"], "does not exist"),
        (["labels.csv", "--from", "labels.csv"], "isn't a result of 'quadpred predict"),
        (["labels.csv", "--from", ".", "--audio", "."], "--audio excludes it"),
        (["labels.csv", "--from", ".", "--model", "compact"], "--model excludes it"),
        (["labels.csv", "--from", ".", "--hop", "1"], "--hop excludes it"),
        (["labels.csv", "--from", ".", "-j", "1"], "-j excludes it"),
        (["labels.csv", "--model", "absent"], "absent"),
        (["labels.csv", "--hop", "0"], "can't be used"),
        (["labels.csv", "--lag", "2"], "--lag and --smooth are for ratings over time"),
        (["labels.csv", "--lag", "-1"], "not in the range"),
        (["labels.csv", "--smooth", "nan"], "--smooth must be a number of seconds"),
        (["labels.csv", "--scale", "9"], "isn't two numbers"),
        (["labels.csv", "--scale", "9,1"], "isn't a lower and a higher number"),
        (["labels.csv", "--group", "album"], "lacks the column album of --group"),
        (["labels.csv", "--dimension", "arousal"], "--dimension is for DEAM's tables"),
        (["labels.csv", "--samples", "-1"], "not in the range"),
        (["labels.csv", "-o", "scores.npz"], "has an unknown suffix"),
        (["labels.csv", "-o", "."], "is a folder: name a file"),
        (["labels.csv", "-q", "-v"], "exclude each other"),
        (
            ["labels.csv", "--audio", "empty"],
            "None of the files of labels.csv is in empty: --audio",
        ),
    ],
    ids=" ".join,
)
def test_wrong_use(labels, quadpred, arguments, words):
    (labels / "empty").mkdir()
    before = sorted(os.listdir(labels))
    run = quadpred("evaluate", *arguments, folder=labels)
    assert run.code == 2
    assert run.output == b""
    assert words in run.messages
    assert sorted(os.listdir(labels)) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "has no rows below its header"),
        ("file,quadrant\nq1_joy,Q9\n", "Line 2 of bad.csv: the quadrant is 'Q9'"),
        ("file,arousal\nq1_joy,5\n", "5, not in -1 to 1; --scale LOW,HIGH"),
        ("file,time,arousal\nq1_joy,-2,0\n", "Line 2 of bad.csv: a time is -2 s"),
        ("file,arousal\nq1_joy,1\nq1_joy.ogg,0\n", "Line 3 of bad.csv: q1_joy.ogg is the file of"),
    ],
)
def test_a_bad_table_is_refused_before_any_analysis(folder, quadpred, content, words):
    (folder / "bad.csv").write_text(content)
    # An analysis would report this file.
    (folder / "q1_joy.ogg").write_bytes(b"no audio")
    run = quadpred("evaluate", "bad.csv", "-o", "scores.csv", folder=folder)
    assert run.code == 2
    assert words in run.messages and "no audio" not in run.messages
    assert "is not audio" not in run.messages
    assert not (folder / "scores.csv").exists()


def test_an_interrupt_leaves_nothing(tmp_path, start_quadpred, noise):
    soundfile.write(tmp_path / "000.wav", noise(30), 16000)
    for index in range(1, 300):
        os.link(tmp_path / "000.wav", tmp_path / f"{index:03}.wav")
    rows = [(f"{index:03}", "Q1") for index in range(300)]
    write(tmp_path / "labels.csv", ("file", "quadrant"), rows)
    before = sorted(os.listdir(tmp_path))
    arguments = ["evaluate", "-v", "-j", "2", "-o", "scores.json", "labels.csv"]
    process = start_quadpred(*arguments, folder=tmp_path)
    lines = [process.stderr.readline() for _ in range(4)]
    assert lines[1] == b"quadpred: 000.wav: ok.\n"
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(HANG) == 130
    last = process.stderr.read().decode().splitlines()[-1]
    assert last.startswith("quadpred: interrupted: ") and "nothing is written" in last
    assert process.stdout.read() == b""
    assert sorted(os.listdir(tmp_path)) == before
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("processes are left")


def test_scikit_learn_scipy_and_tensorflow_are_not_needed(labels):
    import subprocess
    import sys

    code = (
        "import sys\n"
        "for name in ('sklearn', 'scipy', 'tensorflow', 'keras', 'pandas'):\n"
        "    sys.modules[name] = None\n"
        "from quadpred_plugin.cli.main import main\n"
        "sys.argv = ['quadpred', 'evaluate', '--samples', '5', 'labels.csv']\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=labels, capture_output=True, text=True, timeout=HANG
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("comparison,head,measure,files,value,low,high\n")
