"""CSV after RFC 4180, with dot decimals and lines that end in a line feed."""

import csv
from collections.abc import Iterable
from typing import IO

from quadpred_plugin.exports.columns import COLUMNS, Value, rows
from quadpred_plugin.prediction import Prediction


def write(stream: IO[str], predictions: Iterable[Prediction], level: str) -> None:
    """Write a header and the rows, each file's as soon as it is there."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS[level])
    stream.flush()
    for prediction in predictions:
        writer.writerows([_text(value) for value in row] for row in rows(prediction, level))
        stream.flush()


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # Microseconds and millionths: finer than a sample, and than float16 weights are.
        return f"{value:.6f}"
    return value
