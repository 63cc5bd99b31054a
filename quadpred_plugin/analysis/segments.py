"""Segments: a signal as stretches of one quadrant each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import NEUTRAL, QUADRANTS, Quadrant


@dataclass(frozen=True)
class Segment:
    """A stretch of music in one quadrant.

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

    Of all divisions into segments no shorter than the minimum, the one is taken whose
    quadrants have the largest sum of probabilities over time, less the hysteresis for each
    change. Without either that is each frame's most probable quadrant. Where the prediction's
    interpretation has a neutral zone, neutral is a fifth choice whose probability is the
    minimum confidence throughout.

    Parameters
    ----------
    prediction : Prediction
    minimum_duration : float
        Seconds, rounded up to whole hops. A signal shorter than that is one segment.
    hysteresis : float
        What a change must gain to be made, in seconds of certainty: with 1 s, a quadrant that
        is ahead by 0.5 takes over if it stays ahead for 2 s, and by 0.25 for 4 s.

    Returns
    -------
    segments : list of Segment
        Without gaps, from the first patch's start to the last patch's end or the signal's,
        whichever comes first. A border lies halfway between the middles of two patches.
    """
    if not len(prediction):
        return []
    # A hair less, so that 1.92 s are three hops of 0.64 s in spite of rounding.
    frames = max(1, int(np.ceil(minimum_duration / prediction.hop - 1e-6)))
    choices = prediction.quadrants.astype(np.float64)
    if prediction.interpretation.minimum_confidence:
        neutral = np.full((len(choices), 1), prediction.interpretation.minimum_confidence)
        choices = np.concatenate([choices, neutral], axis=1)
    shortest = min(frames, len(prediction))
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
    """Return first frame and choice of each run of the best division.

    Dynamic programming over the frames: the best division that ends with choice c at
    frame t either prolongs one that ended with c at t - 1, or opens a run of the shortest
    length after the best division that ended otherwise, and pays the penalty.
    """
    count, choices = probabilities.shape
    sums = np.concatenate([np.zeros((1, choices)), np.cumsum(probabilities, axis=0)])
    score = np.full((count + 1, choices), -np.inf)
    # Where the last run of the best division began, and the choice before it.
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
