"""Write an evaluation as csv, json and as a table for the terminal."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import IO

from quadpred_plugin.evaluation.classification import HEAD_CLASSES
from quadpred_plugin.evaluation.overview import Overview
from quadpred_plugin.exports.csv_rows import csv_line
from quadpred_plugin.exports.table import write_aligned
from quadpred_plugin.system.text import printable

COLUMNS = ("comparison", "head", "measure", "files", "value", "low", "high")


def write_csv(stream: IO[str], overview: Overview) -> None:
    """Write a header and one row per figure; undefined values are empty."""
    stream.write(csv_line(COLUMNS))
    for one in overview.comparison.figures:
        names = (one.comparison, one.head, one.measure, str(one.files))
        stream.write(csv_line((*names, one.value, one.low, one.high)))


def write_json(stream: IO[str], overview: Overview) -> None:
    """Write one object; undefined values are null, and the output is ASCII."""
    comparison = overview.comparison
    content = {
        "settings": overview.settings,
        "counts": overview.counts,
        "figures": [asdict(one) for one in comparison.figures],
        "confusion": comparison.confusion,
        "files": comparison.files,
        "missing": overview.missing,
        "failed": [{"file": name, "reason": why} for name, why in overview.failed.items()],
        "unrated": overview.unrated,
        "notes": comparison.notes,
    }
    stream.write(json.dumps(content, indent=1, allow_nan=False) + "\n")


def write_table(stream: IO[str], overview: Overview) -> None:
    """Write counts and settings, the figures, the confusion matrices, and the notes."""
    comparison = overview.comparison
    stream.write(f"{_counts(overview)}\n{_settings(overview)}\n\n")
    lines: list[tuple[str, ...]] = [COLUMNS]
    for one in comparison.figures:
        numbers = map(_number, (one.value, one.low, one.high))
        lines.append((one.comparison, one.head, one.measure, str(one.files), *numbers))
    write_aligned(stream, lines, names=3)
    for head, rows in comparison.confusion.items():
        stream.write(f"\n{head}: rows are true, columns predicted\n")
        names = HEAD_CLASSES[head]
        cells = [(name, *map(str, row)) for name, row in zip(names, rows, strict=True)]
        write_aligned(stream, [("", *names), *cells], names=1)
    if comparison.notes:
        stream.write("\n" + "".join(f"{note}\n" for note in comparison.notes))


WRITERS: dict[str, Callable[[IO[str], Overview], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
}
"""The formats by name."""


def _counts(overview: Overview) -> str:
    counts = overview.counts
    parts = [f"{counts['compared']} of {counts['rated']} files compared"]
    for name, words in (
        ("missing", "not found"),
        ("failed", "without a prediction"),
        ("unrated", "found without a row"),
    ):
        if counts[name]:
            parts.append(f"{counts[name]} {words}")
    return ", ".join(parts) + "."


def _settings(overview: Overview) -> str:
    settings = overview.settings
    parts = [printable(str(settings["table"])), f"predictions of {settings['predictions']}"]
    if settings["lag"] is not None:
        parts.append(f"lag {settings['lag']:g} s, smoothing {settings['smooth']:g} s")
    if settings["scale"] is not None:
        low, high = settings["scale"]
        parts.append(f"scale {low:g} to {high:g}")
    if settings["samples"]:
        unit = f"groups by {settings['group']}" if settings["group"] else "files"
        parts.append(f"95 % intervals from {settings['samples']} samples of {unit}")
    return "; ".join(parts) + "."


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
