"""Both methods of pre-training and both settings, from audio to a table, on tiny datasets."""

import json
import shutil
import subprocess
import time

import numpy as np
import pytest
import soundfile

from tests import signals
from tests.limits import HANG
from tests.training.tables import write_csv

# Examples fill whole batches: TensorFlow traces a step again for a partial one.
SCHEDULE = {
    "seed": 1,
    "epochs": 2,
    "patience": 2,
    "batch_size": 8,
    "learning_rate": 0.001,
    "weight_decay": 0.0,
    "averaging": 0.0,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A corpus of music whose loud half is aroused, one of speech, and a grid's settings."""
    folder = tmp_path_factory.mktemp("studies")
    music, speech = folder / "music", folder / "speech"
    rows = []
    music.mkdir(), speech.mkdir()
    for index in range(24):
        tone = signals.sine(2.5, frequency=220 * (1 + index % 4))
        noise = signals.noise(2.5, seed=index)
        soundfile.write(music / f"{index}.wav", tone * 0.5 + noise * 0.1 * (index % 4), 16000)
        rows.append(
            {
                "clip": f"clip{index}",
                "path": f"{index}.wav",
                "quadrant": f"Q{index % 4 + 1}",
                "artist_id": index,
                "fold": index % 2,
            }
        )
    write_csv(music / "labels.csv", rows)
    rows = []
    for index in range(16):
        language = ("eng", "man")[index % 2]
        signal = signals.sweep(5) * (index + 1) / 16
        soundfile.write(speech / f"{index}.wav", signal, 16000)
        rows.append({"file": f"{index}.wav", "language": language, "speaker": f"s{index}"})
    write_csv(speech / "labels.csv", rows)
    pretraining = {
        "kind": "speech-pretraining",
        "front_end": "published",
        "filters": [2, 3, 4],
        "dropout": 0.1,
        "validation_share": 0.25,
        "samples": 16,
        "noise": 0.3,
        "past": 2,
        "future": 2,
        "units": 8,
        "schedule": SCHEDULE,
    }
    grid = {
        "kind": "language-study",
        "name": "tiny",
        "front_end": "published",
        "pretraining": {
            method: {"name": method, "method": method, **pretraining} for method in ("scae", "cpc")
        },
        "speech": ["x"],
        "transfer": {
            "kind": "transfer",
            "name": "tiny",
            "front_end": "published",
            "dataset": "4q",
            "filters": [2, 3, 4],
            "dropout": 0.1,
            "validation_share": 1 / 3,
            "patches_per_clip": 2,
            "label_smoothing": 0.0,
            "mixup": 0.0,
            "loss_weights": {"quadrants": 1.0, "arousal": 0.5, "valence": 0.5},
            "schedules": dict.fromkeys(("feat_ext", "full", "scratch"), SCHEDULE),
        },
        "settings": ["feat_ext", "full"],
        "folds": {"scratch": [0], "scae": [0], "cpc": [0]},
    }
    (folder / "grid.json").write_text(json.dumps(grid))
    return folder


@pytest.fixture(scope="module")
def train(place, script):
    def run(*words, work="work"):
        process = subprocess.run(
            [
                *(script, "train", *words, "--speech-data", place / "speech"),
                *("--work", place / work, "--grid", place / "grid.json"),
            ],
            capture_output=True,
            text=True,
            timeout=HANG,
            cwd=place,
        )
        assert "Traceback" not in process.stderr, process.stderr[-3000:]
        return process

    return run


@pytest.fixture(scope="module")
def whole(place, train):
    run = train("grid", "--data", place / "music")
    assert run.returncode == 0, run.stderr[-2000:]
    return run


def test_the_grid_has_every_row(whole):
    by_patch, by_clip = whole.stdout.split("By clip")
    for text in (by_patch, by_clip):
        rows = [line.split("|")[1:5] for line in text.splitlines() if line.startswith("| S")]
        rows += [line.split("|")[1:5] for line in text.splitlines() if line.startswith("| C")]
        names = {tuple(cell.strip() for cell in row) for row in rows}
        assert names == {
            ("SCRATCH", "none", "scratch", "1"),
            *(
                (method, "both", setting, "1")
                for method in ("SCAE", "CPC")
                for setting in ("feat_ext", "full")
            ),
        }
    # The published figures, arousal and valence put in their right order.
    (line,) = (line for line in by_patch.splitlines() if "SCAE | both | full" in line)
    assert line.endswith("| 0.55, 0.80, 0.67 |")


def test_finished_runs_are_not_trained_again(place, whole, train):
    before = sorted((path, path.stat().st_mtime_ns) for path in place.rglob("*.keras"))
    again = train("grid", "--data", place / "music")
    assert again.stdout == whole.stdout
    assert sorted((path, path.stat().st_mtime_ns) for path in place.rglob("*.keras")) == before


def predictions(place, work, row):
    with np.load(place / work / "runs" / "transfer" / row / "fold0" / "predictions.npz") as content:
        return {name: content[name] for name in content.files}


def test_predictions_are_those_of_the_test_fold(place, whole):
    found = predictions(place, "work", "cpc-x-full")
    assert found["clips"].tolist() == [0, 2] * 6
    assert found["quadrants"].shape == (24, 4)
    np.testing.assert_allclose(found["quadrants"].sum(axis=1), 1, atol=1e-5)
    assert np.abs(found["arousal"]).max() <= 1


def test_a_killed_step_ends_as_the_grid_did(place, whole, train, script):
    import keras

    runs = [place / work / "runs" / "encoders" / "cpc-x" for work in ("work", "steps")]
    log = runs[1] / "log.jsonl"
    command = [
        *(script, "train", "pretrain", "--method", "cpc", "--speech", "x", "--again"),
        *("--speech-data", place / "speech", "--work", place / "steps"),
        *("--grid", place / "grid.json"),
    ]
    # A busy machine may write the second epoch before the kill: then it is tried again.
    for _ in range(10):
        killed = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        end = time.monotonic() + HANG
        while not log.exists() and time.monotonic() < end:
            time.sleep(0.01)
        killed.kill()
        killed.wait()
        if len(log.read_text().splitlines()) == 1:
            break
        shutil.rmtree(runs[1])
    assert len(log.read_text().splitlines()) == 1
    assert train("pretrain", "--method", "cpc", "--speech", "x", work="steps").returncode == 0
    assert log.read_text() == (runs[0] / "log.jsonl").read_text()
    whole_run, resumed = (
        keras.saving.load_model(run / "best.keras", compile=False).get_weights() for run in runs
    )
    for one, other in zip(whole_run, resumed, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)


def test_the_final_network_becomes_a_model(place, whole, train, script):
    final = ("transfer", "--from", "scae-x", "--setting", "full", "--final")
    run = train(*final, "--data", place / "music")
    assert run.returncode == 0, run.stderr[-2000:]
    log = place / "work" / "runs" / "transfer" / "scae-x-full" / "all" / "log.jsonl"
    # Nothing is held out, so all epochs are run.
    assert len(log.read_text().splitlines()) == SCHEDULE["epochs"]
    words = ["export", place / "grid.json", "--from", "scae-x", "--name", "both-languages"]
    words += ["--data", place / "music", "--work", place / "work", "-o", place / "models"]
    export = subprocess.run(
        [script, "train", *words, "--date", "2026-01-01"],
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert export.returncode == 0, export.stderr[-2000:]
    card = json.loads((place / "models" / "both-languages.json").read_text())
    assert (card["quadpred"]["speech"], card["quadpred"]["music"]) == ("x", "e")
    assert "of one fold by artist" in card["quadpred"]["metrics"]["protocol"]
    assert card["quadpred"]["metrics"]["clips"] == 12
    model = place / "models" / "both-languages.pb"
    for words in (["models", "verify", model], ["predict", "--model", model, "music/1.wav"]):
        run = subprocess.run([script, *words], cwd=place, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "vae-e", "--setting", "full"), "no encoder 'vae-e': name one of scae-x"),
        (("--from", "scae", "--setting", "full"), "There is no encoder 'scae'"),
        (("--from", "scae-x", "--setting", "half"), "'half' is not one of"),
    ],
)
def test_what_is_not_there_is_told(words, sentence, place, train):
    run = train("transfer", *words, "--fold", "0", "--data", place / "music")
    assert run.returncode == 2 and sentence in run.stderr


def test_a_table_of_nothing_is_empty(place, train):
    run = train("grid", "--data", place / "music", "--table", work="nothing")
    assert run.returncode == 0
    assert "| SCAE" not in run.stdout


def test_tables_are_written_between_the_marks(place, whole, train):
    page = place / "results.md"
    page.write_text(
        "before\n<!-- grid:begin -->\nwhat was there\n<!-- grid:end -->\nbetween\n"
        "<!-- differences:begin -->\n<!-- differences:end -->\nafter\n"
    )
    run = train("grid", "--data", place / "music", "--table", "--write", page)
    assert run.returncode == 0
    text = page.read_text()
    assert text.startswith("before\n<!-- grid:begin -->\n### By patch\n")
    assert "what was there" not in text
    assert "<!-- grid:end -->\nbetween\n" in text and "### By clip" in text
    assert "| scae-x-full − scratch | 1 | 12 |" in text
    assert text.endswith("<!-- differences:end -->\nafter\n")
    page.write_text("no marks\n")
    run = train("grid", "--data", place / "music", "--table", "--write", page)
    assert run.returncode == 1 and "must have the marks" in run.stderr
    assert page.read_text() == "no marks\n"
