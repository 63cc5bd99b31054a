"""Write the excerpts with the highest probability of quadrants, a row per file and quadrant."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from quadpred_plugin.exports import FORMATS, Export
from quadpred_plugin.exports.columns import Value
from quadpred_plugin.exports.csv_rows import csv_line
from quadpred_plugin.exports.table import write_aligned
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.text import printable

COLUMNS = ("file", "status", "start", "duration", "quadrant", "score")
EXCERPT_FORMATS = ("table", "csv", "json")


@dataclass(frozen=True)
class ExcerptExport(Export):
    """Format of excerpts: one row per file and quadrant.

    Attributes
    ----------
    quadrants : tuple of {'Q1', 'Q2', 'Q3', 'Q4'}
    seconds : float
        Length of the excerpts.
    """

    quadrants: tuple[str, ...] = ("Q1",)
    seconds: float = 30.0

    def holds_many(self, level: str | None) -> bool:
        """Return True: one output file can contain several audio files."""
        return True

    def write(
        self,
        stream: IO[Any],
        predictions: Iterable[Prediction],
        level: str | None = None,
        further: Sequence[str] | None = None,
    ) -> None:
        """Write the rows of each prediction; without patches, start and score are empty."""
        writers = {"table": _write_table, "csv": _write_csv, "json": _write_json}
        writers[self.function](stream, self._rows(predictions))

    def remark(self, prediction: Prediction) -> str | None:
        """Return a sentence on a file that is shorter than the excerpts; None for others."""
        seconds = prediction.duration
        if not len(prediction) or seconds is None or seconds >= self.seconds:
            return None
        return (
            f"is {seconds:.1f} s long, shorter than an excerpt of {self.seconds:g} s: its rows are "
            "about the whole file."
        )

    def _rows(self, predictions: Iterable[Prediction]) -> Iterator[tuple[Value, ...]]:
        for one in predictions:
            for quadrant in self.quadrants:
                excerpt = one.top(quadrant, self.seconds)
                if excerpt is None:
                    yield (one.source, one.status, None, None, quadrant, None)
                else:
                    numbers = excerpt.start, excerpt.duration
                    yield (one.source, one.status, *numbers, quadrant, excerpt.score)


def excerpt_export(format_name: str, quadrants: tuple[str, ...], seconds: float) -> ExcerptExport:
    """Return the export of excerpts in one of `EXCERPT_FORMATS`."""
    suffix = FORMATS[format_name].suffix
    return ExcerptExport(format_name, suffix, quadrants=quadrants, seconds=seconds)


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
