"""Outputs of the plugin, and the features that each makes of a Prediction.

Identifiers never change: hosts store them in sessions and scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quadpred_plugin.quadrants import DIMENSIONS, QUADRANT_NAMES, QUADRANTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quadpred_plugin.prediction import Prediction


@dataclass(frozen=True)
class Features:
    """Features of one output.

    Attributes
    ----------
    times : ndarray of float64, shape (features,)
        Seconds since the signal's start.
    values : ndarray of float32, shape (features, bins)
    durations : ndarray of float64, shape (features,), or None
        Seconds.
    labels : tuple of str, or None
    """

    times: NDArray[np.float64]
    values: NDArray[np.float32]
    durations: NDArray[np.float64] | None = None
    labels: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Output:
    """One output of the plugin.

    Attributes
    ----------
    identifier, name, description, unit : str
    bins : tuple of str
        Name of each value; one empty name for a single value.
    minimum, maximum : float
        Range of all values.
    features : callable
        Returns the features of a signal's prediction, after the user's smoothing.
    per_patch : bool
        Whether there is one feature per patch, without duration or label.
    has_duration : bool
        Whether features have one.
    step : float
        Difference between neighbouring values, 0 for continuous values.
    """

    identifier: str
    name: str
    description: str
    unit: str
    bins: tuple[str, ...]
    minimum: float
    maximum: float
    features: Callable[[Prediction], Features]
    per_patch: bool = True
    has_duration: bool = False
    step: float = 0.0

    @property
    def is_grid(self) -> bool:
        """Whether hosts show features as columns of a grid, whose rate is fixed.

        Hosts move the features of a fixed rate to multiples of its period. All other outputs
        have a variable rate, so that their times are exact.
        """
        return len(self.bins) > 1


def _arousal(prediction: Prediction) -> Features:
    return Features(prediction.centres, prediction.arousal.reshape(-1, 1))


def _valence(prediction: Prediction) -> Features:
    return Features(prediction.centres, prediction.valence.reshape(-1, 1))


def _taggram(prediction: Prediction) -> Features:
    import numpy as np

    # A column begins at its time and lasts one hop.
    starts = np.maximum(prediction.centres - prediction.hop / 2, 0)
    return Features(starts, prediction.quadrants)


def _confidence(prediction: Prediction) -> Features:
    winners = prediction.quadrants.max(axis=1, keepdims=True)
    return Features(prediction.centres, winners)


def _segments(prediction: Prediction) -> Features:
    import numpy as np

    found = prediction.segments()
    values = [[SEGMENT_VALUES[segment.quadrant.name]] for segment in found]
    return Features(
        np.array([segment.start for segment in found]),
        np.array(values, dtype=np.float32).reshape(-1, 1),
        np.array([segment.duration for segment in found]),
        tuple(segment.quadrant.title for segment in found),
    )


def _summary(prediction: Prediction) -> Features:
    import numpy as np

    summary = prediction.summary()
    if summary is None:
        return Features(np.zeros(0), np.zeros((0, 1), dtype=np.float32))
    values = [*summary.quadrants, summary.arousal, summary.valence]
    labels = [
        f"{quadrant.title} (most probable)" if name == summary.quadrant else quadrant.title
        for name, quadrant in zip(QUADRANT_NAMES, QUADRANTS, strict=True)
    ]
    return Features(
        np.zeros(len(values)),
        np.array(values, dtype=np.float32).reshape(-1, 1),
        np.full(len(values), prediction.duration),
        (*labels, *DIMENSIONS),
    )


def _turning_points(prediction: Prediction) -> Features:
    import numpy as np

    points = prediction.turning_points()
    return Features(
        np.array([point.time for point in points]),
        np.array([point.strength for point in points], dtype=np.float32).reshape(-1, 1),
        labels=tuple(f"{point.before.name} to {point.after.name}" for point in points),
    )


# Sonic Visualiser colours a segment by its value divided by the number of different values in the
# file minus 1, from 0 to 1, with smaller and larger ones as these. With the numbers 1 to 4, Q3 and
# Q4 would have the same colour, and in a file of two quadrants so would any two. With these only
# Q4 and Q2 do, where a file has no other quadrant.
SEGMENT_VALUES = {"Q3": 0.0, "Q1": 0.75, "Q4": 1.5, "Q2": 3.0}
_SEGMENT_STEP = 0.75

# The diagonal of the plane of arousal and valence, each -1..1.
_LONGEST_DISTANCE = 8**0.5

OUTPUTS = (
    Output(
        "arousal",
        "Arousal",
        "Arousal that the music expresses, from calm (-1) to excited (1); each value is at the "
        "centre of the second that it is about",
        "",
        ("",),
        -1,
        1,
        _arousal,
    ),
    Output(
        "valence",
        "Valence",
        "Valence that the music expresses, from negative (-1) to positive (1); each value is at "
        "the centre of the second that it is about",
        "",
        ("",),
        -1,
        1,
        _valence,
    ),
    Output(
        "taggram",
        "Taggram",
        "Probability of each quadrant of the plane of arousal and valence; each column is around "
        "the centre of the second that it is about",
        "",
        tuple(quadrant.label for quadrant in QUADRANTS),
        0,
        1,
        _taggram,
    ),
    Output(
        "segments",
        "Segments",
        "Segments of one quadrant, with its name and words as label, where the level is not low "
        "and the quadrant probable; values give quadrants colours: 0 is Q3, 0.75 Q1, 1.5 Q4, 3 Q2",
        "",
        ("",),
        min(SEGMENT_VALUES.values()),
        max(SEGMENT_VALUES.values()),
        _segments,
        per_patch=False,
        has_duration=True,
        step=_SEGMENT_STEP,
    ),
    Output(
        "summary",
        "Summary",
        "Values of the whole file, with their names as labels: probability of each quadrant, "
        "arousal, valence",
        "",
        ("",),
        -1,
        1,
        _summary,
        per_patch=False,
        has_duration=True,
    ),
    Output(
        "confidence",
        "Confidence",
        "Probability of the most probable quadrant, not calibrated; each value is at the centre "
        "of the second that it is about",
        "",
        ("",),
        0,
        1,
        _confidence,
    ),
    Output(
        "turningpoints",
        "Turning points",
        "Times at which the emotion changes most: distance on the plane of arousal and valence "
        "between the 6 s before and after, with the quadrants before and after as label",
        "",
        ("",),
        0,
        _LONGEST_DISTANCE,
        _turning_points,
        per_patch=False,
    ),
)
