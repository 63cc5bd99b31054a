"""The small model with context on tiny corpora: pretext, folds, teacher, resumed."""

import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from quadpred_plugin import load_model
from quadpred_plugin.training.teachers.soft_labels import note_labels, write_soft_labels
from tests import signals
from tests.conftest import SCRIPT
from tests.limits import HANG
from tests.training.emotion_corpora import outputs_of_track, write_corpora, write_recipe


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Tiny corpora with a game's music, and the recipes of both models."""
    folder = tmp_path_factory.mktemp("contextual")
    write_corpora(folder)
    package = folder / "games" / "a-game"
    package.mkdir(parents=True)
    soundfile.write(package / "theme.flac", signals.noise(40, seed=1) * 0.5, 16000)
    write_recipe(folder, "large", {"name": "teacher", "patches": 64}, epochs=2, batch_size=16)
    write_recipe(
        folder,
        "pretext-contextual",
        {"name": "tiny-pretext", "patches": 64},
        epochs=2,
        batch_size=16,
    )
    changes = {
        "name": "tiny",
        "initial_weights": "tiny-pretext.json",
        "teacher": "teacher.json",
        "patches": 64,
    }
    write_recipe(folder, "contextual", changes, epochs=2, batch_size=16)
    quadrants = np.full((4, 1, 4), 0.25)
    labels = note_labels(folder / "work")
    labels.parent.mkdir(parents=True)
    write_soft_labels(
        labels,
        [f"clip{index}@one" for index in range(4)],
        [np.ones(1)] * 4,
        list(quadrants),
        quadrants[:, 0],
    )
    return folder


def train(place, command, recipe, *arguments):
    line = [SCRIPT, "train", command, recipe, "--data", "data", "--work", "work"]
    line += ["--renders", "renders/renders.csv", "--degraded", "degraded"]
    line += ["--vgmidi-renders", "vgmidi-renders/renders.csv", *arguments]
    return subprocess.run(line, cwd=place, capture_output=True, text=True, timeout=HANG)


@pytest.fixture(scope="module")
def trained(place):
    """The output of the training, after that of its teacher."""
    teacher = train(place, "large", "teacher.json")
    assert teacher.returncode == 0, teacher.stderr
    done = train(place, "contextual", "tiny.json", "--games", "games")
    assert done.returncode == 0, done.stderr
    return done


def test_a_missing_teacher_is_named(place):
    refused = train(place, "contextual", "tiny.json", "--games", "games", "--work", "elsewhere")
    assert refused.returncode == 1
    assert "run 'quadpred train large teacher.json' first" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_every_test_set_is_scored(trained):
    names = ["4q", "emopia-held-back", "emopia-known", "vgmidi"]
    assert [line.partition(":")[0] for line in trained.stdout.splitlines()] == names


def test_outputs_are_those_of_the_patches_of_a_file(place, trained):
    with np.load(place / "work/runs/contextual/tiny/fold0/4q.npz") as file:
        # Seven seconds have seven rows of 0.992 s.
        assert set(file["counts"]) == {7}
        np.testing.assert_allclose(file["times"][:3], 0.992 * np.array([0.5, 1.5, 2.5]))
        np.testing.assert_allclose(file["quadrants"].sum(axis=1), 1, rtol=1e-5)


def test_an_interrupted_run_ends_as_an_uninterrupted_one(place, trained):
    folder = place / "work" / "runs" / "contextual" / "tiny" / "fold0"
    with np.load(folder / "4q.npz") as file:
        whole = {name: file[name] for name in file.files}
    aside = place / "aside"
    shutil.move(folder, aside)
    short = place / "work" / "runs" / "contextual" / "tiny"
    try:
        interrupted = train(place, "contextual", "tiny.json", "--games", "games", "--fold", "0")
        assert interrupted.returncode == 0, interrupted.stderr
        with np.load(short / "fold0" / "4q.npz") as file:
            for name, values in whole.items():
                if values.dtype.kind == "f":
                    np.testing.assert_allclose(file[name], values, atol=1e-5)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(aside, folder)


def test_the_tables_have_the_scores_of_both_models(place, trained):
    page = place / "results.md"
    page.write_text("# Results\n\n<!-- corpora:begin -->\nstale\n<!-- corpora:end -->\n\nEnd.\n")
    command = [SCRIPT, "train", "tables", "tiny.json", "teacher.json", "--data", "data"]
    command += ["--work", "work", "--renders", "renders/renders.csv", "--write", "results.md"]
    command += ["--vgmidi-renders", "vgmidi-renders/renders.csv"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    text = page.read_text()
    assert done.stdout.strip() in text and "stale" not in text and text.endswith("End.\n")
    rows = [tuple(line.strip("| ").split(" | ")) for line in text.splitlines() if "|" in line]

    arousal, truth = [], []
    for fold in (0, 1):
        with np.load(place / f"work/runs/contextual/tiny/fold{fold}/emopia-held-back.npz") as file:
            parts = np.split(file["arousal"], np.cumsum(file["counts"])[:-1])
            arousal += [part.mean() for part in parts]
            truth += [int(name[len("clip")]) % 4 < 2 for name in file["names"]]
    accuracy = np.mean((np.array(arousal) > 0) == truth)
    (row,) = [one for one in rows if one[:2] == ("**tiny**", "musescore")]
    assert row[3] == f"{accuracy:.3f}"

    means = []
    for fold in (0, 1):
        with np.load(place / f"work/runs/large/teacher/fold{fold}/vgmidi.npz") as file:
            means.append(file["arousal"].mean())
    begin = next(index for index, one in enumerate(rows) if one[0] == "predicted by")
    row = next(one for one in rows[begin:] if one[0] == "**teacher**")
    # Ratings of the first piece are higher.
    assert float(row[1]) == (1 if means[0] > means[1] else -1)


def test_the_exported_model_gives_the_outputs_that_were_scored(place, trained):
    for command, recipe, *games in (
        ("large", "teacher.json"),
        ("contextual", "tiny.json", "--games", "games"),
    ):
        done = train(place, command, recipe, *games, "--final")
        assert done.returncode == 0, done.stderr
    command = [SCRIPT, "train", "export", "tiny.json", "--data", "data/4q", "--work", "work"]
    command += ["--renders", "renders/renders.csv", "-o", "models", "--date", "2026-11-29"]
    export = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=HANG)
    assert export.returncode == 0, export.stderr
    model = load_model(place / "models" / "tiny.pb")
    own = model.card.content["quadpred"]
    assert set(own["pooling"]) == {"quadrants"}
    uses = {one["name"]: one["use"] for one in own["corpora"]}
    assert uses["4q"] == "labels; teacher's soft labels"
    assert uses["games"] == "pretext training, without emotion labels"
    assert [one["name"] for one in own["networks"]] == ["musicnn"]
    assert model.card.entries["patches"].embeddings.width == 256

    prediction = model.predict(place / "renders" / "4.wav")
    scored = outputs_of_track(place / "work/runs/contextual/tiny/all/emopia-known.npz", "clip4@one")
    # Weights and bands are float16.
    for head, values in scored.items():
        np.testing.assert_allclose(getattr(prediction, head), values, atol=5e-3)
