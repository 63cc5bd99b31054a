"""Scales of arousal and valence: the values from -1 to 1 in the ranges of other studies."""

from __future__ import annotations

from dataclasses import dataclass

from quadpred_plugin.quadrants import DIMENSIONS


@dataclass(frozen=True)
class Scale:
    """Range to which arousal and valence are mapped linearly.

    Attributes
    ----------
    name : str
        Ending of its columns.
    lowest, highest : float
        Values for -1 and for 1.
    """

    name: str
    lowest: float
    highest: float

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns, such as ``arousal_percent``."""
        return tuple(f"{dimension}_{self.name}" for dimension in DIMENSIONS)

    def convert(self, value: float) -> float:
        """Return a value, -1..1, on the scale.

        Examples
        --------
        >>> SCALES["likert9"].convert(0.5)
        7.0
        """
        return self.lowest + (value + 1) / 2 * (self.highest - self.lowest)


SCALES: dict[str, Scale] = {
    one.name: one
    for one in (Scale("unit", 0.0, 1.0), Scale("likert9", 1.0, 9.0), Scale("percent", 0.0, 100.0))
}
