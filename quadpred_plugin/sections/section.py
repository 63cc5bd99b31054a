"""One section of an audio file."""

from __future__ import annotations

from dataclasses import dataclass

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.text import printable


@dataclass(frozen=True)
class Section:
    """Section of an audio file that a user gives.

    Attributes
    ----------
    start, end : float
        Seconds.
    label : str
        May be empty.
    file : str or None
        Name of the audio file; None in a file of sections of a single audio file.
    """

    start: float
    end: float
    label: str = ""
    file: str | None = None


def make_section(place: str, start: str, end: str, label: str, file: str | None = None) -> Section:
    """Return a section whose times are text.

    Parameters
    ----------
    place : str
        Where it is, for errors, such as ``Line 3 of sections.csv``.
    start, end : str
        Seconds.
    label : str
    file : str, optional

    Raises
    ------
    QuadpredError
        If the times aren't numbers, the start is negative, or the end isn't after it.
    """
    try:
        first, last = float(start), float(end)
    except ValueError:
        first = last = float("nan")
    if not 0 <= first < last < float("inf"):
        raise QuadpredError(
            f"{place}: a section must go from a number of seconds to a larger one, not from "
            f"'{printable(start)}' to '{printable(end)}'."
        )
    return Section(first, last, label, file)
