"""Rows of the stretches that are the most of a quadrant, for scripts and for eyes."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from quadpred_plugin.exports import FORMATS, Export
from quadpred_plugin.exports.columns import Value
from quadpred_plugin.exports.csv_rows import csv_line
from quadpred_plugin.exports.table import write_aligned
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.text import printable

COLUMNS = ("file", "status", "start", "duration", "quadrant", "score")
FORMATS_OF_ROWS = ("table", "csv", "json")


@dataclass(frozen=True)
class ExcerptExport(Export):
    """Writes a row a file: where it is the most of a quadrant.

    Attributes
    ----------
    quadrant : {'Q1', 'Q2', 'Q3', 'Q4'}
    seconds : float
        Length of the stretch.
    """

    quadrant: str = "Q1"
    seconds: float = 30.0

    def holds_many(self, level: str | None) -> bool:
        """Say that a file holds any number of audio files."""
        return True

    def write(
        self, stream: IO[Any], predictions: Iterable[Prediction], level: str | None = None
    ) -> None:
        """Write a row a prediction; without numbers it has no start and no score."""
        writers = {"table": _write_table, "csv": _write_csv, "json": _write_json}
        writers[self.function](stream, self._rows(predictions))

    def _rows(self, predictions: Iterable[Prediction]) -> Iterator[tuple[Value, ...]]:
        for one in predictions:
            excerpt = one.top(self.quadrant, self.seconds)
            if excerpt is None:
                yield (one.source, one.status, None, None, self.quadrant, None)
            else:
                numbers = excerpt.start, excerpt.duration
                yield (one.source, one.status, *numbers, self.quadrant, excerpt.score)


def excerpt_export(format_name: str, quadrant: str, seconds: float) -> ExcerptExport:
    """Return what writes excerpts in one of `FORMATS_OF_ROWS`."""
    suffix = FORMATS[format_name].suffix
    return ExcerptExport(format_name, suffix, quadrant=quadrant, seconds=seconds)


def _write_csv(stream: IO[str], rows: Iterator[tuple[Value, ...]]) -> None:
    stream.write(csv_line(COLUMNS))
    for row in rows:
        stream.write(csv_line(row))
        stream.flush()


def _write_json(stream: IO[str], rows: Iterator[tuple[Value, ...]]) -> None:
    objects = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    stream.write(json.dumps(objects, indent=0, allow_nan=False) + "\n")


def _write_table(stream: IO[str], rows: Iterator[tuple[Value, ...]]) -> None:
    lines = [COLUMNS, *(tuple(map(_text, row)) for row in rows)]
    write_aligned(stream, lines, names=1)


def _text(value: Value) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else printable(value)
