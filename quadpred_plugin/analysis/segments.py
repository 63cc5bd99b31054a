"""Divide a signal into segments of one quadrant each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import NEUTRAL, QUADRANTS, Quadrant


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
    prediction: Prediction, minimum_duration: float = 0.0, hysteresis: float = 0.0
) -> list[Segment]:
    """Divide a signal into segments of one quadrant each.

    Among all divisions into segments of at least the minimum duration, the result has the
    largest sum of the quadrants' probabilities over time minus the hysteresis for each
    change. Without minimum and hysteresis, this is the most probable quadrant of each patch.
    If the prediction's interpretation has a neutral zone, neutral is a fifth choice, whose
    probability is the minimum confidence everywhere.

    Parameters
    ----------
    prediction : Prediction
    minimum_duration : float
        Seconds, rounded up to whole hops. A shorter signal is one segment.
    hysteresis : float
        Cost of a change of quadrant, in seconds times probability. With 1 s, a quadrant that
        leads by 0.5 takes over after 2 s, one that leads by 0.25 after 4 s.

    Returns
    -------
    segments : list of Segment
        Contiguous, from the start of the first patch to the end of the last patch or of the
        signal, whichever is earlier. Borders are halfway between the centres of two patches.
    """
    if not len(prediction):
        return []
    # The tolerance lets 1.92 s be three hops of 0.64 s despite rounding.
    patches = max(1, int(np.ceil(minimum_duration / prediction.hop - 1e-6)))
    choices = prediction.quadrants.astype(np.float64)
    if prediction.interpretation.minimum_confidence:
        neutral = np.full((len(choices), 1), prediction.interpretation.minimum_confidence)
        choices = np.concatenate([choices, neutral], axis=1)
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
