"""A table for reading in a terminal."""

from collections.abc import Iterable
from typing import IO

from quadpred_plugin.exports.columns import COLUMNS, Value, rows
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.text import printable


def write(stream: IO[str], predictions: Iterable[Prediction], level: str) -> None:
    """Write aligned columns, names first, numbers with two decimals."""
    lines = [COLUMNS[level]]
    for prediction in predictions:
        lines += [tuple(_text(value) for value in row) for row in rows(prediction, level)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        name, *values = line
        cells = [name.ljust(widths[0])]
        cells += [value.rjust(width) for value, width in zip(values, widths[1:], strict=True)]
        stream.write("  ".join(cells).rstrip() + "\n")


def _text(value: Value) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.2f}"
    return printable(value)
