"""How the numbers of a file become words and segments: a user's choices, once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import NEUTRAL, QUADRANT_NAMES


@dataclass(frozen=True)
class Interpretation:
    """What a quadrant's name and a segment take.

    Attributes
    ----------
    minimum_confidence : float
        Probability, 0..1, that the most probable quadrant needs; below it the quadrant is
        ``neutral``. 0.25 or less changes nothing.
    minimum_segment : float
        Seconds that a segment lasts at least.
    hysteresis : float
        Seconds of certainty that a change of quadrant must gain (`meaning.segments`).

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
                f"The least confidence is a probability, 0 to 1, not {self.minimum_confidence}."
            )
        for name, seconds in (
            ("least length of a segment", self.minimum_segment),
            ("hysteresis", self.hysteresis),
        ):
            if not 0 <= seconds < float("inf"):
                raise ValueError(f"The {name} is 0 seconds or more, not {seconds}.")

    def name_of(self, probabilities: NDArray[np.floating]) -> str:
        """Return the name of the most probable quadrant, or ``neutral``.

        Parameters
        ----------
        probabilities : ndarray, shape (4,)
            Of Q1 to Q4, 0..1.
        """
        best = int(probabilities.argmax())
        # In the precision that users read: 0.6 asked for is 0.6 found.
        if round(float(probabilities[best]), 6) < self.minimum_confidence:
            return NEUTRAL.name
        return QUADRANT_NAMES[best]

    @property
    def of_names(self) -> dict[str, Any]:
        """What decided the names, for a result's provenance; empty without a neutral zone."""
        if not self.minimum_confidence:
            return {}
        return {"minimum_confidence": self.minimum_confidence}

    @property
    def of_segments(self) -> dict[str, Any]:
        """What decided the segments, for a result's provenance."""
        settings: dict[str, Any] = {"minimum_segment": self.minimum_segment}
        if self.hysteresis:
            settings["hysteresis"] = self.hysteresis
        return settings
