"""When the emotion changes most."""

from dataclasses import dataclass

import numpy as np

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS, Quadrant


@dataclass(frozen=True)
class TurningPoint:
    """A moment at which the path on the plane of arousal and valence turns elsewhere.

    Attributes
    ----------
    time : float
        Seconds.
    strength : float
        Distance on the plane between the mean points before and after, 0 to 2.83.
    before, after : Quadrant
        The most probable one of the stretch before, and of the one after.
    """

    time: float
    strength: float
    before: Quadrant
    after: Quadrant


def find_turning_points(
    prediction: Prediction, window: float = 6.0, least: float = 0.5
) -> list[TurningPoint]:
    """Find the moments at which the stretch before differs most from the one after.

    The distance between the two means is a novelty curve; its peaks are taken that nothing
    within a window exceeds. The means do what smoothing would: a single odd patch makes no
    turn.

    Parameters
    ----------
    prediction : Prediction
    window : float
        Seconds before, and after, that are compared; rounded to whole hops, at least one.
    least : float
        Strength that a turn needs; the plane is 2 wide and 2 high.

    Returns
    -------
    points : list of TurningPoint
        In order of time; none closer to the ends or to each other than a window.

    References
    ----------
    J. Foote, "Automatic audio segmentation using a measure of audio novelty", ICME 2000:
    the same comparison of what is before and after, there on spectra.
    """
    if not len(prediction):
        return []
    reach = max(1, round(window / prediction.hop))
    curves = np.column_stack([prediction.valence, prediction.arousal, prediction.quadrants])
    sums = np.concatenate([np.zeros((1, curves.shape[1])), np.cumsum(curves, axis=0, dtype=float)])
    borders = np.arange(reach, len(prediction) - reach + 1)
    before = (sums[borders] - sums[borders - reach]) / reach
    after = (sums[borders + reach] - sums[borders]) / reach
    strengths = np.hypot(*(after - before)[:, :2].T)
    points: list[TurningPoint] = []
    for index in np.argsort(-strengths, kind="stable"):
        near = strengths[max(index - reach, 0) : index + reach + 1]
        first = max(index - reach, 0) + int(near.argmax())
        if strengths[index] >= least and first == index:
            points.append(
                TurningPoint(
                    _border_time(prediction, int(borders[index])),
                    float(strengths[index]),
                    QUADRANTS[int(before[index, 2:].argmax())],
                    QUADRANTS[int(after[index, 2:].argmax())],
                )
            )
    return sorted(points, key=lambda one: one.time)


def _border_time(prediction: Prediction, frame: int) -> float:
    """Return the time halfway between the middles of a patch and of the one before, s."""
    middles = prediction.times[frame - 1 : frame + 1] + prediction.patch_duration / 2
    return float(middles.mean())
