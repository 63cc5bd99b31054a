"""Rules for quadrant names and segments: neutral zone, minimum length, hysteresis."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import NEUTRAL, QUADRANT_NAMES


@dataclass(frozen=True)
class Interpretation:
    """Rules for the names of quadrants and for segments.

    Attributes
    ----------
    minimum_confidence : float
        Smallest probability, 0..1, of the most probable quadrant; below it the quadrant is
        ``neutral``. 0.25 or less has no effect.
    minimum_segment : float
        Minimum length of a segment in seconds.
    hysteresis : float
        Cost of a change of quadrant, in seconds of full confidence (`analysis.segments`).

    Raises
    ------
    ValueError
        If one of them is out of its range.
    """

    minimum_confidence: float = 0.0
    minimum_segment: float = 2.0
    hysteresis: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.minimum_confidence <= 1:
            raise ValueError(
                f"The minimum confidence must be between 0 and 1, not {self.minimum_confidence}."
            )
        for name, seconds in (
            ("minimum length of a segment", self.minimum_segment),
            ("hysteresis", self.hysteresis),
        ):
            if not 0 <= seconds < float("inf"):
                raise ValueError(f"The {name} must be 0 seconds or more, not {seconds}.")

    def name_of(self, probabilities: NDArray[np.floating]) -> str:
        """Return the name of the most probable quadrant, or ``neutral``.

        Parameters
        ----------
        probabilities : ndarray, shape (4,)
            Of Q1 to Q4, 0..1.
        """
        best = int(probabilities.argmax())
        # Rounded to the decimals of exports, so that 0.6 counts as reaching a minimum of 0.6.
        if round(float(probabilities[best]), 6) < self.minimum_confidence:
            return NEUTRAL.name
        return QUADRANT_NAMES[best]

    @property
    def name_settings(self) -> dict[str, Any]:
        """Settings of quadrant names, for provenance; empty without a minimum confidence."""
        if not self.minimum_confidence:
            return {}
        return {"minimum_confidence": self.minimum_confidence}

    @property
    def segment_settings(self) -> dict[str, Any]:
        """Settings of segments, for provenance."""
        settings: dict[str, Any] = {"minimum_segment": self.minimum_segment}
        if self.hysteresis:
            settings["hysteresis"] = self.hysteresis
        return settings
