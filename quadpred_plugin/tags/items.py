"""The items of a tag, each with its bytes as the file has them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from quadpred_plugin.tags.edits import Edit


@dataclass(frozen=True)
class Item:
    """One item, such as a frame of ID3 or a comment of Vorbis.

    Attributes
    ----------
    name : str
        As `fields.tag_name` returns it, in the file's spelling.
    content : bytes
        The item as the file has it.
    values : tuple of str
        Its texts; none if it isn't text.
    place : int
        Which of the tag's lists has it, where a container has several.
    """

    name: str
    content: bytes
    values: tuple[str, ...] = ()
    place: int = 0


@dataclass
class Tag(ABC):
    """A tag of a file: its items, and how to write others.

    Attributes
    ----------
    items : list of Item
        In the order of the file.
    """

    # One of `fields.KINDS`.
    kind: ClassVar[str]
    items: list[Item] = field(default_factory=list)

    def require_text(self, name: str) -> None:
        """Raise AudioError unless this kind of tags stores text under a name."""
        return

    @abstractmethod
    def make(self, name: str, values: Sequence[str], former: Item | None) -> list[Item]:
        """Return the items that store some values.

        Parameters
        ----------
        name : str
            In the spelling to be written.
        values : sequence of str
            At least one.
        former : Item or None
            The first item of this name that they replace.
        """

    @abstractmethod
    def edits(self, items: Sequence[Item]) -> list[Edit]:
        """Return the edits of the file that write these items instead of its own."""

    def replaced(self, changes: Mapping[str, tuple[str, ...]]) -> list[Item]:
        """Return the items with other values of some tags, each at its former position.

        Parameters
        ----------
        changes : mapping of str to tuple of str
            Values by name; no values remove the tag.

        Raises
        ------
        AudioError
            If this kind of tags can't store text under one of the names.
        """
        items = list(self.items)
        for name, values in changes.items():
            self.require_text(name)
            former = [item for item in items if same_name(item.name, name)]
            place = items.index(former[0]) if former else len(items)
            spelling = former[0].name if former else name
            new = self.make(spelling, values, former[0] if former else None) if values else []
            others = [item for item in items[place:] if not same_name(item.name, name)]
            items = [*items[:place], *new, *others]
        return items


def same_name(first: str, second: str) -> bool:
    """Return whether two names of tags are the same; letter case doesn't matter."""
    return first.casefold() == second.casefold()
