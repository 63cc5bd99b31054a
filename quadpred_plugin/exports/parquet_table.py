"""Parquet: the rows as a table that pandas, polars, DuckDB and Spark read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
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

    groups = _groups(predictions, level)
    first, provenance = next(groups)
    fields = schema(level, provenance)
    with pyarrow.parquet.ParquetWriter(stream, fields) as writer:
        for lines in chain([first], (lines for lines, _ in groups)):
            writer.write_table(to_table(lines, fields))


def _groups(
    predictions: Iterable[Prediction], level: str
) -> Iterator[tuple[list[tuple[Value, ...]], dict[str, Any]]]:
    """Yield rows with the first provenance so far, and at least once, for a file without rows."""
    waiting: list[tuple[Value, ...]] = []
    provenance: dict[str, Any] = {}
    for prediction in predictions:
        # A folder without audio has none.
        provenance = provenance or prediction.provenance
        waiting += rows(prediction, level)
        if len(waiting) >= _ROWS_A_GROUP:
            yield waiting, provenance
            waiting = []
    yield waiting, provenance


def schema(level: str, provenance: dict[str, Any]) -> pyarrow.Schema:
    """Return names and types of the columns: strings and float64, all of them nullable."""
    import pyarrow

    types = (pyarrow.string() if name in TEXTS else pyarrow.float64() for name in COLUMNS[level])
    fields = zip(COLUMNS[level], types, strict=True)
    return pyarrow.schema(list(fields), {PROVENANCE_KEY: json.dumps(provenance)})


def to_table(lines: Sequence[tuple[Value, ...]], fields: pyarrow.Schema) -> pyarrow.Table:
    """Return rows as a table of that schema."""
    import pyarrow

    columns = zip(*lines, strict=True) if lines else [()] * len(fields)
    return pyarrow.Table.from_arrays(
        [
            pyarrow.array(map(storable, values), field.type)
            for values, field in zip(columns, fields, strict=True)
        ],
        schema=fields,
    )


def storable(value: Value) -> Value:
    r"""Return a value as Parquet can hold it: bytes of a name that aren't UTF-8 as escapes.

    Examples
    --------
    >>> storable("a\udcff.wav")
    'a\\udcff.wav'
    """
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
