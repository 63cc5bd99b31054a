"""What an examination finds."""

from dataclasses import dataclass

OK = "ok"
NOTE = "note"
PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    topic : str
        What it belongs to, such as ``models``.
    name : str
        What was looked at.
    state : str
        ``ok``; ``note`` for what is missing or odd without harm; ``problem`` for what must
        be repaired.
    detail : str
        What was found, in words.
    remedy : str
        What to do about it, empty where there is nothing to do.
    """

    topic: str
    name: str
    state: str
    detail: str
    remedy: str = ""
