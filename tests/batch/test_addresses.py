"""``quadpred batch`` over collections at addresses: S3 with faults, and fsspec's memory."""

import io
import json
import os
import time

import fsspec
import pytest
import soundfile

from quadpred_plugin.batch.engines import EngineOptions
from quadpred_plugin.batch.plan import ReuseRules
from quadpred_plugin.batch.run import open_batch
from quadpred_plugin.errors import OutputError
from quadpred_plugin.model.registry import find_model
from quadpred_plugin.system import addresses
from tests.batch import engine_in_process
from tests.conftest import read_rows
from tests.s3_server import s3_server

NAMES = ["album/a, b.wav", "album/Größe.wav", "song.wav"]


def wav(noise, seed):
    stream = io.BytesIO()
    soundfile.write(stream, noise(1.5, seed), 16000, format="WAV")
    return stream.getvalue()


@pytest.fixture(scope="module")
def tracks(noise):
    return {name: wav(noise, seed) for seed, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def local(tracks, tmp_path_factory, quadpred):
    """The results of the same tracks in a folder."""
    folder = tmp_path_factory.mktemp("local")
    for name, content in tracks.items():
        path = folder / "music" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    run = quadpred("batch", "-j", "1", "-o", "results", "music", folder=folder)
    assert run.code == 0, run.messages
    return results_in(folder / "results")


@pytest.fixture(scope="module")
def server():
    with s3_server() as server:
        yield server


@pytest.fixture(autouse=True)
def whole(request):
    """Leave no fault for the next test."""
    yield
    if "server" in request.fixturenames:
        request.getfixturevalue("server").cut.clear()


@pytest.fixture(scope="module")
def bucket(server, tracks):
    others = {"notes.txt": b"no music", ".hidden.wav": b"", "album/": b"", "../up.wav": b"x"}
    server.put("tracks", {f"music/{name}": data for name, data in (tracks | others).items()})
    return "s3://tracks/music"


def results_in(output):
    return {
        str(path.relative_to(output)): json.loads(path.read_bytes())
        for path in output.rglob("*.json")
        if path.name != "settings.json"
    }


def table(output):
    return {row["file"]: row for row in read_rows((output / "manifest.csv").read_bytes())}


def left_copies(output):
    return [path for path in (output / ".quadpred").rglob("*") if "track" in path.name]


def test_results_are_those_of_a_folder_although_connections_break(
    server, bucket, local, quadpred, tmp_path
):
    server.cut["song.wav"] = 2
    arguments = ("batch", "-j", "1", "-o", "results", bucket)
    run = quadpred(*arguments, folder=tmp_path, **server.environment)
    assert run.code == 0, run.messages
    assert server.cut["song.wav"] == 0
    assert results_in(tmp_path / "results") == local
    assert sorted(table(tmp_path / "results")) == sorted(NAMES)
    assert not left_copies(tmp_path / "results")
    before = server.reads.copy()
    again = quadpred(*arguments, folder=tmp_path, **server.environment)
    assert "3 tracks: 3 unchanged." in again.messages
    # Sizes and times come with the list of names: no track is read again.
    assert server.reads == before


def test_a_track_that_never_arrives_is_a_failure_and_later_analysed(
    server, bucket, quadpred, tmp_path
):
    server.cut["song.wav"] = 1000
    arguments = ("batch", "-j", "1", "-o", "results", bucket)
    begin = time.monotonic()
    run = quadpred(*arguments, folder=tmp_path, **server.environment)
    assert time.monotonic() - begin < 300
    assert run.code == 1
    assert "song.wav: can't be fetched: 3 attempts failed, the last with " in run.messages
    rows = table(tmp_path / "results")
    assert {file: row["status"] for file, row in rows.items()} == {
        "album/a, b.wav": "ok",
        "album/Größe.wav": "ok",
        "song.wav": "error",
    }
    server.cut.clear()
    run = quadpred(*arguments, folder=tmp_path, **server.environment)
    assert run.code == 0
    assert "3 tracks: 1 analysed, 2 unchanged." in run.messages


def test_a_track_that_changes_is_analysed_again(server, tracks, noise, quadpred, tmp_path):
    server.put("changing", {f"{name}": data for name, data in tracks.items()})
    arguments = ("batch", "-j", "1", "--dataset", "-o", "results", "s3://changing")
    assert quadpred(*arguments, folder=tmp_path, **server.environment).code == 0
    server.client.put_object(Bucket="changing", Key="song.wav", Body=wav(noise, 9) + b"\0")
    run = quadpred(*arguments, folder=tmp_path, **server.environment)
    assert "3 tracks: 1 analysed, 2 unchanged." in run.messages, run.messages


def test_workers_of_dask_read_it_too(server, bucket, local, quadpred, tmp_path):
    server.cut["Größe.wav"] = 1
    run = quadpred(
        *("batch", "--engine", "dask", "-j", "1", "-o", "results", bucket),
        folder=tmp_path,
        **server.environment,
    )
    assert run.code == 0, run.messages
    assert results_in(tmp_path / "results") == local


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("s3://tracks/nothing", "s3://tracks/nothing can't be read: "),
        ("s3://no-such-bucket", "s3://no-such-bucket can't be read: "),
        ("nonsense://music", "nonsense://music can't be used: "),
    ],
)
def test_an_address_without_tracks_is_a_sentence(
    server, bucket, address, sentence, quadpred, tmp_path
):
    run = quadpred("batch", "-o", "results", address, folder=tmp_path, **server.environment)
    assert run.code in (1, 2)
    assert sentence in run.messages


