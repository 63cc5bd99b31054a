"""Aligned table for the terminal."""

from collections.abc import Iterable, Sequence
from typing import IO

from quadpred_plugin.exports.columns import Value, columns_of, rows
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.text import printable


def write(
    stream: IO[str], predictions: Iterable[Prediction], level: str, further: Sequence[str] = ()
) -> None:
    """Write aligned columns, names first, numbers with two decimals."""
    lines = [columns_of(level, further)]
    for prediction in predictions:
        lines += [tuple(_text(value) for value in row) for row in rows(prediction, level, further)]
    write_aligned(stream, lines, names=1)


def write_aligned(stream: IO[str], lines: Sequence[Sequence[str]], names: int) -> None:
    """Write cells in columns: the first ``names`` aligned to the left, others to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [
            cell.ljust(width) if column < names else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        stream.write("  ".join(cells).rstrip() + "\n")


def _text(value: Value) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.2f}"
    return printable(value)
