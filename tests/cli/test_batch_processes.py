"""Runs of ``quadpred batch`` that are killed, interrupted, crash, or meet each other."""

import os
import signal
import time
from pathlib import Path

import pytest
import soundfile

from tests.soak import runs
from tests.soak.tracks import make_collection

PATIENCE = 120


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    music = tmp_path_factory.mktemp("collection") / "music"
    return music, *make_collection(music, tracks=36, broken=4)


@pytest.fixture(scope="module")
def reference(collection, tmp_path_factory):
    """What a run writes that nothing happens to."""
    output = tmp_path_factory.mktemp("reference") / "results"
    code, messages = runs.finish(runs.start(collection[0], "-o", output, "-j", 2))
    assert code == 1, messages
    runs.check(output, *collection[1:])
    return runs.content(output)


def test_killed_and_resumed_it_is_as_if_nothing_had_happened(collection, reference, tmp_path):
    music, good, bad = collection
    output = tmp_path / "results"
    code, messages = runs.kill_and_resume(
        (music, "-o", output, "-j", 2),
        lambda: runs.count_results(output),
        points=range(30),
        seconds=0.02,
        kills=3,
        seed=1,
    )
    assert code == 1, messages
    runs.check(output, good, bad)
    assert runs.content(output) == reference
    # Nothing of what the killed runs had begun is left.
    state = output / ".quadpred"
    assert os.listdir(state) == ["manifest.sqlite"]


def test_interrupted_it_keeps_what_was_finished(collection, reference, tmp_path):
    output = tmp_path / "results"
    process = runs.start(collection[0], "-o", output, "-j", 2)
    runs.wait_for(process, lambda: runs.count_results(output) >= 3)
    os.killpg(process.pid, signal.SIGINT)
    code, messages = runs.finish(process)
    assert code == 130
    assert "quadpred: interrupted: " in messages
    rows = runs.rows_of(output, "manifest.csv")
    heard = [row for row in rows if row["status"] == "ok"]
    assert 3 <= len(heard) < 36
    for row in heard:
        assert (output / row["result"]).read_bytes() == reference[row["result"]]
    code, messages = runs.finish(runs.start(collection[0], "-o", output, "-j", 2))
    assert f"{len(heard)} unchanged" in messages
    assert runs.content(output) == reference


def test_a_second_run_in_the_same_folder_is_refused(collection, tmp_path):
    output = tmp_path / "results"
    first = runs.start(collection[0], "-o", output, "-j", 1)
    runs.wait_for(first, lambda: runs.count_results(output) >= 1)
    code, messages = runs.finish(runs.start(collection[0], "-o", output, "-j", 1))
    assert code == 2
    assert "another run writes into the same folder" in messages
    first.kill()
    first.communicate()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_decoder_that_crashes_costs_its_track_alone(tmp_path, noise, jobs):
    """Where it is the track's fault it would crash again, so it is brought down twice."""
    music, output = tmp_path / "music", tmp_path / "results"
    music.mkdir()
    for number in range(6):
        soundfile.write(music / f"{number}.wav", noise(2, number), 16000)
    deadly = music / "3 deadly.wav"
    soundfile.write(deadly, noise(600), 16000)
    process = runs.start(music, "-o", output, "-j", jobs)
    first = crash(process, deadly)
    assert crash(process, deadly) != first
    code, messages = runs.finish(process)
    assert code == 1
    assert "3 deadly.wav: brought the decoder or the network down" in messages
    rows = {row["file"]: row["status"] for row in runs.rows_of(output, "manifest.csv")}
    assert rows.pop("3 deadly.wav") == "error"
    assert rows == {f"{number}.wav": "ok" for number in range(6)}


def test_a_worker_that_dies_by_accident_costs_nothing(tmp_path, noise):
    music, output = tmp_path / "music", tmp_path / "results"
    music.mkdir()
    soundfile.write(music / "long.wav", noise(600), 16000)
    soundfile.write(music / "short.wav", noise(2), 16000)
    process = runs.start(music, "-o", output, "-j", 2)
    crash(process, music / "long.wav")
    code, messages = runs.finish(process)
    assert code == 0, messages
    assert {row["status"] for row in runs.rows_of(output, "manifest.csv")} == {"ok"}


def crash(process, file):
    """Let the worker that hears a file fail as native code does; return its process."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read()
        for worker in workers_of(process):
            if has_open(worker, file):
                os.kill(worker, signal.SIGSEGV)
                while has_open(worker, file):
                    time.sleep(0.01)
                return worker
        time.sleep(0.01)
    raise AssertionError("nobody hears the file")


def workers_of(process):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(number) for number in children.split()]


def has_open(worker, file):
    try:
        return any(
            os.readlink(f"/proc/{worker}/fd/{number}") == str(file)
            for number in os.listdir(f"/proc/{worker}/fd")
        )
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


def test_memory_does_not_grow_with_what_is_done(tmp_path):
    """Tracks that cost little to hear; each passes through plan, workers and manifest."""
    music, output = tmp_path / "music", tmp_path / "results"
    for number in range(3000):
        folder = music / f"album {number // 1000}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.wav").touch()
    process = runs.start(music, "-o", output, "-j", 2, "-q", "--level", "file")
    memory = runs.watch_memory(process, lambda: runs.count_results(output))
    code, messages = runs.finish(process)
    assert code == 0, messages
    assert {row["status"] for row in runs.rows_of(output, "manifest.csv")} == {"empty"}
    # An outcome that is kept has more than 1 kB; 1,800 of them lie between the two measurements.
    assert memory.growth() < 1.8e6, memory.samples
