"""Outputs of the plugin, and the features that each makes of a Prediction.

Identifiers never change: hosts store them in sessions and scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quadpred_plugin.quadrants import QUADRANT_NAMES, QUADRANTS

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
class SignalResult:
    """Results of one signal, from which all outputs are made.

    Attributes
    ----------
    raw, smoothed : Prediction
        Before and after the user's smoothing.
    minimum_duration : float
        Of segments, s.
    """

    raw: Prediction
    smoothed: Prediction
    minimum_duration: float


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
        Returns the features of a signal's results.
    per_patch : bool
        Whether there is one feature per patch, without duration or label.
    step : float
        Difference between neighbouring values, 0 for continuous values.
    fixed_bins : bool
        Whether the descriptor gives the number of values per feature. Sonic Visualiser
        shows features with a fixed number of values and a duration as notes, unlabelled.
    """

    identifier: str
    name: str
    description: str
    unit: str
    bins: tuple[str, ...]
    minimum: float
    maximum: float
    features: Callable[[SignalResult], Features]
    per_patch: bool = True
    step: float = 0.0
    fixed_bins: bool = True


def _arousal(result: SignalResult) -> Features:
    return Features(result.smoothed.times, result.smoothed.arousal.reshape(-1, 1))


def _valence(result: SignalResult) -> Features:
    return Features(result.smoothed.times, result.smoothed.valence.reshape(-1, 1))


def _taggram(result: SignalResult) -> Features:
    return Features(result.smoothed.times, result.smoothed.quadrants)


def _confidence(result: SignalResult) -> Features:
    winners = result.smoothed.quadrants.max(axis=1, keepdims=True)
    return Features(result.smoothed.times, winners)


def _segments(result: SignalResult) -> Features:
    import numpy as np

    from quadpred_plugin.analysis.segments import find_segments

    found = find_segments(result.smoothed, result.minimum_duration)
    numbers = [[QUADRANTS.index(segment.quadrant) + 1] for segment in found]
    return Features(
        np.array([segment.start for segment in found]),
        np.array(numbers, dtype=np.float32).reshape(-1, 1),
        np.array([segment.duration for segment in found]),
        tuple(segment.quadrant.title for segment in found),
    )


def _summary(result: SignalResult) -> Features:
    import numpy as np

    summary = result.raw.summary()
    if summary is None:
        return Features(np.zeros(0), np.zeros((0, len(_SUMMARY_BINS)), dtype=np.float32))
    values = [*summary.quadrants, summary.arousal, summary.valence]
    quadrant = QUADRANTS[QUADRANT_NAMES.index(summary.quadrant)]
    return Features(
        np.zeros(1),
        np.array([values], dtype=np.float32),
        np.array([result.raw.duration]),
        (quadrant.title,),
    )


_SUMMARY_BINS = (*(quadrant.label for quadrant in QUADRANTS), "arousal", "valence")

OUTPUTS = (
    Output(
        "arousal",
        "Arousal",
        "Arousal that the music expresses, from calm (-1) to excited (1)",
        "",
        ("",),
        -1,
        1,
        _arousal,
    ),
    Output(
        "valence",
        "Valence",
        "Valence that the music expresses, from negative (-1) to positive (1)",
        "",
        ("",),
        -1,
        1,
        _valence,
    ),
    Output(
        "taggram",
        "Taggram",
        "Probability of each quadrant of the plane of arousal and valence",
        "",
        tuple(quadrant.label for quadrant in QUADRANTS),
        0,
        1,
        _taggram,
    ),
    Output(
        "segments",
        "Segments",
        "Segments of one quadrant: number of the quadrant, with its name and words as label",
        "",
        ("",),
        1,
        len(QUADRANTS),
        _segments,
        per_patch=False,
        step=1,
    ),
    Output(
        "summary",
        "Summary",
        "Values of the whole file: Q1, Q2, Q3, Q4, arousal, valence, in this order; the most "
        "probable quadrant as label",
        "",
        _SUMMARY_BINS,
        -1,
        1,
        _summary,
        per_patch=False,
        fixed_bins=False,
    ),
    Output(
        "confidence",
        "Confidence",
        "Probability of the most probable quadrant, not calibrated",
        "",
        ("",),
        0,
        1,
        _confidence,
    ),
)
