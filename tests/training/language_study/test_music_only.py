"""Training on music alone: from a user's own recordings to a model's card."""

import csv
import json
import subprocess

import numpy as np
import pytest
import soundfile

from tests import signals
from tests.limits import HANG
from tests.training.tables import write_csv

TESTED = 8
RECIPE = {
    "kind": "music-only",
    "name": "own",
    "front_end": "published",
    "dataset": "mine",
    "test_fold": 1,
    "validation_share": 0.5,
    "filters": [2, 3, 4],
    "dropout": 0.1,
    "patches_per_clip": 2,
    "label_smoothing": 0.1,
    "mixup": 0.0,
    "loss_weights": {"quadrants": 1.0, "arousal": 0.5, "valence": 0.5},
    "schedule": {
        "seed": 1,
        "epochs": 2,
        "patience": 2,
        "batch_size": 8,
        "learning_rate": 0.001,
        "weight_decay": 0.0,
        "averaging": 0.9,
    },
}
ABOUT = {"name": "mine", "title": "Mine", "citation": "I, 2026", "licence": "CC0 1.0"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    music = folder / "music"
    music.mkdir()
    rows = []
    for index in range(2 * TESTED):
        quadrant = index % 4
        sound = signals.sine(2.5, frequency=220 * (1 + quadrant)) * 0.5
        soundfile.write(music / f"{index}.wav", sound, 16000)
        label, fold = f"Q{quadrant + 1}", index // TESTED
        common = {"clip": f"clip{index}", "path": f"{index}.wav", "quadrant": label}
        rows.append({**common, "artist_id": index, "fold": fold})
    write_csv(music / "labels.csv", rows)
    (music / "dataset.json").write_text(json.dumps(ABOUT))
    (folder / "own.json").write_text(json.dumps(RECIPE))
    return folder


@pytest.fixture(scope="module")
def train(place, script):
    def run(command, *words):
        process = subprocess.run(
            [script, "train", command, "own.json", "--data", "music", "--work", "work", *words],
            capture_output=True,
            text=True,
            timeout=HANG,
            cwd=place,
        )
        assert "Traceback" not in process.stderr, process.stderr[-3000:]
        return process

    return run


def test_from_recordings_to_a_card_with_figures(place, train, script):
    early = train("export", "--date", "2026-01-01", "-o", "models")
    assert early.returncode == 1 and "run 'quadpred train scratch own'" in early.stderr
    trained = train("scratch")
    assert trained.returncode == 0, trained.stderr[-2000:]
    log = place / trained.stdout.strip() / "log.jsonl"
    assert len(log.read_text().splitlines()) == RECIPE["schedule"]["epochs"]
    exported = train("export", "--date", "2026-01-01", "-o", "models")
    assert exported.returncode == 0, exported.stderr[-2000:]
    model = place / "models" / "own.pb"
    assert json.loads(model.with_suffix(".json").read_text())["quadpred"]["metrics"] == {}
    scored = train("evaluate", "--model", model, "--write-card", "--json")
    assert scored.returncode == 0, scored.stderr[-2000:]
    metrics = json.loads(model.with_suffix(".json").read_text())["quadpred"]["metrics"]
    assert metrics == json.loads(scored.stdout)
    assert metrics["clips"] == TESTED and "fold 1 of Mine" in metrics["protocol"]
    # The card's confusion matrix is that of the program's predictions, clip by clip.
    predicted = subprocess.run(
        [script, "predict", "--model", model, "--format", "csv", "music"],
        capture_output=True,
        text=True,
        timeout=HANG,
        cwd=place,
    )
    confusion = np.zeros((4, 4), dtype=int)
    for row in csv.DictReader(predicted.stdout.splitlines()):
        index = int(row["file"].rsplit("/")[-1].removesuffix(".wav"))
        if index >= TESTED:
            confusion[index % 4, int(row["quadrant"][1]) - 1] += 1
    np.testing.assert_array_equal(metrics["clip"]["quadrants"]["confusion"], confusion)


def test_another_recipe_is_refused_until_asked_to_start_anew(place, train):
    assert train("scratch").returncode == 0
    log = place / "work" / "runs" / "music-only" / "own" / "log.jsonl"
    changed = {**RECIPE, "dropout": 0.5}
    (place / "own.json").write_text(json.dumps(changed))
    try:
        refused = train("scratch")
        assert refused.returncode == 1 and "recipe.dropout is 0.5 and was 0.1" in refused.stderr
        before = log.stat().st_mtime_ns
        again = train("scratch", "--again")
        assert again.returncode == 0, again.stderr[-2000:]
        assert log.stat().st_mtime_ns != before
    finally:
        (place / "own.json").write_text(json.dumps(RECIPE))


def test_a_card_can_be_described_anew(place, train, script):
    train("scratch", "--again")
    train("export", "--date", "2026-01-01", "-o", "described")
    path = place / "described" / "own.json"
    card = json.loads(path.read_text())
    shortened = json.loads(path.read_text())
    shortened["description"] = "Another."
    shortened["quadpred"]["training"].pop("recipes")
    path.write_text(json.dumps(shortened))
    run = subprocess.run(
        [
            *(script, "train", "card", "own.json", "--data", "music"),
            *("--model", "described/own.pb"),
        ],
        capture_output=True,
        text=True,
        timeout=HANG,
        cwd=place,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert json.loads(path.read_text()) == card
    assert card["quadpred"]["corpora"][0]["licence"] == "CC0 1.0"
