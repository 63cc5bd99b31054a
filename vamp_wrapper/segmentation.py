"""Segments for hosts: of one quadrant each, without pauses and without what is uncertain."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.analysis.segments import Segment, find_segments
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import NEUTRAL, QUADRANTS

# The probability of a guess: no quadrant that is the most probable one has less.
_GUESS = 1 / len(QUADRANTS)


@dataclass(frozen=True)
class SegmentRules:
    """Values of the parameters that decide on segments.

    Attributes
    ----------
    minimum_duration, hysteresis : float
        Seconds, as for `find_segments`.
    minimum_confidence : float
        Probability, 0..1, below which there is no segment.
    """

    minimum_duration: float
    hysteresis: float
    minimum_confidence: float


def centres_of(prediction: Prediction) -> NDArray[np.float64]:
    """Return the middle of each patch, s; of a signal that is shorter than a patch, its middle."""
    length = prediction.patch_duration
    if prediction.duration is not None:
        length = min(length, prediction.duration)
    return prediction.times + length / 2


def labelled_segments(
    prediction: Prediction, quiet: NDArray[np.bool_], rules: SegmentRules
) -> list[Segment]:
    """Return the segments of a signal, with gaps where it is quiet or no quadrant is probable.

    Quiet patches count for no quadrant. A quiet stretch is a gap at the beginning or end of a
    segment, and within a segment if it is longer than the minimum duration.

    Parameters
    ----------
    prediction : Prediction
    quiet : ndarray of bool, shape (patches,)
    rules : SegmentRules

    Returns
    -------
    segments : list of Segment
        Of the four quadrants, in order of time.
    """
    interpretation = Interpretation(minimum_confidence=max(rules.minimum_confidence, _GUESS))
    audible = replace(
        prediction.interpret(interpretation),
        quadrants=np.where(quiet[:, np.newaxis], np.float32(0), prediction.quadrants),
    )
    found = find_segments(audible, rules.minimum_duration, rules.hysteresis)
    centres = centres_of(prediction)
    segments = []
    for one in found:
        own = np.flatnonzero((centres >= one.start) & (centres < one.start + one.duration))
        loud = own[~quiet[own]]
        if one.quadrant == NEUTRAL or not len(loud):
            continue
        start, end = one.start, one.start + one.duration
        if loud[0] > own[0]:
            start = float(centres[loud[0]]) - prediction.hop / 2
        if loud[-1] < own[-1]:
            end = float(centres[loud[-1]]) + prediction.hop / 2
        segments.append(Segment(start, end - start, one.quadrant))
    return segments
