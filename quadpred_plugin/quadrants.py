"""Quadrants of Russell's circumplex: names, descriptions and colours.

References
----------
J. A. Russell, "A circumplex model of affect", Journal of Personality and Social
Psychology 39 (6), 1980.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quadrant:
    """One quadrant of the plane of valence (horizontal) and arousal (vertical), or neutral.

    Attributes
    ----------
    name : str
        ``Q1`` to ``Q4``, counterclockwise from the upper right, or ``neutral``.
    arousal, valence : int
        Sign of the dimension in this quadrant, +1 or -1; 0 for neutral.
    words : str
        Adjectives that listeners use for music of this quadrant.
    colour : str
        Hexadecimal sRGB. The four differ in lightness and hue, also for readers who are
        red-green colour-blind (after Okabe and Ito, 2008).
    """

    name: str
    arousal: int
    valence: int
    words: str
    colour: str

    @property
    def label(self) -> str:
        """Name with the signs of both dimensions, such as ``Q1 A+V+``."""
        if not self.arousal:
            return self.name
        signs = {1: "+", -1: "−"}
        return f"{self.name} A{signs[self.arousal]}V{signs[self.valence]}"

    @property
    def title(self) -> str:
        """Name with its adjectives, such as ``Q1 happy, excited``."""
        return f"{self.name} {self.words}".strip()


QUADRANTS: tuple[Quadrant, ...] = (
    Quadrant("Q1", +1, +1, "happy, excited", "#E69F00"),
    Quadrant("Q2", +1, -1, "angry, tense", "#D55E00"),
    Quadrant("Q3", -1, -1, "sad, gloomy", "#0072B2"),
    Quadrant("Q4", -1, +1, "calm, tender", "#56B4A0"),
)

QUADRANT_NAMES: tuple[str, ...] = tuple(quadrant.name for quadrant in QUADRANTS)

DIMENSIONS: tuple[str, ...] = ("arousal", "valence")
"""Dimensions of the plane that the quadrants divide, in the order of columns and arrays."""

# Name of patches and segments below the minimum confidence that a user sets.
NEUTRAL = Quadrant("neutral", 0, 0, "", "#999999")
