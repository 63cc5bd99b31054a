"""``quadpred batch --dataset``: each track's rows once, whatever happened before."""

import json
import os
import shutil

import pyarrow.dataset
import pyarrow.parquet
import pytest
import soundfile

from quadpred_plugin.model.registry import find_model
from tests.conftest import read_rows

NAMES = [b"a.wav", b"b.flac", b"c/d.wav", b"c/not utf-8 \xff.wav"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("dataset")
    (folder / "music" / "c").mkdir(parents=True)
    for seed, name in enumerate(NAMES):
        with open(os.path.join(os.fsencode(folder / "music"), name), "wb") as stream:
            soundfile.write(stream, noise(2 + seed, seed), 16000, format="WAV")
    (folder / "music" / "silent.wav").touch()
    (folder / "music" / "text.mp3").write_text("This is no music.\n" * 100)
    return folder


@pytest.fixture(scope="module")
def first(folder, quadpred):
    output = folder / "first"
    run = quadpred("batch", "--dataset", "-o", output, "music", folder=folder)
    assert run.code == 1, run.messages
    return output


@pytest.fixture
def batch(folder, first, quadpred, tmp_path):
    """Go on in a copy of the first run's folder."""
    output = tmp_path / "results"
    shutil.copytree(first, output)

    def run(*arguments):
        return quadpred("batch", "--dataset", *arguments, "-o", output, "music", folder=folder)

    run.output = output
    return run


def read(output, name="tracks.parquet"):
    return pyarrow.parquet.read_table(output / name).to_pylist()


def by_file(rows):
    assert len({row["file"] for row in rows}) == len(rows), "a track twice"
    return {row["file"]: row for row in rows}


def predicted(quadpred, folder, level):
    names = ["-r", "--", "."]
    arguments = ["predict", "--format", "csv", "--level", level, *names]
    rows = read_rows(quadpred(*arguments, folder=folder / "music").output)
    for row in rows:
        row["file"] = row["file"].removeprefix("./").encode("utf-8", "backslashreplace").decode()
    return rows


def assert_same(rows, expected):
    """Compare values with csv's, which have six decimals."""
    assert len(rows) == len(expected)
    for row, other in zip(rows, expected, strict=True):
        assert list(row) == list(other)
        for name, value in row.items():
            if isinstance(value, float):
                assert float(other[name]) == pytest.approx(value, abs=5.1e-7)
            else:
                assert other[name] == (value or "")


def in_order(rows):
    return sorted(rows, key=lambda row: (row["file"], float(row.get("time") or 0)))


def test_a_row_a_track_equals_those_of_predict(first, quadpred, folder):
    assert_same(in_order(read(first)), in_order(predicted(quadpred, folder, "file")))
    rows = by_file(read(first))
    assert rows["text.mp3"]["status"] == "error"
    assert rows["silent.wav"]["status"] == "empty"
    assert "c/not utf-8 \\udcff.wav" in rows


def test_a_row_a_patch_equals_those_of_predict(quadpred, folder, tmp_path):
    output = tmp_path / "results"
    arguments = ["batch", "--dataset", "--level", "frame", "-o", output, "music"]
    assert quadpred(*arguments, folder=folder).code == 1
    rows = read(output, "frames.parquet")
    assert_same(in_order(rows), in_order(predicted(quadpred, folder, "frame")))
    # Failures have no frames, and are named all the same.
    failures = read_rows((output / "failures.csv").read_bytes())
    assert [row["file"] for row in failures] == ["text.mp3"]


def test_settings_are_in_the_metadata(first):
    (part,) = (first / "tracks.parquet").iterdir()
    settings = json.loads(pyarrow.parquet.read_schema(part).metadata[b"quadpred"])
    assert settings["model"] == find_model().name
    assert [settings] == list(json.loads((first / "settings.json").read_text()).values())


def test_a_second_run_writes_nothing(batch):
    before = {path: path.stat().st_mtime_ns for path in batch.output.rglob("part-*")}
    assert "5 unchanged, 1 failed" in batch().messages
    assert {path: path.stat().st_mtime_ns for path in batch.output.rglob("part-*")} == before


@pytest.mark.parametrize("arguments", [["--force"], ["--hop", "0.32"]])
def test_tracks_that_are_analysed_again_replace_their_rows(batch, first, arguments):
    assert "5 analysed" in batch(*arguments).messages
    rows, before = by_file(read(batch.output)), by_file(read(first))
    assert set(rows) == set(before)
    assert (rows == before) == (arguments == ["--force"])


def test_a_part_that_the_manifest_does_not_know_is_removed(batch):
    """It was written by a run that was killed before it could say so."""
    (part,) = (batch.output / "tracks.parquet").iterdir()
    shutil.copy(part, part.with_name("part-000007.parquet"))
    batch()
    by_file(read(batch.output))
    assert not part.with_name("part-000007.parquet").exists()


def test_the_tracks_of_a_part_that_is_lost_are_analysed_again(batch, first):
    (part,) = (batch.output / "tracks.parquet").iterdir()
    part.unlink()
    assert "5 analysed" in batch().messages
    assert by_file(read(batch.output)) == by_file(read(first))


def test_rows_of_another_level_take_the_place_of_the_former(batch):
    assert "5 analysed" in batch("--level", "frame").messages
    assert list((batch.output / "tracks.parquet").iterdir()) == []
    assert {row["file"] for row in read(batch.output, "frames.parquet")} == {
        name.decode("utf-8", "backslashreplace").replace("\\x", "\\udc") for name in NAMES
    }


def test_a_folder_holds_files_or_a_data_set(batch, quadpred, folder):
    run = quadpred("batch", "-o", batch.output, "music", folder=folder)
    assert run.code == 2
    assert "contains a data set: choose another one for result files" in run.messages


def test_other_libraries_read_it_as_one_table(first):
    table = pyarrow.dataset.dataset(first / "tracks.parquet").to_table()
    assert table.num_rows == 6
    assert table.schema.field("q1").type == pyarrow.float64()
