"""CSV after RFC 4180, with decimal points and line feeds as line ends."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

from quadpred_plugin.exports.columns import Value, columns_of, rows
from quadpred_plugin.prediction import Prediction


def write(
    stream: IO[str], predictions: Iterable[Prediction], level: str, further: Sequence[str] = ()
) -> None:
    """Write a header and the rows, those of each file as soon as it is predicted."""
    stream.write(csv_line(columns_of(level, further)))
    stream.flush()
    for prediction in predictions:
        stream.writelines(csv_line(row) for row in rows(prediction, level, further))
        stream.flush()


def csv_line(row: Sequence[Value]) -> str:
    """Return a row with its line feed: floats with six decimals, None as an empty cell."""
    line = io.StringIO(newline="")
    # Python quotes carriage returns in names only if they are part of the line terminator.
    csv.writer(line, lineterminator="\r\n").writerow(map(_text, row))
    return line.getvalue().removesuffix("\r\n") + "\n"


def csv_writer(stream: IO[str]) -> Any:
    """Return a writer of `csv` for many rows of text and whole numbers, otherwise as `csv_line`."""
    return csv.writer(_LineFeeds(stream), lineterminator="\r\n")


class _LineFeeds:
    """Takes the lines of `csv.writer`, one at a time."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        """Write a line with a line feed alone."""
        self._stream.write(line.removesuffix("\r\n") + "\n")


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # Finer than one sample (time) and than the resolution of float16 weights (values).
        return f"{value:.6f}"
    return value
