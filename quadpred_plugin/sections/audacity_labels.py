"""Sections in a label track of Audacity: lines of start, end and label, separated by tabs.

References
----------
"Importing and Exporting Labels", https://manual.audacityteam.org/man/
importing_and_exporting_labels.html
"""

from __future__ import annotations

from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.sections.encodings import read_text
from quadpred_plugin.sections.section import Section, make_section

# Begins a line with the frequencies of the label before it.
_FREQUENCIES = "\\"


def read(path: Path) -> list[Section]:
    """Read the labels of a track; those of frequencies are left out.

    Raises
    ------
    QuadpredError
        If a line isn't a label, or a label is a point in time.
    """
    sections = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip() or line.startswith(_FREQUENCIES):
            continue
        place = f"Line {number} of {path}"
        start, *rest = line.split("\t", maxsplit=2)
        if not rest:
            raise QuadpredError(
                f"{place} isn't a label of Audacity: start, end and label, separated by tabs."
            )
        # Some systems have decimal commas.
        first, last = (time.replace(",", ".") for time in (start, rest[0]))
        sections.append(make_section(place, first, last, "".join(rest[1:])))
    return sections
