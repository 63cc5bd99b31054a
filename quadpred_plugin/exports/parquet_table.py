"""Parquet: the rows as a table for pandas, polars, DuckDB and Spark."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

from quadpred_plugin.exports.columns import LABEL, WORDS, Value, columns_of, rows
from quadpred_plugin.prediction import Prediction

if TYPE_CHECKING:
    import pyarrow

TEXTS = ("file", "status", "quadrant", WORDS, LABEL)

# Key in the schema's metadata; the value is JSON.
PROVENANCE_KEY = "quadpred"

# Rows in memory until they are written, about 20 MB.
_ROWS_A_GROUP = 1 << 16


def write(
    stream: IO[bytes], predictions: Iterable[Prediction], level: str, further: Sequence[str] = ()
) -> None:
    """Write the rows in groups; memory doesn't grow with the number of rows."""
    import pyarrow.parquet

    groups = _groups(predictions, level, further)
    first, provenance = next(groups)
    fields = schema(level, provenance, further)
    with pyarrow.parquet.ParquetWriter(stream, fields) as writer:
        for lines in chain([first], (lines for lines, _ in groups)):
            writer.write_table(to_table(lines, fields))


def _groups(
    predictions: Iterable[Prediction], level: str, further: Sequence[str]
) -> Iterator[tuple[list[tuple[Value, ...]], dict[str, Any]]]:
    """Yield groups of rows with the first provenance; one empty group if there are no rows."""
    waiting: list[tuple[Value, ...]] = []
    provenance: dict[str, Any] = {}
    for prediction in predictions:
        # Predictions for folders without audio have no provenance.
        provenance = provenance or prediction.provenance
        waiting += rows(prediction, level, further)
        if len(waiting) >= _ROWS_A_GROUP:
            yield waiting, provenance
            waiting = []
    yield waiting, provenance


def schema(level: str, provenance: dict[str, Any], further: Sequence[str] = ()) -> pyarrow.Schema:
    """Return names and types of the columns: strings and float64, all of them nullable."""
    import pyarrow

    columns = columns_of(level, further)
    types = (pyarrow.string() if name in TEXTS else pyarrow.float64() for name in columns)
    fields = zip(columns, types, strict=True)
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
    r"""Return a value as valid UTF-8, with invalid bytes of a file name escaped.

    Examples
    --------
    >>> storable("a\udcff.wav")
    'a\\udcff.wav'
    """
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
