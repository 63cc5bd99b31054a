"""``quadpred batch --engine dask``: the local run's results, also if workers die."""

import os
import signal

import pytest
import soundfile

from checks.soak import runs
from checks.soak.cluster import start_cluster
from quadpred_plugin.batch.tasks import Job, Task, analyse_track, put_content_in_place
from quadpred_plugin.inference import load_model


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with start_cluster(tmp_path_factory.mktemp("dask") / "cluster", workers=2) as cluster:
        yield cluster


def on(cluster):
    return ("--engine", "dask", "--scheduler", cluster.address)


def test_killed_and_resumed_with_a_worker_less_it_is_as_the_local_run(
    collection, reference, cluster, tmp_path
):
    music, good, bad = collection
    output = tmp_path / "results"
    process = runs.start(music, "-o", output, *on(cluster))
    runs.wait_for(process, lambda: runs.count_results(output) >= 4)
    process.kill()
    process.communicate()
    process = runs.start(music, "-o", output, *on(cluster))
    runs.wait_for(process, lambda: runs.count_results(output) >= 12)
    cluster.workers[0].kill()
    code, messages = runs.finish(process)
    assert code == 1, messages
    runs.check(output, good, bad)
    assert runs.content(output) == reference


def test_without_a_scheduler_a_crash_costs_its_track_alone(tmp_path, noise):
    """The cluster is of this machine, and starts workers again."""
    music, output = tmp_path / "music", tmp_path / "results"
    music.mkdir()
    for number in range(4):
        soundfile.write(music / f"{number}.wav", noise(2, number), 16000)
    deadly = music / "2 deadly.wav"
    soundfile.write(deadly, noise(600), 16000)
    process = runs.start(music, "-o", output, "--engine", "dask", "-j", 2)
    assert runs.crash(process, deadly) == 2
    code, messages = runs.finish(process)
    assert code == 1
    assert "2 deadly.wav: crashed the decoder or the network" in messages
    rows = {row["file"]: row["status"] for row in runs.rows_of(output, "manifest.csv")}
    assert rows.pop("2 deadly.wav") == "error"
    assert rows == {f"{number}.wav": "ok" for number in range(4)}


def test_interrupted_it_leaves_no_process(collection, tmp_path):
    output = tmp_path / "results"
    process = runs.start(collection[0], "-o", output, "--engine", "dask", "-j", 2)
    runs.wait_for(process, lambda: runs.count_results(output) >= 8)
    os.killpg(process.pid, signal.SIGINT)
    code, messages = runs.finish(process)
    assert code == 130
    assert "quadpred: interrupted: " in messages
    assert not runs.is_left(process.pid)
    assert 1 <= len(runs.rows_of(output, "manifest.csv")) < 36


def test_a_scheduler_that_is_lost_ends_the_run_with_a_sentence(collection, tmp_path):
    output = tmp_path / "results"
    with start_cluster(tmp_path / "cluster", workers=1) as cluster:
        process = runs.start(collection[0], "-o", output, *on(cluster))
        runs.wait_for(process, lambda: runs.count_results(output) >= 8)
        cluster.kill_scheduler()
        code, messages = runs.finish(process)
    assert code == 1
    assert "The connection to the Dask scheduler is lost" in messages
    # Finished results are kept, and any engine can resume the run.
    assert len(runs.rows_of(output, "manifest.csv")) >= 1


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense"])
def test_a_scheduler_that_does_not_answer(quadpred, collection, tmp_path, address):
    arguments = ["batch", "-o", "results", "--engine", "dask", "--scheduler", address]
    run = quadpred(*arguments, collection[0], folder=tmp_path)
    assert run.code == 1
    assert f"No Dask scheduler answers at {address}" in run.messages
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("format_name", ["json", "npz"])
def test_a_worker_that_does_not_share_the_folder_returns_the_same_file(
    tmp_path, noise, format_name
):
    """It can't see the run's staging folder, which is how it knows."""
    music, output = tmp_path / "music", tmp_path / "output"
    staging = output / "staging"
    staging.mkdir(parents=True)
    music.mkdir()
    soundfile.write(music / "a.wav", noise(2), 16000)
    model = load_model()
    here = Job(str(music), str(output), str(staging), None, format_name, "frame")
    elsewhere = Job(str(music), str(output), str(tmp_path / "nowhere"), None, format_name, "frame")
    written = analyse_track(here, model, Task("a.wav", "written"))
    assert written.content is None
    returned = analyse_track(elsewhere, model, Task("a.wav", "sub/returned"))
    assert not (output / "sub").exists()
    placed = put_content_in_place(here, returned)
    assert placed.content is None
    assert (output / "sub" / "returned").read_bytes() == (output / "written").read_bytes()
    assert placed.result_size == written.result_size
