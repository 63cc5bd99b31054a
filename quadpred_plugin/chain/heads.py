"""Output heads of the networks: names, classes, sizes, ranges and meaning.

A further head needs an entry in `HEADS` with ``required=False``, its training target and a recipe
that weights it. Cards, predictions and rows then carry it for the models that have it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from quadpred_plugin.quadrants import QUADRANTS

_T = TypeVar("_T")


@dataclass(frozen=True)
class Head:
    """One output head.

    Attributes
    ----------
    name : str
    classes : tuple of str
        Classes of the head's softmax, in its order.
    size : int
        Values per patch in the frozen graph: one per class, or 1 for a scalar head, the
        probability of the second of two classes minus that of the first.
    range : tuple of float
        Smallest and largest value.
    meaning : str
        Description for model cards.
    required : bool
        Whether every model has the head.
    """

    name: str
    classes: tuple[str, ...]
    size: int
    range: tuple[float, float]
    meaning: str
    required: bool = True

    @property
    def is_scalar(self) -> bool:
        """Whether the head has one value per patch."""
        return self.size == 1


HEADS: dict[str, Head] = {
    head.name: head
    for head in (
        Head(
            "quadrants",
            classes=tuple(quadrant.name for quadrant in QUADRANTS),
            size=len(QUADRANTS),
            range=(0, 1),
            meaning="probabilities of "
            + ", ".join(f"{quadrant.label} ({quadrant.words})" for quadrant in QUADRANTS)
            + "; 0..1, they sum to 1",
        ),
        Head(
            "arousal",
            classes=("negative", "positive"),
            size=1,
            range=(-1, 1),
            meaning="probability of high minus probability of low arousal, -1..1, a head of its "
            "own",
        ),
        Head(
            "valence",
            classes=("negative", "positive"),
            size=1,
            range=(-1, 1),
            meaning="probability of positive minus of negative valence, -1..1, a head of its own",
        ),
    )
}
"""The heads by name, in the order of columns and arrays."""

REQUIRED_HEADS: tuple[str, ...] = tuple(name for name, head in HEADS.items() if head.required)
"""Names of the heads that every model has."""


def further_heads(by_name: Mapping[str, _T]) -> dict[str, _T]:
    """Return the entries of heads that not every model has, in the order of `HEADS`."""
    return {
        name: by_name[name] for name, head in HEADS.items() if name in by_name and not head.required
    }
