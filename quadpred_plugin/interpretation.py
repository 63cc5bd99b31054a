"""Rules for quadrant names and segments, scales and words: what a user makes of the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quadpred_plugin.quadrants import NEUTRAL, QUADRANT_NAMES
from quadpred_plugin.scales import SCALES

if TYPE_CHECKING:
    # The command line and Vamp hosts that scan for plugins read the defaults without NumPy.
    import numpy as np
    from numpy.typing import NDArray

    from quadpred_plugin.word_ranges import WordRanges

MEASURES = ("confidence", "consistency")
"""Further columns of a row: its largest probability, and `Prediction.consistency`."""


@dataclass(frozen=True)
class Interpretation:
    """Rules for the names of quadrants and for segments, and further columns of rows.

    The defaults of segments were chosen on 16 clips of 4Q and 8 renders of VGMIDI, for the
    command line and the Vamp plugin alike: 1.5 to 3 segments a minute, where a minimum of 2 s
    alone gave 8.

    Attributes
    ----------
    minimum_confidence : float
        Smallest probability, 0..1, of the most probable quadrant; below it the quadrant is
        ``neutral``. 0.25 or less has no effect.
    minimum_segment : float
        Minimum length of a segment in seconds.
    hysteresis : float
        Cost of a change of quadrant, in seconds of full confidence (`analysis.segments`).
    segment_confidence : float
        Smallest mean probability, 0..1, of a segment's quadrant; other segments are left out.
    scales : tuple of str
        Names of ``scales.SCALES``: rows have arousal and valence on these too.
    words : WordRanges or None
        Ranges whose words rows have (`word_ranges.read_word_ranges`).
    measures : tuple of str
        Of ``MEASURES``: columns that rows have too.

    Raises
    ------
    ValueError
        If one of them is out of its range.
    """

    minimum_confidence: float = 0.0
    minimum_segment: float = 5.0
    hysteresis: float = 0.5
    segment_confidence: float = 0.3
    scales: tuple[str, ...] = ()
    words: WordRanges | None = None
    measures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, probability in (
            ("minimum confidence", self.minimum_confidence),
            ("minimum confidence of segments", self.segment_confidence),
        ):
            if not 0 <= probability <= 1:
                raise ValueError(f"The {name} must be between 0 and 1, not {probability}.")
        for name, seconds in (
            ("minimum length of a segment", self.minimum_segment),
            ("hysteresis", self.hysteresis),
        ):
            if not 0 <= seconds < float("inf"):
                raise ValueError(f"The {name} must be 0 seconds or more, not {seconds}.")

        unknown = [name for name in self.scales if name not in SCALES]
        if unknown:
            raise ValueError(f"There is no scale '{unknown[0]}'; use one of {', '.join(SCALES)}.")
        unknown = [name for name in self.measures if name not in MEASURES]
        if unknown:
            raise ValueError(
                f"There is no column '{unknown[0]}' to add; use one of {', '.join(MEASURES)}."
            )

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
        """Settings of segments, for provenance; those that are 0 have no effect and are absent."""
        settings: dict[str, Any] = {"minimum_segment": self.minimum_segment}
        if self.hysteresis:
            settings["hysteresis"] = self.hysteresis
        if self.segment_confidence:
            settings["segment_confidence"] = self.segment_confidence
        return settings
