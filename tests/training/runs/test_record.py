"""Records of runs: the same settings resume, others are refused with what differs."""

from dataclasses import replace

import pytest
import soundfile

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training import steps
from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.recipes.config import read_recipe
from quadpred_plugin.training.recipes.kinds import Student
from quadpred_plugin.training.runs.record import delete_runs, open_run, record_of
from tests import signals

FRONT_END = Preprocessing()


@pytest.fixture
def tracks(tmp_path):
    found = []
    for index in range(3):
        path = tmp_path / f"{index}.wav"
        soundfile.write(path, signals.sine(1, frequency=220 * (index + 1)), 16000)
        found.append(Track("4q", f"clip{index}", path, index, f"artist{index}"))
    return found


@pytest.fixture
def recipe():
    return read_recipe("student-harmony", Student)


@pytest.fixture
def opened(tmp_path, tracks, recipe):
    """Open the run of a recipe, and leave a network there."""
    (tmp_path / "start.keras").write_bytes(b"weights")

    def open_(recipe=recipe, tracks=tracks, front_end=FRONT_END):
        record = record_of(
            "student", recipe, {"train": tracks}, front_end, {"weights": tmp_path / "start.keras"}
        )
        run = open_run(tmp_path / "run", record)
        run.file("best.keras").touch()
        return run

    return open_


def test_the_same_run_is_resumed(opened):
    assert opened() == opened()


def test_another_recipe_is_refused(opened, recipe):
    opened()
    other = replace(recipe, dropout=0.4, schedule=replace(recipe.schedule, seed=10))
    with pytest.raises(QuadpredError) as refused:
        opened(other)
    assert "recipe.dropout is 0.4 and was 0.2" in str(refused.value)
    assert "recipe.schedule.seed is 10 and was 9" in str(refused.value)
    assert "--again" in str(refused.value)


def test_another_recipe_below_it_is_refused(opened, recipe):
    opened()
    below = replace(recipe.initial_weights, patches=1)
    with pytest.raises(QuadpredError, match=r"recipe\.initial_weights\.patches is 1 and was 40000"):
        opened(replace(recipe, initial_weights=below))


def test_replaced_audio_is_refused(opened, tracks):
    opened()
    soundfile.write(tracks[1].path, signals.noise(1, seed=5) * 0.1, 16000)
    with pytest.raises(QuadpredError, match=r"tracks\.4q/train/clip1 has another content"):
        opened()


def test_another_label_and_a_missing_track_are_refused(opened, tracks):
    opened()
    changed = [replace(tracks[0], quadrant=3), tracks[1]]
    with pytest.raises(QuadpredError) as refused:
        opened(tracks=changed)
    assert "tracks.4q/train/clip0 has another content" in str(refused.value)
    assert "tracks.4q/train/clip2 is gone" in str(refused.value)


def test_another_front_end_is_refused(opened, recipe):
    opened()
    front_end = Preprocessing(bands=96)
    with pytest.raises(QuadpredError, match="front_end is"):
        opened(replace(recipe, front_end=front_end), front_end=front_end)


def test_other_initial_weights_are_refused(opened, tmp_path):
    opened()
    (tmp_path / "start.keras").write_bytes(b"others")
    with pytest.raises(QuadpredError, match=r"inputs\.weights has another content"):
        opened()


def test_another_version_of_the_code_is_refused(opened, monkeypatch):
    opened()
    monkeypatch.setitem(steps.VERSIONS, "student", 99)
    with pytest.raises(QuadpredError, match="code is 99 and was"):
        opened()


def test_many_differences_are_counted(opened, tracks, tmp_path):
    opened()
    more = [replace(tracks[0], name=f"new{index}") for index in range(9)]
    with pytest.raises(QuadpredError, match="and 9 more"):
        opened(tracks=more)


def test_files_without_a_record_are_not_taken_for_a_run(opened, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "best.keras").touch()
    with pytest.raises(QuadpredError, match=r"has files but no readable run\.json"):
        opened()
    with pytest.raises(QuadpredError, match="may not be a run's"):
        delete_runs([tmp_path / "run"])
    assert (tmp_path / "run" / "best.keras").exists()


def test_a_deleted_run_starts_anew(opened, recipe, tmp_path):
    opened()
    delete_runs([tmp_path / "run", tmp_path / "absent"])
    assert not (tmp_path / "run").exists()
    opened(replace(recipe, dropout=0.4))
