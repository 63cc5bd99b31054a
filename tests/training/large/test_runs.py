"""The large model's heads on tiny corpora: trained, scored, resumed, refused."""

import shutil
import subprocess

import numpy as np
import pytest

from quadpred_plugin import load_model
from quadpred_plugin.training.served import CACHE_FOLDER
from tests.conftest import SCRIPT
from tests.limits import HANG
from tests.training.emotion_corpora import outputs_of_track, write_corpora, write_recipe


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Tiny corpora and a recipe."""
    folder = tmp_path_factory.mktemp("large")
    write_corpora(folder)
    write_recipe(folder, "large", {"name": "tiny", "patches": 64}, epochs=2, batch_size=16)
    return folder


def train(place, *arguments):
    command = [SCRIPT, "train", "large", "tiny.json", "--data", "data"]
    command += ["--renders", "renders/renders.csv", "--degraded", "degraded"]
    command += ["--vgmidi-renders", "vgmidi-renders/renders.csv", "--work", "work"]
    return subprocess.run(
        [*command, *arguments], cwd=place, capture_output=True, text=True, timeout=HANG
    )


@pytest.fixture(scope="module")
def trained(place):
    done = train(place)
    assert done.returncode == 0, done.stderr
    return done


def test_every_test_set_is_scored(trained):
    lines = trained.stdout.splitlines()
    names = ["4q", "emopia-held-back", "emopia-known", "vgmidi"]
    assert [line.partition(":")[0] for line in lines] == names


def test_each_clip_and_piece_is_judged_once_by_a_network_without_it(place, trained):
    found = {}
    for fold in (0, 1):
        for tests in ("4q", "vgmidi"):
            with np.load(place / "work/runs/large/tiny" / f"fold{fold}" / f"{tests}.npz") as file:
                found[fold, tests] = sorted(map(str, file["names"]))
                # A patch of 3 s every 3 s of a clip, every 1.5 s of a piece.
                assert set(file["counts"]) == ({2} if tests == "4q" else {3})
    assert found[0, "4q"] == [f"clip{index}" for index in range(4)]
    assert found[1, "4q"] == [f"clip{index}" for index in range(4, 8)]
    assert found[0, "vgmidi"] == ["piece0@fluid"]
    assert found[1, "vgmidi"] == ["piece1@fluid"]


def test_finished_runs_are_scored_without_their_features(place, trained):
    cache, aside = place / "work" / "cache", place / "aside"
    shutil.move(cache, aside)
    try:
        again = train(place)
        assert again.stdout == trained.stdout
        assert not (cache / CACHE_FOLDER).exists()
    finally:
        shutil.rmtree(cache, ignore_errors=True)
        shutil.move(aside, cache)


def test_a_run_by_another_recipe_is_refused(place, trained):
    path = place / "tiny.json"
    recipe = path.read_text()
    try:
        path.write_text(recipe.replace('"lag": 2.0', '"lag": 3.0'))
        refused = train(place)
    finally:
        path.write_text(recipe)
    assert refused.returncode == 1
    assert "recipe.degrees.lag is 3.0 and was 2.0" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_exported_model_gives_the_outputs_that_were_scored(place, trained):
    done = train(place, "--final")
    assert done.returncode == 0, done.stderr
    command = [SCRIPT, "train", "export", "tiny.json", "--data", "data/4q", "--work", "work"]
    command += ["--renders", "renders/renders.csv", "-o", "models", "--date", "2026-11-29"]
    export = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=HANG)
    assert export.returncode == 0, export.stderr
    model = load_model(place / "models" / "tiny.pb")
    own = model.card.content["quadpred"]
    assert set(own["pooling"]) == {"quadrants"}
    assert own["outputs"]["arousal"].startswith("degree of arousal as listeners would rate it")
    assert {one["use"] for one in own["corpora"]} == {"labels", "listeners' ratings"}
    assert [one["name"] for one in own["networks"]] == ["musicnn"]

    # The fold's network in the same file: its outputs were scored, on patches 3 s apart.
    prediction = model.predict(place / "renders" / "4.wav", hop=187 * 256 / 16000)
    scored = outputs_of_track(place / "work/runs/large/tiny/all/emopia-known.npz", "clip4@one")
    # The first patch begins with the file in both. Weights and features are float16.
    for head, values in scored.items():
        np.testing.assert_allclose(getattr(prediction, head)[0], values[0], atol=5e-3)
