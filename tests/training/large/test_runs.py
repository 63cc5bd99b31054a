"""The large model's heads on tiny corpora: trained, scored, resumed, refused."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from quadpred_plugin import load_model
from quadpred_plugin.training.datasets import vgmidi
from quadpred_plugin.training.recipes.config import SHIPPED
from quadpred_plugin.training.served import CACHE_FOLDER
from tests import signals
from tests.conftest import SCRIPT
from tests.limits import HANG
from tests.training.tables import write_csv

SECONDS = 7
CLIPS = 8


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Clips, renders, two rated pieces of two series, degraded versions, and a recipe."""
    folder = tmp_path_factory.mktemp("large")
    music, pieces = folder / "data" / "4q", folder / "data" / "vgmidi"
    renders, rendered = folder / "renders", folder / "vgmidi-renders"
    degraded = folder / "degraded" / "4q"
    for one in (music, pieces, renders, rendered, degraded):
        one.mkdir(parents=True)
    clips, piano, changed = [], [], []
    for index in range(CLIPS):
        tone = signals.sine(SECONDS, frequency=220 * (1 + index % 4)) * 0.5
        sound = tone + signals.noise(SECONDS, seed=index) * 0.1 * (index % 4)
        soundfile.write(music / f"{index}.wav", sound, 16000)
        soundfile.write(degraded / f"{index}.wav", sound[1600:] * 0.5, 16000)
        soundfile.write(renders / f"{index}.wav", tone, 16000)
        name, label = f"clip{index}", f"Q{1 + index % 4}"
        common = {"clip": name, "path": f"{index}.wav", "quadrant": label}
        clips.append({**common, "artist_id": index, "fold": index // 4})
        part = "train" if index < 4 else "val"
        for soundfont in ("one", "musescore"):
            piano.append({**common, "soundfont": soundfont, "part": part, "song_id": index})
        changed.append(
            {"clip": name, "path": f"{index}.wav", "number": 1, "start": 0.1, "chain": "-"}
        )
    write_csv(music / "labels.csv", clips)
    write_csv(renders / "renders.csv", piano)
    write_csv(degraded / "degraded.csv", changed)
    facts, ratings, played = [], [], []
    for index, series in enumerate(vgmidi.SERIES[:2]):
        name = f"piece{index}"
        facts.append(
            {
                "piece": name,
                "path": f"{name}.mid",
                "series": series,
                "title": name,
                "duration": SECONDS,
                "measures": 3,
                "measure_seconds": 2,
                "listeners": 2,
                "listeners_who_knew_it": 0,
            }
        )
        for measure in range(3):
            for listener in range(2):
                ratings.append(
                    {
                        "piece": name,
                        "measure": measure,
                        "listener": listener,
                        "arousal": 0.1 * measure - 0.2 * index,
                        "valence": 0.2 * listener - 0.1 * measure,
                    }
                )
        soundfile.write(rendered / f"{name}.wav", signals.sine(SECONDS, frequency=330), 16000)
        played.append(
            {
                "clip": name,
                "path": f"{name}.wav",
                "soundfont": "fluid",
                "song_id": series,
                "fold": index,
                "font": "fluid",
                "program": 0,
                "transposition": 0,
                "speed": 1.0,
                "loudness": 1.0,
            }
        )
    write_csv(pieces / "pieces.csv", facts)
    write_csv(pieces / "ratings.csv", ratings)
    write_csv(rendered / "renders.csv", played)
    recipe = json.loads((SHIPPED / "large.json").read_text())
    recipe |= {"name": "tiny", "patches": 64}
    recipe["schedule"] |= {"epochs": 2, "batch_size": 16}
    (folder / "tiny.json").write_text(json.dumps(recipe))
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
    with np.load(place / "work/runs/large/tiny/all/emopia-known.npz") as file:
        at = list(file["names"]).index("clip4@one")
        rows = slice(file["counts"][:at].sum(), file["counts"][: at + 1].sum())
        scored = {head: file[head][rows] for head in ("quadrants", "arousal", "valence")}
    # The first patch begins with the file in both. Weights and features are float16.
    for head, values in scored.items():
        np.testing.assert_allclose(getattr(prediction, head)[0], values[0], atol=5e-3)
