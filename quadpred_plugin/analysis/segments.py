"""Divide a signal into segments of one quadrant each, without pauses and uncertain stretches."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import NEUTRAL, QUADRANTS, Quadrant

# Of comparisons of times, s.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Segment:
    """Segment of a signal with one quadrant.

    Attributes
    ----------
    start, duration : float
        Seconds.
    quadrant : Quadrant
        One of the four, or `quadrants.NEUTRAL`.
    """

    start: float
    duration: float
    quadrant: Quadrant


def find_segments(
    prediction: Prediction,
    minimum_duration: float = 0.0,
    hysteresis: float = 0.0,
    minimum_confidence: float = 0.0,
) -> list[Segment]:
    """Divide a signal into segments of one quadrant each, with gaps.

    Among all divisions into segments of at least the minimum duration, the one counts that has
    the largest sum of the quadrants' probabilities over time minus the hysteresis for each
    change. Without minimum and hysteresis, this is the most probable quadrant of each patch.
    If the prediction's interpretation has a neutral zone, neutral is a fifth choice, whose
    probability is the minimum confidence everywhere.

    Patches with a low level (``Prediction.quiet``) count for no quadrant. A quiet stretch is a gap
    at the beginning or end of a segment, and within a segment if it is no shorter than the
    minimum duration. Segments of too little confidence are left out as a whole: as a neutral
    zone of single patches, it would compete with every quadrant, and win where two quadrants
    alternate.

    Parameters
    ----------
    prediction : Prediction
    minimum_duration : float
        Seconds, rounded up to whole hops. A shorter signal is one segment. Parts beside a gap
        can be shorter.
    hysteresis : float
        Cost of a change of quadrant, in seconds times probability. With 1 s, a quadrant that
        leads by 0.5 takes over after 2 s, one that leads by 0.25 after 4 s.
    minimum_confidence : float
        Mean probability of a segment's quadrant over its patches that aren't quiet, 0..1, below
        which the segment is left out. Neutral segments are kept.

    Returns
    -------
    segments : list of Segment
        In order of time, from the start of the first patch to the end of the last patch or of
        the signal, whichever is earlier. Without gaps they are contiguous. Borders are halfway
        between the centres of two patches.
    """
    if not len(prediction):
        return []
    quiet = prediction.quiet
    if quiet is None:
        quiet = np.zeros(len(prediction), dtype=bool)
    centres = prediction.centres
    longest_pause = max(minimum_duration, prediction.hop)
    segments = []
    for one in _divide(prediction, quiet, minimum_duration, hysteresis):
        end = one.start + one.duration
        own = np.flatnonzero((centres >= one.start) & (centres < end))
        loud = own[~quiet[own]]
        if not len(loud) or _confidence(prediction, one, loud) < minimum_confidence:
            continue
        pauses = np.diff(centres[loud]) - prediction.hop >= longest_pause - _TOLERANCE
        for part in np.split(loud, np.flatnonzero(pauses) + 1):
            first, last = centres[part[[0, -1]]]
            begins = one.start if part[0] == own[0] else float(first) - prediction.hop / 2
            ends = end if part[-1] == own[-1] else float(last) + prediction.hop / 2
            segments.append(Segment(begins, ends - begins, one.quadrant))
    return segments


def _confidence(prediction: Prediction, segment: Segment, patches: NDArray[np.intp]) -> float:
    if segment.quadrant == NEUTRAL:
        return 1.0
    return float(prediction.quadrants[patches, QUADRANTS.index(segment.quadrant)].mean())


def _divide(
    prediction: Prediction, quiet: NDArray[np.bool_], minimum_duration: float, hysteresis: float
) -> list[Segment]:
    """Return the contiguous segments of the best division."""
    # The tolerance lets 1.92 s be three hops of 0.64 s despite rounding.
    patches = max(1, int(np.ceil(minimum_duration / prediction.hop - 1e-6)))
    choices = prediction.quadrants.astype(np.float64)
    if prediction.interpretation.minimum_confidence:
        neutral = np.full((len(choices), 1), prediction.interpretation.minimum_confidence)
        choices = np.concatenate([choices, neutral], axis=1)
    choices[quiet] = 0
    shortest = min(patches, len(prediction))
    runs = _best_runs(choices, shortest, hysteresis / prediction.hop)
    end = float(prediction.times[-1]) + prediction.patch_duration
    if prediction.duration is not None:
        end = min(end, prediction.duration)
    overlap = (prediction.patch_duration - prediction.hop) / 2
    starts = [float(prediction.times[first]) + (overlap if first else 0.0) for first, _ in runs]
    ends = [*starts[1:], end]
    return [
        Segment(start, stop - start, (*QUADRANTS, NEUTRAL)[choice])
        for start, stop, (_, choice) in zip(starts, ends, runs, strict=True)
    ]


def _best_runs(
    probabilities: NDArray[np.float64], shortest: int, penalty: float
) -> list[tuple[int, int]]:
    """Return first patch and choice of each run of the best division.

    Dynamic programming over the patches: the best division that ends with choice c at
    patch t either extends one that ended with c at t - 1, or starts a run of the shortest
    length after the best division that ended with another choice, and pays the penalty.
    """
    count, choices = probabilities.shape
    sums = np.concatenate([np.zeros((1, choices)), np.cumsum(probabilities, axis=0)])
    score = np.full((count + 1, choices), -np.inf)
    # Start of the last run of the best division, and the choice before it.
    begin = np.zeros((count + 1, choices), dtype=int)
    before = np.full((count + 1, choices), -1)
    own = np.arange(choices)
    for end in range(shortest, count + 1):
        start = end - shortest
        previous = np.full(choices, -1)
        opened = sums[end] - sums[start]
        if start:
            order = np.argsort(-score[start], kind="stable")
            previous = np.where(own == order[0], order[1], order[0])
            opened = opened + score[start, previous] - penalty
        prolonged = score[end - 1] + probabilities[end - 1]
        opens = opened > prolonged
        score[end] = np.where(opens, opened, prolonged)
        begin[end] = np.where(opens, start, begin[end - 1])
        before[end] = np.where(opens, previous, before[end - 1])
    end, choice = count, int(score[count].argmax())
    runs = []
    while choice >= 0:
        first = int(begin[end, choice])
        runs.append((first, choice))
        end, choice = first, int(before[end, choice])
    return runs[::-1]
