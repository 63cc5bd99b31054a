"""What a user can have in tags besides the fields that are always written."""

import math
import re
from dataclasses import dataclass

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import DIMENSIONS, QUADRANTS
from quadpred_plugin.system.text import printable
from quadpred_plugin.tags.fields import FIELDS

COMMENT = "comment"
# Between what is written into a comment and the comment that was there.
SEPARATOR = " | "

_FIELD = re.compile(r"([^=]*)=([^=:]*):(-?\d{1,6})\.\.(-?\d{1,6})")
# What every kind of tags takes as a name; ":" divides the names of ID3 and MP4.
_NAME = re.compile(r"[ -9;<>-{}]{2,60}")
_TITLES = "|".join(re.escape(quadrant.title) for quadrant in QUADRANTS)
_OWN_COMMENT = re.compile(rf"[^|]*?(?:{_TITLES})(?: [^|]* -?\d+)?(?: \| |$)")


@dataclass(frozen=True)
class ScaledField:
    """A field with a dimension on a scale of whole numbers.

    Attributes
    ----------
    name : str
        Name of the tag, without what a kind of tags puts before it.
    dimension : {'arousal', 'valence'}
    low, high : int
        The numbers for -1 and 1.
    """

    name: str
    dimension: str
    low: int
    high: int

    def value(self, number: float) -> str:
        """Return a value of the dimension as the nearest whole number of the scale.

        Examples
        --------
        >>> [ScaledField("ENERGY", "arousal", 1, 10).value(x) for x in (-1, -0.6, 0, 1)]
        ['1', '3', '6', '10']
        """
        return str(math.floor(self.low + (number + 1) / 2 * (self.high - self.low) + 0.5))


@dataclass(frozen=True)
class Choices:
    """What a user wants in tags.

    Attributes
    ----------
    fields : tuple of ScaledField
    mood_values : bool
        Whether each word of the mood is a value of its own where the container has several.
    comment : str or None
        What precedes the quadrant in the comment; None leaves comments alone.
    """

    fields: tuple[ScaledField, ...] = ()
    mood_values: bool = False
    comment: str | None = None


def parse_field(text: str) -> ScaledField:
    """Return the field that a user wrote, such as ``ENERGY=arousal:1..10``.

    Raises
    ------
    QuadpredError
        If it isn't one.
    """
    found = _FIELD.fullmatch(text)
    if found is None:
        raise QuadpredError(
            f"'{printable(text)}' isn't a field: write NAME=dimension:LOW..HIGH, such as "
            "ENERGY=arousal:1..10."
        )
    name, dimension, low, high = found[1].strip(), found[2], int(found[3]), int(found[4])
    if not _NAME.fullmatch(name):
        raise QuadpredError(
            f"'{printable(name)}' can't be the name of a tag: take 2 to 60 ASCII characters "
            "without '=', ':' and '|'."
        )
    if name.casefold() in {one.casefold() for one in (*FIELDS, COMMENT)}:
        raise QuadpredError(f"{name} is a tag that has a meaning already: choose another name.")
    if dimension not in DIMENSIONS:
        raise QuadpredError(
            f"'{printable(dimension)}' isn't a dimension: a field takes {' or '.join(DIMENSIONS)}."
        )
    if low >= high:
        raise QuadpredError(f"The scale {low}..{high} must begin with its lower number.")
    return ScaledField(name, dimension, low, high)


def check_comment(prefix: str) -> None:
    """Check what is to precede the quadrant in comments.

    Raises
    ------
    QuadpredError
        If the text couldn't be found again in a comment.
    """
    if "|" in prefix or not prefix.isprintable():
        raise QuadpredError(
            f"'{printable(prefix)}' can't begin a comment: it has a line break or a '|'."
        )


def comment_with(former: str, own: str) -> str:
    """Return a comment that begins with our text, followed by what others wrote.

    Parameters
    ----------
    former : str
        The comment so far; our text of an earlier run is replaced.
    own : str
        Our text; empty to take it out.

    Examples
    --------
    >>> comment_with("Live in Bergen", "Q1 happy, excited ENERGY 8")
    'Q1 happy, excited ENERGY 8 | Live in Bergen'
    >>> comment_with("Q1 happy, excited ENERGY 8 | Live in Bergen", "Mood: Q4 calm, tender")
    'Mood: Q4 calm, tender | Live in Bergen'
    """
    found = _OWN_COMMENT.match(former)
    rest = former[found.end() :] if found else former
    return SEPARATOR.join(filter(None, (own, rest)))
