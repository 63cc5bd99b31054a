"""Results of the checks of an installation."""

from dataclasses import dataclass

OK = "ok"
NOTE = "note"
PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """Result of one check.

    Attributes
    ----------
    topic : str
        Group of checks, such as ``models``.
    name : str
        Item that was checked.
    state : str
        ``ok``; ``note`` for something missing or unexpected that does no harm; ``problem``
        for something that must be repaired.
    detail : str
        Result in words.
    remedy : str
        How to repair it; empty if there is nothing to do.
    """

    topic: str
    name: str
    state: str
    detail: str
    remedy: str = ""
