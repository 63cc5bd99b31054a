"""Sections in a csv with the columns start, end and, if wanted, label and file."""

from __future__ import annotations

from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.sections.section import Section, make_section
from quadpred_plugin.system.csv_files import read_csv
from quadpred_plugin.system.text import printable

NEEDED = ("start", "end")
COLUMNS = (*NEEDED, "label", "file")


def read(path: Path) -> list[Section]:
    """Read the sections of one or several audio files.

    Raises
    ------
    QuadpredError
        If it can't be read, lacks a column or has an unknown one, or a section's times are
        wrong.
    """
    rows = read_csv(path, NEEDED)
    unknown = [name for name in rows[0][1] if name not in COLUMNS]
    if unknown:
        raise QuadpredError(
            f"{path} has an unknown column '{printable(unknown[0])}'; known columns are "
            f"{', '.join(COLUMNS)}."
        )
    sections = []
    for line, row in rows:
        place = f"Line {line} of {path}"
        if row.get("file") == "":
            raise QuadpredError(f"{place} names no file.")
        label = row.get("label", "")
        sections.append(make_section(place, row["start"], row["end"], label, row.get("file")))
    return sections
