"""CSV after RFC 4180, with decimal points and line feeds as line ends."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO

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


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # Finer than one sample (time) and than the resolution of float16 weights (values).
        return f"{value:.6f}"
    return value
