"""What the curves of a Prediction amount to: smoothed curves and segments."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS, Quadrant

# Of segments where nobody asks for another minimum: in exports, and the Vamp plugin's default.
MINIMUM_SEGMENT_SECONDS = 2.0


@dataclass(frozen=True)
class Segment:
    """A stretch of music in one quadrant.

    Attributes
    ----------
    start, duration : float
        Seconds.
    quadrant : Quadrant
    """

    start: float
    duration: float
    quadrant: Quadrant


def smooth(prediction: Prediction, seconds: float) -> Prediction:
    """Replace every value by the mean of its neighbourhood in time.

    Parameters
    ----------
    prediction : Prediction
    seconds : float
        Length of the neighbourhood, centred on each frame and rounded to an odd number of
        frames; at the ends it is cut off. Less than three hops changes nothing.

    Returns
    -------
    prediction : Prediction
        Rows of ``quadrants`` still sum to 1.
    """
    reach = int(seconds / prediction.hop / 2) if len(prediction) else 0
    if not reach:
        return prediction
    frames = np.arange(len(prediction))
    first = np.maximum(frames - reach, 0)
    beyond = np.minimum(frames + reach + 1, len(prediction))

    def mean(curve: NDArray[np.float32]) -> NDArray[np.float32]:
        columns = curve.reshape(len(curve), -1).astype(np.float64)
        sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
        means = (sums[beyond] - sums[first]) / (beyond - first)[:, np.newaxis]
        return means.reshape(curve.shape).astype(np.float32)

    return replace(
        prediction,
        quadrants=mean(prediction.quadrants),
        arousal=mean(prediction.arousal),
        valence=mean(prediction.valence),
    )


def find_segments(prediction: Prediction, minimum_duration: float = 0.0) -> list[Segment]:
    """Divide a signal into segments of one quadrant each.

    Of all divisions into segments no shorter than the minimum, the one is taken whose
    quadrants have the largest sum of probabilities over the frames. Without a minimum that
    is each frame's most probable quadrant.

    Parameters
    ----------
    prediction : Prediction
    minimum_duration : float
        Seconds, rounded up to whole hops. A signal shorter than that is one segment.

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
    runs = _best_runs(prediction.quadrants.astype(np.float64), min(frames, len(prediction)))
    end = float(prediction.times[-1]) + prediction.patch_duration
    if prediction.duration is not None:
        end = min(end, prediction.duration)
    overlap = (prediction.patch_duration - prediction.hop) / 2
    starts = [float(prediction.times[first]) + (overlap if first else 0.0) for first, _ in runs]
    ends = [*starts[1:], end]
    return [
        Segment(start, stop - start, QUADRANTS[quadrant])
        for start, stop, (_, quadrant) in zip(starts, ends, runs, strict=True)
    ]


def _best_runs(probabilities: NDArray[np.float64], shortest: int) -> list[tuple[int, int]]:
    """Return first frame and quadrant of each run of the best division.

    Dynamic programming over the frames: the best division that ends with quadrant q at
    frame t either prolongs one that ended with q at t - 1, or opens a run of the shortest
    length after the best division that ended otherwise.
    """
    count, quadrants = probabilities.shape
    sums = np.concatenate([np.zeros((1, quadrants)), np.cumsum(probabilities, axis=0)])
    score = np.full((count + 1, quadrants), -np.inf)
    # Where the last run of the best division began, and the quadrant before it.
    begin = np.zeros((count + 1, quadrants), dtype=int)
    before = np.full((count + 1, quadrants), -1)
    own = np.arange(quadrants)
    for end in range(shortest, count + 1):
        start = end - shortest
        previous = np.full(quadrants, -1)
        opened = sums[end] - sums[start]
        if start:
            order = np.argsort(-score[start], kind="stable")
            previous = np.where(own == order[0], order[1], order[0])
            opened = opened + score[start, previous]
        prolonged = score[end - 1] + probabilities[end - 1]
        opens = opened > prolonged
        score[end] = np.where(opens, opened, prolonged)
        begin[end] = np.where(opens, start, begin[end - 1])
        before[end] = np.where(opens, previous, before[end - 1])
    end, quadrant = count, int(score[count].argmax())
    runs = []
    while quadrant >= 0:
        first = int(begin[end, quadrant])
        runs.append((first, quadrant))
        end, quadrant = first, int(before[end, quadrant])
    return runs[::-1]
