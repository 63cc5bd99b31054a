"""CSV after RFC 4180, with dot decimals and lines that end in a line feed."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO

from quadpred_plugin.exports.columns import COLUMNS, Value, rows
from quadpred_plugin.prediction import Prediction


def write(stream: IO[str], predictions: Iterable[Prediction], level: str) -> None:
    """Write a header and the rows, each file's as soon as it is there."""
    stream.write(csv_line(COLUMNS[level]))
    stream.flush()
    for prediction in predictions:
        stream.writelines(csv_line(row) for row in rows(prediction, level))
        stream.flush()


def csv_line(row: Sequence[Value]) -> str:
    """Return a row with its line feed: floats with six decimals, None as an empty value."""
    line = io.StringIO(newline="")
    # Python quotes a carriage return in a name only where it is part of the line's end.
    csv.writer(line, lineterminator="\r\n").writerow(map(_text, row))
    return line.getvalue().removesuffix("\r\n") + "\n"


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # Microseconds and millionths: finer than a sample, and than float16 weights are.
        return f"{value:.6f}"
    return value
