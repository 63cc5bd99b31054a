"""Students on a tiny dataset: from audio and soft labels to folds, model and prediction."""

import csv
import json
import subprocess

import numpy as np
import pytest
import soundfile
from sklearn.metrics import f1_score

from quadpred_plugin.training.served import CACHE_FOLDER
from quadpred_plugin.training.teachers.soft_labels import embedding_labels, note_labels
from tests import signals
from tests.limits import HANG
from tests.training.tables import write_csv

SECONDS = 2.5
CLIPS = 16
FOLDS = 2
# Clips of a fold.
TESTED = CLIPS // FOLDS
PIANO_SETS = ("emopia-held-back", "emopia-synthetic", "emopia-known")


def write_labels(path, names, quadrants):
    """Write soft labels: one window per second, half of the probability on the label."""
    windows = 2
    soft = 0.5 * np.eye(4)[quadrants] + 0.125
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        names=names,
        truth=quadrants,
        offsets=np.arange(len(names) + 1) * windows,
        times=np.tile([0.5, 1.5], len(names)),
        quadrants=np.repeat(soft, windows, axis=0),
        clip_quadrants=soft,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Clips whose pitch and noise depend on the quadrant, renders, soft labels, recipes."""
    folder = tmp_path_factory.mktemp("students")
    music, piano = folder / "music", folder / "piano"
    music.mkdir(), piano.mkdir()
    rows, renders = [], []
    for index in range(CLIPS):
        quadrant = index % 4
        tone = signals.sine(SECONDS, frequency=220 * (1 + quadrant)) * 0.5
        sound = tone + signals.noise(SECONDS, seed=index) * 0.1 * quadrant
        soundfile.write(music / f"{index}.wav", sound, 16000)
        label = f"Q{quadrant + 1}"
        common = {"clip": f"clip{index}", "path": f"{index}.wav", "quadrant": label}
        rows.append({**common, "artist_id": index, "fold": index // TESTED})
        if index < 8:
            soundfile.write(piano / f"{index}.wav", tone, 16000)
            part = "train" if index < 4 else "val"
            for soundfont in ("one", "musescore", "fm"):
                renders.append({**common, "soundfont": soundfont, "part": part, "song_id": index})
    write_csv(music / "labels.csv", rows)
    write_csv(piano / "renders.csv", renders)
    quadrants = np.arange(CLIPS) % 4
    for fold in (*range(FOLDS), None):
        kept = [index for index in range(CLIPS) if index // TESTED != fold]
        write_labels(
            embedding_labels(folder / "work", fold),
            [f"clip{index}" for index in kept],
            quadrants[kept],
        )
    write_labels(
        note_labels(folder / "work"), [f"clip{index}@one" for index in range(4)], quadrants[:4]
    )
    strength = {"gain": 0.1, "equaliser": 0.1, "band_shift": 0, "masked_bands": 2}
    recipe = {
        "kind": "student",
        "name": "tiny",
        "front_end": "published",
        "network": "convolutional",
        "initial_weights": None,
        "freeze_initial": False,
        "datasets": {
            "4q": {"share": 0.7, "teacher_share": 0.5, "augmentation": strength},
            "emopia": {"share": 0.3, "teacher_share": 0.0, "augmentation": strength},
        },
        "dropout": 0.0,
        "validation_share": 0.0,
        "patches": 32,
        "label_smoothing": 0.0,
        "mixup": 0.0,
        "loss_weights": {"quadrants": 1.0, "arousal": 0.5, "valence": 0.5},
        "schedule": {
            "seed": 1,
            "epochs": 1,
            "patience": 9,
            "batch_size": 16,
            "learning_rate": 0.001,
            "weight_decay": 0.0,
            "averaging": 0.0,
        },
    }
    (folder / "tiny.json").write_text(json.dumps(recipe))
    harmony = {**recipe, "name": "tiny-harmony", "network": "harmony"}
    harmony["datasets"]["emopia"]["teacher_share"] = 0.5
    (folder / "tiny-harmony.json").write_text(json.dumps(harmony))
    ensemble = {
        "kind": "ensemble",
        "name": "both",
        "front_end": "published",
        "convolutional": "tiny.json",
        "harmony": "tiny-harmony.json",
        "harmony_logit_scale": 1.5,
        "gate_patches": 64,
        "seed": 1,
    }
    (folder / "both.json").write_text(json.dumps(ensemble))
    return folder


@pytest.fixture(scope="module")
def train(place, script):
    def run(*words):
        process = subprocess.run(
            [script, "train", *words, "--data", place / "music", "--work", place / "work"],
            capture_output=True,
            text=True,
            timeout=HANG,
            cwd=place,
        )
        assert "Traceback" not in process.stderr, process.stderr[-3000:]
        return process

    return run


@pytest.fixture(scope="module")
def folds(place, train):
    """Scores of each fold's students, trained as members of an ensemble."""
    renders = ("--renders", place / "piano" / "renders.csv")
    # One at a time: each process of its own would load TensorFlow first.
    ensemble = train("student", "both.json", *renders, "-j", "1")
    assert ensemble.returncode == 0, ensemble.stderr[-2000:]
    run = train("student", "tiny.json", *renders)
    assert run.returncode == 0, run.stderr[-2000:]
    return run


