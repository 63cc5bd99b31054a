"""Parquet files, read by pyarrow and by pandas."""

import json

import numpy as np
import pandas
import pyarrow
import pyarrow.parquet
import pytest

from quadpred_plugin.exports import export_to, parquet_table
from tests.exports.synthetic import random_prediction

NUMBERS = ["q1", "q2", "q3", "q4", "arousal", "valence"]


def test_patches(song, save, numbers):
    table = pyarrow.parquet.read_table(save(song, ".parquet"))
    assert table.column_names == ["file", "time", "duration", *NUMBERS, "quadrant"]
    content = table.to_pydict()
    found = np.array([content[name] for name in NUMBERS]).T
    np.testing.assert_allclose(found, numbers(song), rtol=0, atol=1e-6)
    np.testing.assert_allclose(content["time"], song.times, rtol=0, atol=1e-3)
    assert set(content["duration"]) == {song.patch_duration}
    assert set(content["file"]) == {song.source}
    assert content["quadrant"] == [f"Q{index + 1}" for index in song.quadrants.argmax(axis=1)]


def test_one_row_per_file(song, silent, tmp_path):
    path = tmp_path / "files.parquet"
    export_to(path, [song, silent], "parquet", "file")
    predicted, nothing = pyarrow.parquet.read_table(path).to_pylist()
    summary = song.summary()
    expected = [*summary.quadrants, summary.arousal, summary.valence]
    np.testing.assert_allclose([predicted[name] for name in NUMBERS], expected, rtol=0, atol=1e-6)
    assert predicted["quadrant"] == summary.quadrant
    assert predicted["duration"] == pytest.approx(40, abs=1e-3)
    # Without patches, values are nulls of the columns' types.
    assert [nothing[name] for name in (*NUMBERS, "quadrant")] == [None] * 7
    assert (nothing["status"], nothing["duration"]) == ("silent", 2.0)


@pytest.mark.parametrize("level", ["file", "frame"])
def test_the_schema_is_the_same_whatever_is_in_it(song, silent, tmp_path, level):
    """Files can be read as one data set."""
    schemas = []
    for index, many in enumerate([[song], [silent], [silent, song], []]):
        path = tmp_path / f"{index}.parquet"
        export_to(path, many, "parquet", level)
        schemas.append(pyarrow.parquet.read_schema(path).remove_metadata())
    assert all(schema.equals(schemas[0]) for schema in schemas)
    types = {field.type for field in schemas[0]}
    assert types == {pyarrow.string(), pyarrow.float64()}


def test_provenance_is_in_the_schemas_metadata(song, save):
    metadata = pyarrow.parquet.read_schema(save(song, ".parquet")).metadata
    assert json.loads(metadata[b"quadpred"]) == song.provenance


def test_rows_are_written_in_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_table, "_ROWS_A_GROUP", 100)
    path = tmp_path / "many.parquet"
    export_to(path, [random_prediction(60, seed) for seed in range(5)], "parquet", "frame")
    file = pyarrow.parquet.ParquetFile(path)
    sizes = [file.metadata.row_group(index).num_rows for index in range(file.num_row_groups)]
    assert sizes == [120, 120, 60]


def test_pandas_reads_what_to_frame_gives(song, save):
    for level in ("frame", "file"):
        read = pandas.read_parquet(save(song, ".parquet", level=level))
        pandas.testing.assert_frame_equal(read, song.to_frame(level))
    assert song.to_frame().attrs["provenance"] == song.provenance
