"""``quadpred batch --dataset`` into S3 with faults, and into fsspec's memory."""

import io
import os

import fsspec
import pyarrow.parquet
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

PART = "tracks.parquet/part-000001.parquet"


def write_wav(path, noise, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, noise(1.5, seed), 16000)


@pytest.fixture
def music(tmp_path, noise):
    for seed, name in enumerate(("album/a, b.wav", "album/Größe.wav", "song.wav")):
        write_wav(tmp_path / "music" / name, noise, seed)
    return tmp_path / "music"


@pytest.fixture(scope="module")
def server():
    with s3_server() as server:
        server.put("results", {})
        yield server


@pytest.fixture
def batch(server, quadpred, tmp_path):
    def run(*arguments):
        return quadpred(
            *("batch", "-j", "1", *arguments, "music"),
            folder=tmp_path,
            XDG_STATE_HOME=str(tmp_path / "state"),
            **server.environment,
        )

    return run


def keys(server):
    found = server.client.list_objects_v2(Bucket="results").get("Contents", [])
    return {entry["Key"] for entry in found}


def rows(server, key):
    content = server.client.get_object(Bucket="results", Key=key)["Body"].read()
    if key.endswith(".csv"):
        return read_rows(content)
    return in_order(pyarrow.parquet.read_table(io.BytesIO(content)))


def in_order(table):
    # Tracks are in the order in which they were ready.
    return sorted(table.to_pylist(), key=lambda row: row["file"])


def test_it_is_that_of_a_folder_although_a_connection_breaks(server, batch, music, noise, tmp_path):
    assert batch("--dataset", "-o", "here").code == 0
    server.refused[".part-000001.parquet"] = 1
    address = ("--dataset", "-o", "s3://results/emotion")
    run = batch(*address)
    assert run.code == 0, run.messages
    assert not +server.refused
    tables = {f"emotion/{name}" for name in ("manifest.csv", "failures.csv", "settings.json")}
    assert keys(server) == {f"emotion/{PART}", *tables}
    local = pyarrow.parquet.read_table(tmp_path / "here" / PART)
    assert rows(server, f"emotion/{PART}") == in_order(local)
    assert [row["result"] for row in rows(server, "emotion/manifest.csv")] == [PART] * 3
    # It says where the manifest is.
    (manifest,) = (tmp_path / "state").rglob("manifest.sqlite")
    assert f"is in {manifest.parent.parent}: only" in run.messages

    assert "3 tracks: 3 unchanged." in batch(*address).messages
    write_wav(music / "song.wav", noise, 9)
    assert "3 tracks: 1 analysed, 2 unchanged." in batch(*address).messages
    second = f"emotion/{PART.replace('1.', '2.')}"
    assert keys(server) == {f"emotion/{PART}", second, *tables}
    assert [row["file"] for row in rows(server, second)] == ["song.wav"]
    kept = [row["file"] for row in rows(server, f"emotion/{PART}")]
    assert kept == ["album/Größe.wav", "album/a, b.wav"]

    # To another machine it is a folder with foreign files.
    os.rename(tmp_path / "state", tmp_path / "another")
    run = batch(*address)
    assert run.code == 2
    assert "s3://results/emotion isn't empty and contains no results" in run.messages
    assert second in keys(server)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-o", "s3://results/r"], "to which only a data set is written: give --dataset"),
        (["--dataset", "-o", "s3://no-such-bucket/r"], "s3://no-such-bucket/r/settings.json can't"),
        (["--dataset", "-o", "nonsense://r"], "nonsense://r can't be used: "),
    ],
)
def test_an_address_that_takes_nothing_is_a_sentence(batch, music, arguments, sentence):
    run = batch(*arguments)
    assert run.code in (1, 2)
    assert sentence in run.messages
    assert "analysed" not in run.messages


@pytest.fixture
def memory(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(addresses, "_WAITS_SECONDS", (0.0, 0.0))
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def analyse(root):
    """Analyse a collection in this process into memory://results; return the outcomes."""
    card = find_model()
    options = EngineOptions(card, 1, None, lambda sentence: None)
    arguments = (str(root), "memory://results", card, None, None, "file", ReuseRules(), print)
    with engine_in_process.open_engine(options) as engine, open_batch(*arguments) as batch:
        return [batch.record(outcome).file for outcome in batch.outcomes(engine)]


def test_a_part_that_never_arrives_ends_the_run_and_the_next_one_writes_it(
    memory, music, monkeypatch
):
    put, failures = memory.put_file, []

    def put_or_fail(path, name, **options):
        if name.endswith(".part-000001.parquet"):
            failures.append(name)
            # What a broken connection leaves.
            memory.pipe_file(name, b"PAR1")
            raise TimeoutError
        put(path, name, **options)

    with monkeypatch.context() as broken:
        broken.setattr(memory, "put_file", put_or_fail)
        with pytest.raises(OutputError, match=r"part-000001.parquet can't be written: 3 attempts"):
            analyse(music)
    assert f"/results/{PART}" not in memory.store
    assert len(analyse(music)) == 3
    assert sorted(name for name in memory.store if "part" in name) == [f"/results/{PART}"]
    with memory.open(f"/results/{PART}") as stream:
        assert len(pyarrow.parquet.read_table(stream)) == 3
