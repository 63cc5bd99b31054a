"""The columns of rows, once: scripts rely on their names and order."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from quadpred_plugin.quadrants import QUADRANT_NAMES

if TYPE_CHECKING:
    from quadpred_plugin.prediction import Prediction

Value: TypeAlias = "str | float | None"

_NUMBERS = (*(name.lower() for name in QUADRANT_NAMES), "arousal", "valence")

COLUMNS = {
    "file": ("file", "status", "duration", *_NUMBERS, "quadrant"),
    "frame": ("file", "time", "duration", *_NUMBERS, "quadrant"),
}


def rows(prediction: Prediction, level: str) -> list[tuple[Value, ...]]:
    """Return the rows of one prediction: one at file level, one a patch at frame level."""
    if level == "file":
        return [_file_row(prediction)]
    quadrants = prediction.quadrants.tolist()
    columns = zip(
        prediction.times.tolist(),
        quadrants,
        prediction.arousal.tolist(),
        prediction.valence.tolist(),
        prediction.frame_quadrants(),
        strict=True,
    )
    return [
        (prediction.source, time, prediction.patch_duration, *probabilities, arousal, valence, name)
        for time, probabilities, arousal, valence, name in columns
    ]


def _file_row(prediction: Prediction) -> tuple[Value, ...]:
    start: tuple[Value, ...] = (prediction.source, prediction.status, prediction.duration)
    summary = prediction.summary()
    if summary is None:
        return (*start, *(None for _ in _NUMBERS), None)
    return (
        *start,
        *summary.quadrants.tolist(),
        summary.arousal,
        summary.valence,
        summary.quadrant,
    )
