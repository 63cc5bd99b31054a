"""Turning points: times at which the emotion changes most."""

from dataclasses import dataclass

import numpy as np

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS, Quadrant


@dataclass(frozen=True)
class TurningPoint:
    """Time at which the mean position in the plane of valence and arousal changes.

    Attributes
    ----------
    time : float
        Seconds.
    strength : float
        Distance in the plane between the mean points before and after, 0 to 2.83.
    before, after : Quadrant
        Most probable quadrant of the window before and of the window after.
    """

    time: float
    strength: float
    before: Quadrant
    after: Quadrant


def find_turning_points(
    prediction: Prediction, window: float = 6.0, least: float = 0.5
) -> list[TurningPoint]:
    """Find the times at which the windows before and after differ most.

    The distance between the means of the two windows is a novelty curve. A turning point is
    a peak that no value within a window exceeds. Averaging keeps single outlying patches from
    becoming turning points.

    Parameters
    ----------
    prediction : Prediction
    window : float
        Length of each of the two windows, seconds; rounded to whole hops, at least one.
    least : float
        Minimum strength of a turning point; the plane is 2 wide and 2 high.

    Returns
    -------
    points : list of TurningPoint
        In order of time, at least one window from the ends and from each other.

    References
    ----------
    J. Foote, "Automatic audio segmentation using a measure of audio novelty", ICME 2000:
    the same comparison of two windows, applied to spectra.
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


def _border_time(prediction: Prediction, patch: int) -> float:
    """Return the time halfway between the centres of a patch and its predecessor, s."""
    return float(prediction.centres[patch - 1 : patch + 1].mean())
