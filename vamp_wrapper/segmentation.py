"""Segments for hosts: of one quadrant each, without pauses and without what is uncertain."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.analysis.segments import Segment, find_segments
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS

# Of comparisons of times, s.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class SegmentRules:
    """Values of the parameters that decide on segments.

    Attributes
    ----------
    minimum_duration, hysteresis : float
        Seconds, as for `find_segments`.
    minimum_confidence : float
        Mean probability of a segment's quadrant, 0..1, below which it is left out.
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

    The confidence is that of whole segments: as a neutral zone of single patches, it would
    compete with every quadrant, and win where two quadrants alternate. Quiet patches count for no
    quadrant. A quiet stretch is a gap at the beginning or end of a segment, and within a segment
    if it is no shorter than the minimum duration.

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
    audible = replace(
        prediction.interpret(Interpretation()),
        quadrants=np.where(quiet[:, np.newaxis], np.float32(0), prediction.quadrants),
    )
    found = find_segments(audible, rules.minimum_duration, rules.hysteresis)
    centres = centres_of(prediction)
    longest_pause = max(rules.minimum_duration, prediction.hop)
    segments = []
    for one in found:
        end = one.start + one.duration
        own = np.flatnonzero((centres >= one.start) & (centres < end))
        loud = own[~quiet[own]]
        probabilities = prediction.quadrants[loud, QUADRANTS.index(one.quadrant)]
        if not len(loud) or probabilities.mean() < rules.minimum_confidence:
            continue
        pauses = np.diff(centres[loud]) - prediction.hop >= longest_pause - _TOLERANCE
        for part in np.split(loud, np.flatnonzero(pauses) + 1):
            first, last = centres[part[[0, -1]]]
            begins = one.start if part[0] == own[0] else float(first) - prediction.hop / 2
            ends = end if part[-1] == own[-1] else float(last) + prediction.hop / 2
            segments.append(Segment(begins, ends - begins, one.quadrant))
    return segments
