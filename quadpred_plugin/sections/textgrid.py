"""Sections in an interval tier of a Praat TextGrid, in its long or short text format.

References
----------
P. Boersma, D. Weenink, "TextGrid file formats", Praat manual: only numbers that stand alone,
texts in quotes and flags in angle brackets count.
"""

from __future__ import annotations

import re
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.sections.encodings import read_text
from quadpred_plugin.sections.section import Section, make_section
from quadpred_plugin.system.text import printable

_TOKENS = re.compile(
    r'"(?P<text>(?:[^"]|"")*)"'
    r"|(?<!\S)(?:![^\n]*|(?P<flag><\w+>)|(?P<number>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(?!\S))"
)

# Of Praat on Windows, where neither UTF-8 nor UTF-16 was chosen; it also has every byte.
_OTHERWISE = "latin-1"


def read(path: Path, tier: str | None = None) -> list[Section]:
    """Read the intervals of a tier; those without a label are left out.

    Parameters
    ----------
    path : Path
    tier : str, optional
        Name of the tier; may be left out if there is one interval tier.

    Raises
    ------
    QuadpredError
        If it isn't a TextGrid as text, or the tier isn't there or isn't clear.
    """
    try:
        tiers = _read_tiers(path, read_text(path, _OTHERWISE))
    except EOFError:
        raise QuadpredError(f"{path} ends within its intervals: it is cut off.") from None
    except ValueError as error:
        raise QuadpredError(
            f"{path} isn't a TextGrid as a text file: in Praat, choose Save as text file."
        ) from error
    named = [sections for name, sections in tiers if tier in (None, name)]
    if len(named) == 1:
        return named[0]
    names = ", ".join(f"'{printable(name)}'" for name, _ in tiers) or "none"
    if not named:
        raise QuadpredError(f"{path} has no interval tier of that name; its tiers are {names}.")
    raise QuadpredError(f"{path} has several interval tiers, {names}: choose one by --tier.")


def _read_tiers(path: Path, text: str) -> list[tuple[str, list[Section]]]:
    """Return name and labelled intervals of each interval tier.

    Raises
    ------
    ValueError
        If something else is found than a TextGrid has.
    EOFError
        If the text ends too early.
    """
    tokens = (match for match in _TOKENS.finditer(text) if match.lastgroup)

    def take(kind: str) -> str:
        match = next(tokens, None)
        if match is None:
            raise EOFError
        if match.lastgroup != kind:
            raise ValueError(match.group())
        return str(match.group(kind)).replace('""', '"')

    if (take("text"), take("text")) != ("ooTextFile", "TextGrid"):
        raise ValueError(path)
    _, _, exists, count = take("number"), take("number"), take("flag"), take("number")
    found = []
    for _ in range(int(count) if exists == "<exists>" else 0):
        kind, name = take("text"), take("text")
        _, _, size = take("number"), take("number"), take("number")
        sections = []
        for number in range(1, int(size) + 1):
            start = take("number")
            end, label = (take("number") if kind == "IntervalTier" else start), take("text")
            if label.strip() and kind == "IntervalTier":
                place = f"Interval {number} of the tier '{printable(name)}' of {path}"
                sections.append(make_section(place, start, end, label))
        if kind == "IntervalTier":
            found.append((name, sections))
    return found
