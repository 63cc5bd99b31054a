"""Write rows of agreement as csv and as an aligned table."""

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
    """Write a header and one row each as it is measured; undefined alphas are empty."""
    stream.write(csv_line(COLUMNS))
    for one in agreements:
        stream.write(csv_line((*_names(one), *_counts(one), one.alpha, one.low, one.high)))
        stream.flush()


def write_table(stream: IO[str], agreements: Iterable[Agreement]) -> None:
    """Write aligned columns; alpha has three decimals, as in publications."""
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
