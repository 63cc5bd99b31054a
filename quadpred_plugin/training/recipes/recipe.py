"""What recipes of all kinds have."""

from dataclasses import dataclass
from typing import ClassVar

from quadpred_plugin.chain.preprocessing import Preprocessing


@dataclass(frozen=True)
class Recipe:
    """Entries of all kinds of recipes.

    Attributes
    ----------
    name : str
        Names the folders of its runs.
    front_end : Preprocessing
    """

    kind: ClassVar[str]

    name: str
    front_end: Preprocessing