def test_links_are_of_folders_only(bucket, server, quadpred, tmp_path):
    run = quadpred(
        "batch", "-o", "r", "--follow-links", ".", bucket, folder=tmp_path, **server.environment
    )
    assert run.code == 2
    assert "where no links can be followed" in run.messages


@pytest.fixture
def memory(tracks):
    """A collection in the memory of this process."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    for name, content in tracks.items():
        system.pipe_file(f"/music/{name}", content)
    yield system
    system.store.clear()


def analyse(root, output):
    """Analyse a collection in this process; return the outcomes by file."""
    card = find_model()
    options = EngineOptions(card, 1, None, lambda sentence: None)
    outcomes = {}
    with (
        engine_in_process.open_engine(options) as engine,
        open_batch(root, str(output), card, None, "json", "frame", ReuseRules(), print) as batch,
    ):
        for outcome in batch.outcomes(engine):
            outcomes[outcome.file] = batch.record(outcome)
    return outcomes


def test_memory_is_read_and_a_short_answer_is_tried_again(memory, local, tmp_path, monkeypatch):
    monkeypatch.setattr(addresses, "_WAITS_SECONDS", (0.0, 0.0))
    read, failures = memory.open, [OSError("reset"), TimeoutError(), ValueError("no answer")]

    def open_or_fail(path, *arguments, **options):
        if path.endswith("song.wav") and failures:
            raise failures.pop()
        return read(path, *arguments, **options)

    monkeypatch.setattr(memory, "open", open_or_fail)
    first = analyse("memory://music", tmp_path / "results")
    assert first["song.wav"].status == "error"
    assert first["song.wav"].reasons == (
        "can't be fetched: 3 attempts failed, the last with OSError: reset.",
    )
    assert analyse("memory://music", tmp_path / "results").keys() == {"song.wav"}
    found = results_in(tmp_path / "results")
    assert found.keys() == local.keys()
    for name, rows in local.items():
        # Another process, so the last digits differ.
        assert [row["arousal"] for row in found[name]] == pytest.approx(
            [row["arousal"] for row in rows], abs=1e-6
        )


def test_a_track_that_goes_meanwhile_is_missing(memory, tmp_path, monkeypatch):
    listed = memory.ls

    def list_and_remove(path, **options):
        found = listed(path, **options)
        memory.store.pop("/music/song.wav", None)
        return found

    monkeypatch.setattr(memory, "ls", list_and_remove)
    found = analyse("memory://music", tmp_path / "results")
    assert found["album/Größe.wav"].status == "ok"
    assert found["song.wav"].reasons == ("does not exist.",)


def test_a_full_disk_ends_the_run(memory, tmp_path, monkeypatch):
    def full(stream, block):
        raise addresses.DiskFullError(28, os.strerror(28))

    monkeypatch.setattr(addresses, "_write_here", full)
    with pytest.raises(OutputError, match=r"can't be written to .* No space left on device"):
        analyse("memory://music", tmp_path / "results")
