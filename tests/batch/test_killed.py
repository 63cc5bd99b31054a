"""Runs of ``quadpred batch`` that are killed, interrupted, crash, or run at the same time."""

import os
import signal

import pytest
import soundfile

from checks.soak import runs


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
    # Nothing of the killed runs is left.
    state = output / ".quadpred"
    assert os.listdir(state) == ["manifest.sqlite"]


def test_interrupted_it_keeps_what_was_finished(collection, reference, tmp_path):
    output = tmp_path / "results"
    process = runs.start(collection[0], "-o", output, "-j", 2)
    runs.wait_for(process, lambda: runs.count_results(output) >= 8)
    os.killpg(process.pid, signal.SIGINT)
    code, messages = runs.finish(process)
    assert code == 130
    assert "quadpred: interrupted: " in messages
    rows = runs.rows_of(output, "manifest.csv")
    done = [row for row in rows if row["status"] == "ok"]
    # A result that a worker has just written may not be recorded yet.
    assert 1 <= len(done) < 36
    for row in done:
        assert (output / row["result"]).read_bytes() == reference[row["result"]]
    code, messages = runs.finish(runs.start(collection[0], "-o", output, "-j", 2))
    assert f"{len(done)} unchanged" in messages
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
    music, output = tmp_path / "music", tmp_path / "results"
    music.mkdir()
    for number in range(6):
        soundfile.write(music / f"{number}.wav", noise(2, number), 16000)
    deadly = music / "3 deadly.wav"
    soundfile.write(deadly, noise(600), 16000)
    process = runs.start(music, "-o", output, "-j", jobs)
    assert runs.crash(process, deadly) == 2
    code, messages = runs.finish(process)
    assert code == 1
    assert "3 deadly.wav: crashed the decoder or the network" in messages
    rows = {row["file"]: row["status"] for row in runs.rows_of(output, "manifest.csv")}
    assert rows.pop("3 deadly.wav") == "error"
    assert rows == {f"{number}.wav": "ok" for number in range(6)}


def test_a_worker_that_dies_by_accident_costs_nothing(tmp_path, noise):
    music, output = tmp_path / "music", tmp_path / "results"
    music.mkdir()
    soundfile.write(music / "long.wav", noise(600), 16000)
    soundfile.write(music / "short.wav", noise(2), 16000)
    process = runs.start(music, "-o", output, "-j", 2)
    assert runs.crash(process, music / "long.wav", times=1) == 1
    code, messages = runs.finish(process)
    assert code == 0, messages
    assert {row["status"] for row in runs.rows_of(output, "manifest.csv")} == {"ok"}


def test_memory_does_not_grow_with_what_is_done(tmp_path):
    """Empty tracks, which pass through plan, workers and manifest in little time."""
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
    # A stored outcome has more than 1 kB; 1,800 are between the two measurements.
    assert memory.growth() < 1.8e6, memory.samples
