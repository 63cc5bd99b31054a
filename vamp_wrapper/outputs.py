"""What there is to see: each output, and how a Prediction becomes its features.

Identifiers are for ever: hosts keep them in sessions and scripts.
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
    """Values in time, as an output returns them.

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
class Heard:
    """What an instance has to show.

    Attributes
    ----------
    raw, smoothed : Prediction
        As the network judged, and after the user's smoothing.
    minimum_duration : float
        Of segments, s.
    """

    raw: Prediction
    smoothed: Prediction
    minimum_duration: float


@dataclass(frozen=True)
class Output:
    """One output.

    Attributes
    ----------
    identifier, name, description, unit : str
    bins : tuple of str
        Name of each value; one empty name for a single value.
    minimum, maximum : float
        All values lie between them.
    features : callable
        Makes the features of what was heard.
    framewise : bool
        Whether there is one feature a hop, without duration or label.
    step : float
        Between values, 0 where they are continuous.
    fixed_bins : bool
        Whether hosts are told how many values a feature has. Sonic Visualiser takes what has
        several values and a duration for notes of so many hertz, and shows no label.
    """

    identifier: str
    name: str
    description: str
    unit: str
    bins: tuple[str, ...]
    minimum: float
    maximum: float
    features: Callable[[Heard], Features]
    framewise: bool = True
    step: float = 0.0
    fixed_bins: bool = True


def _arousal(heard: Heard) -> Features:
    return Features(heard.smoothed.times, heard.smoothed.arousal.reshape(-1, 1))


def _valence(heard: Heard) -> Features:
    return Features(heard.smoothed.times, heard.smoothed.valence.reshape(-1, 1))


def _taggram(heard: Heard) -> Features:
    return Features(heard.smoothed.times, heard.smoothed.quadrants)


def _confidence(heard: Heard) -> Features:
    winners = heard.smoothed.quadrants.max(axis=1, keepdims=True)
    return Features(heard.smoothed.times, winners)


def _segments(heard: Heard) -> Features:
    import numpy as np

    from quadpred_plugin.analysis.segments import find_segments

    found = find_segments(heard.smoothed, heard.minimum_duration)
    numbers = [[QUADRANTS.index(segment.quadrant) + 1] for segment in found]
    return Features(
        np.array([segment.start for segment in found]),
        np.array(numbers, dtype=np.float32).reshape(-1, 1),
        np.array([segment.duration for segment in found]),
        tuple(segment.quadrant.title for segment in found),
    )


def _summary(heard: Heard) -> Features:
    import numpy as np

    summary = heard.raw.summary()
    if summary is None:
        return Features(np.zeros(0), np.zeros((0, len(_SUMMARY_BINS)), dtype=np.float32))
    values = [*summary.quadrants, summary.arousal, summary.valence]
    quadrant = QUADRANTS[QUADRANT_NAMES.index(summary.quadrant)]
    return Features(
        np.zeros(1),
        np.array([values], dtype=np.float32),
        np.array([heard.raw.duration]),
        (quadrant.title,),
    )


_SUMMARY_BINS = (*(quadrant.label for quadrant in QUADRANTS), "arousal", "valence")

OUTPUTS = (
    Output(
        "arousal",
        "Arousal",
        "How aroused the music sounds, from calm (-1) to excited (1)",
        "",
        ("",),
        -1,
        1,
        _arousal,
    ),
    Output(
        "valence",
        "Valence",
        "How pleasant the music sounds, from negative (-1) to positive (1)",
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
        "Stretches of one quadrant: its number, with its name and words as label",
        "",
        ("",),
        1,
        len(QUADRANTS),
        _segments,
        framewise=False,
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
        framewise=False,
        fixed_bins=False,
    ),
    Output(
        "confidence",
        "Confidence",
        "Probability that the network gives to the quadrant it finds most probable",
        "",
        ("",),
        0,
        1,
        _confidence,
    ),
)