@pytest.fixture(scope="module")
def final(place, train, folds):
    renders = place / "piano" / "renders.csv"
    assert train("student", "both.json", "--renders", renders, "--final").returncode == 0


@pytest.fixture(scope="module")
def model(place, train, final):
    run = train("export", "tiny.json", "--date", "2026-01-01", "-o", place / "models")
    assert run.returncode == 0, run.stderr[-2000:]
    return place / "models" / "tiny.pb"


def runs_of_tiny(place):
    return place / "work" / "runs" / "students" / "tiny"


def test_each_fold_predicts_its_own_clips(place, folds):
    for fold in range(FOLDS):
        with np.load(runs_of_tiny(place) / f"fold{fold}" / "4q.npz") as found:
            assert found["clips"].tolist() == [0, 1, 2, 3] * 2
            assert found["quadrants"].shape == (2 * TESTED, 4)
        # The held-back soundfont and synthesiser, and the training soundfont.
        for corpus in PIANO_SETS:
            path = runs_of_tiny(place) / f"fold{fold}" / f"{corpus}.npz"
            with np.load(path) as found:
                assert found["clips"].tolist() == [0, 1, 2, 3]
    assert "4q\n" in folds.stdout and "emopia\n" in folds.stdout


def test_finished_runs_are_not_trained_again(place, train, folds):
    before = sorted((path, path.stat().st_mtime_ns) for path in place.rglob("*.keras"))
    features, aside = place / "work" / "cache" / CACHE_FOLDER, place / "bands"
    features.rename(aside)
    again = train("student", "tiny.json", "--renders", place / "piano" / "renders.csv")
    assert again.stdout == folds.stdout
    assert not features.exists(), "finished runs need no features"
    aside.rename(features)
    assert sorted((path, path.stat().st_mtime_ns) for path in place.rglob("*.keras")) == before


def test_the_model_equals_the_network(model):
    check_golden(model)


def check_golden(model):
    from quadpred_plugin.chain.network import Network
    from quadpred_plugin.model.card import read_card

    card = read_card(model)
    card.verify()
    golden = np.load(model.with_name(f"{model.stem}.golden.npz"))
    heads = next(
        Network(card.graph, card.entries["patches"]).predict([golden["patches"].astype(np.float32)])
    )
    for head in ("quadrants", "arousal", "valence"):
        assert np.abs(heads[head] - golden[head]).max() < 1e-3


def test_the_card_has_the_scores_of_the_folds(model, folds):
    content = json.loads(model.with_suffix(".json").read_text())
    metrics = content["quadpred"]["metrics"]
    assert metrics["clips"] == CLIPS and metrics["patches"] == 2 * CLIPS
    assert len(metrics["folds"]["clip"]["quadrants"]) == FOLDS
    assert f"{metrics['clip']['quadrants']['f1']:6.3f}" in folds.stdout
    piano = {
        corpus: np.array(one["clip"]["quadrants"]["confusion"])
        for corpus, one in metrics["other_corpora"].items()
    }
    assert set(piano) == {"emopia", *PIANO_SETS}
    np.testing.assert_array_equal(piano["emopia"], sum(piano[name] for name in PIANO_SETS))
    assert piano["emopia-known"].sum() == 4 * FOLDS
    assert set(content["quadpred"]["pooling"]) == {
        "quadrants",
        "arousal",
        "valence",
    }
    assert "EMOPIA" in content["dataset"]["name"]
    assert "was not trained on its artists" in metrics["protocol"]


