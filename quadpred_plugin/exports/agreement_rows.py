"""Rows of agreement, for scripts and for eyes."""

from collections.abc import Iterable
from typing import IO

from quadpred_plugin.agreement.alpha import Agreement
from quadpred_plugin.exports.columns import Value
from quadpred_plugin.exports.csv_rows import csv_line
from quadpred_plugin.exports.table import write_aligned
from quadpred_plugin.system.text import printable

COLUMNS = (
    "grouping",
    "group",
    "emotion",
    "listeners",
    "units",
    "ratings",
    "alpha",
    "low",
    "high",
)


def write_csv(stream: IO[str], agreements: Iterable[Agreement]) -> None:
    """Write a header and a row for each, as soon as it is there; empty where there is no alpha."""
    stream.write(csv_line(COLUMNS))
    for one in agreements:
        stream.write(csv_line((*_names(one), *_counts(one), one.alpha, one.low, one.high)))
        stream.flush()


def write_table(stream: IO[str], agreements: Iterable[Agreement]) -> None:
    """Write aligned columns, names first, alpha with three decimals as papers give it."""
    lines: list[tuple[str, ...]] = [COLUMNS]
    for one in agreements:
        names = map(printable, _names(one))
        numbers = map(_number, (one.alpha, one.low, one.high))
        lines.append((*names, *_counts(one), *numbers))
    write_aligned(stream, lines, names=3)


def _names(one: Agreement) -> tuple[str, str, str]:
    return one.grouping, one.group, one.emotion


def _counts(one: Agreement) -> tuple[str, str, str]:
    return str(one.listeners), str(one.units), str(one.ratings)


def _number(value: Value) -> str:
    return "-" if value is None else f"{value:.3f}"
