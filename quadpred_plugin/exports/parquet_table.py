"""Parquet: the rows as a table that pandas, polars, DuckDB and Spark read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

from quadpred_plugin.exports.columns import COLUMNS, Value, rows
from quadpred_plugin.prediction import Prediction

if TYPE_CHECKING:
    import pyarrow

TEXTS = ("file", "status", "quadrant")

# Of the schema's metadata; its value is JSON.
PROVENANCE_KEY = "quadpred"

# Rows that are kept until they are written: some 20 MB.
_ROWS_A_GROUP = 1 << 16


def write(stream: IO[bytes], predictions: Iterable[Prediction], level: str) -> None:
    """Write the rows, in groups as they come; the memory needed doesn't grow with them."""
    import pyarrow.parquet

    waiting: list[tuple[Value, ...]] = []
    provenance: dict[str, Any] = {}
    with pyarrow.parquet.ParquetWriter(stream, schema(level)) as writer:
        for prediction in predictions:
            # A folder without audio has none; of the others all is the same but the hop of one
            # that couldn't be read.
            provenance = provenance or prediction.provenance
            waiting += rows(prediction, level)
            if len(waiting) >= _ROWS_A_GROUP:
                writer.write_table(to_table(waiting, level))
                waiting = []
        if waiting:
            writer.write_table(to_table(waiting, level))
        writer.add_key_value_metadata({PROVENANCE_KEY: json.dumps(provenance)})


def schema(level: str) -> pyarrow.Schema:
    """Return names and types of the columns: strings and float64, all of them nullable."""
    import pyarrow

    return pyarrow.schema(
        [
            (name, pyarrow.string() if name in TEXTS else pyarrow.float64())
            for name in COLUMNS[level]
        ]
    )


def to_table(lines: Sequence[tuple[Value, ...]], level: str) -> pyarrow.Table:
    """Return rows as a table; there must be one at least."""
    import pyarrow

    columns = zip(*lines, strict=True)
    return pyarrow.Table.from_arrays(
        [
            pyarrow.array(map(storable, values), field.type)
            for values, field in zip(columns, schema(level), strict=True)
        ],
        schema=schema(level),
    )


def storable(value: Value) -> Value:
    r"""Return a value as Parquet can hold it: bytes of a name that aren't UTF-8 as escapes.

    Examples
    --------
    >>> storable("a\udcff.wav")
    'a\\udcff.wav'
    """
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