def test_the_model_predicts(place, model, script):
    run = subprocess.run(
        [script, "predict", "--model", model, "--format", "csv", place / "music" / "1.wav"],
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    (row,) = csv.DictReader(run.stdout.splitlines())
    assert row["status"] == "ok"
    assert sum(float(row[f"q{number}"]) for number in range(1, 5)) == pytest.approx(1, abs=1e-4)


def test_the_comparison_has_the_final_model(place, model, script):
    run = subprocess.run(
        [script, "train", "compare", "tiny.json", "--work", "work"],
        capture_output=True,
        text=True,
        timeout=HANG,
        cwd=place,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    # The card's temperature and offset, and the final model's predictions for EMOPIA.
    pooling = json.loads(model.with_suffix(".json").read_text())["quadpred"]["pooling"]
    means, truth = [], []
    for corpus in PIANO_SETS:
        with np.load(runs_of_tiny(place) / "all" / f"{corpus}.npz") as found:
            parts = np.split(found["quadrants"], found["ends"][:-1])
            means += [part.mean(axis=0) for part in parts]
            truth += found["clips"].tolist()
    logits = np.log(means) / pooling["quadrants"]["temperature"]
    logits[:, [0, 3]] += pooling["quadrants"]["offset"]
    expected = f1_score(truth, logits.argmax(axis=1), average="macro", labels=range(4))
    (piano,) = (
        part
        for part in run.stdout.split("###")
        if part.startswith(" EMOPIA") and "all instruments" in part
    )
    (row,) = (line for line in piano.splitlines() if line.startswith("| **tiny**, as shipped |"))
    assert [cell.strip() for cell in row.split("|")[2:4]] == ["1", f"{expected:.3f}"]


def test_an_ensemble_becomes_a_model_whose_card_names_all(place, train, final):
    run = train("export", "both.json", "--date", "2026-01-01", "-o", place / "models")
    assert run.returncode == 0, run.stderr[-2000:]
    check_golden(place / "models" / "both.pb")
    content = json.loads((place / "models" / "both.json").read_text())
    (recipe,) = content["quadpred"]["training"]["recipes"].values()
    assert recipe["harmony_logit_scale"] == 1.5 and recipe["gate_patches"] == 64
    assert recipe["convolutional"]["name"] == "tiny"
    assert recipe["harmony"]["datasets"]["emopia"]["teacher_share"] == 0.5
    corpora = {one["name"]: one for one in content["quadpred"]["corpora"]}
    assert set(corpora) == {"4q", "emopia"}
    assert all(one["citation"] and one["licence"] for one in corpora.values())
    assert "soft labels" in corpora["emopia"]["use"]
    assert {one["name"] for one in content["quadpred"]["networks"]} == {"musicnn", "vibenet"}
    assert "note features" in content["description"]


def test_another_recipe_in_an_old_runs_folder_is_refused(place, train, folds):
    recipe = json.loads((place / "tiny.json").read_text())
    recipe["schedule"]["learning_rate"] = 0.5
    (place / "changed.json").write_text(json.dumps(recipe))
    before = sorted((path, path.stat().st_mtime_ns) for path in place.rglob("*.keras"))
    run = train("student", "changed.json", "--renders", place / "piano" / "renders.csv", "-j", "1")
    assert run.returncode == 1
    assert "recipe.schedule.learning_rate is 0.5 and was 0.001" in run.stderr
    assert "--again" in run.stderr
    assert sorted((path, path.stat().st_mtime_ns) for path in place.rglob("*.keras")) == before


def test_without_soft_labels_the_message_names_the_command(place, script, tmp_path):
    run = subprocess.run(
        [
            *(script, "train", "student", place / "tiny.json", "--data", place / "music"),
            *("--renders", place / "piano" / "renders.csv", "--work", tmp_path, "-j", "1"),
        ],
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 1
    assert "run 'quadpred train teacher'" in run.stderr and "Traceback" not in run.stderr


def test_without_folds_there_is_nothing_to_export(place, script, tmp_path):
    run = subprocess.run(
        [
            *(script, "train", "export", place / "tiny.json", "--data", place / "music"),
            *("--work", tmp_path, "--date", "2026-01-01", "-o", tmp_path / "models"),
        ],
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 1 and "run 'quadpred train student tiny'" in run.stderr
    assert not (tmp_path / "models").exists()
