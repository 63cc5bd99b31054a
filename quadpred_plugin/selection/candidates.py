"""What a track offers as a stimulus: itself, or its clearest excerpt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.analysis.consistency import consistency
from quadpred_plugin.analysis.excerpts import find_clearest_excerpt
from quadpred_plugin.prediction import Prediction, Summary
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.system.array_values import ArrayValue

# Files store times with six decimals, so lengths differ from multiples of a patch by less.
_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Candidate(ArrayValue):
    """A track, or an excerpt of it, that may become a stimulus.

    Attributes
    ----------
    path : str
    start, end : float
        Seconds.
    quadrants : ndarray of float64, shape (4,)
        Probabilities of Q1 to Q4, 0..1.
    arousal, valence : float
        -1..1.
    consistency : float
        How far arousal and valence confirm the quadrants, 0..1.
    """

    path: str
    start: float
    end: float
    quadrants: NDArray[np.float64]
    arousal: float
    valence: float
    consistency: float

    @property
    def quadrant(self) -> str:
        """Name of the most probable quadrant."""
        return QUADRANT_NAMES[int(self.quadrants.argmax())]

    @property
    def confidence(self) -> float:
        """Probability of the most probable quadrant, 0.25..1."""
        return float(self.quadrants.max())


def whole_track(
    path: str, duration: float, summary: Summary, confirmed: float | None = None
) -> Candidate:
    """Return a whole track.

    Parameters
    ----------
    path : str
    duration : float
        Seconds.
    summary : Summary
        Its calibrated values.
    confirmed : float, optional
        Consistency, as the mean over patches; by default that of the summary's values.

    Returns
    -------
    candidate : Candidate
    """
    if confirmed is None:
        confirmed = float(
            consistency(
                summary.quadrants[np.newaxis],
                np.array([summary.arousal]),
                np.array([summary.valence]),
            )[0]
        )
    return Candidate(
        path, 0.0, duration, summary.quadrants, summary.arousal, summary.valence, confirmed
    )


def clearest_excerpt(prediction: Prediction, seconds: float) -> Candidate | None:
    """Return the excerpt of a track with the highest mean probability of any quadrant.

    Parameters
    ----------
    prediction : Prediction
    seconds : float
        Length of the excerpt.

    Returns
    -------
    candidate : Candidate or None
        Its values are means over the patches completely inside; they aren't calibrated as those
        of a whole file. None if the track is shorter or has no patches.
    """
    found = find_clearest_excerpt(prediction, seconds)
    if found is None or found[0].duration < seconds - _TOLERANCE:
        return None
    excerpt, inside = found
    quadrants = prediction.quadrants[inside]
    arousal, valence = prediction.arousal[inside], prediction.valence[inside]
    return Candidate(
        prediction.source,
        excerpt.start,
        excerpt.start + seconds,
        quadrants.mean(axis=0, dtype=np.float64),
        float(arousal.mean(dtype=np.float64)),
        float(valence.mean(dtype=np.float64)),
        float(consistency(quadrants, arousal, valence).mean()),
    )
