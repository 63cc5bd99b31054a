"""Columns of rows. Their names and order are a public contract.

In a patch's row, ``time`` is the start of the patch's own frames and ``duration`` their length,
both in seconds: the second that the row is about, whatever the model's context. Its centre is
``time + duration / 2``. In a file's row ``duration`` is the file's length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quadpred_plugin.prediction import Prediction

Value: TypeAlias = "str | float | None"

_NUMBERS = tuple(
    column
    for head in (HEADS[name] for name in REQUIRED_HEADS)
    for column in ((head.name,) if head.is_scalar else map(str.lower, head.classes))
)

COLUMNS = {
    "file": ("file", "status", "duration", *_NUMBERS, "quadrant"),
    "frame": ("file", "time", "duration", *_NUMBERS, "quadrant"),
}


def columns_of(level: str, heads: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of a row's columns: those of `COLUMNS`, then the further heads."""
    return (*COLUMNS[level], *heads)


def heads_of(predictions: Sequence[Prediction]) -> tuple[str, ...]:
    """Return the names of the further heads that any of the predictions has."""
    return tuple(name for name in HEADS if any(name in one.further_heads for one in predictions))


def rows(prediction: Prediction, level: str, heads: Sequence[str] = ()) -> list[tuple[Value, ...]]:
    """Return the rows of one prediction: one row per file or one row per patch.

    Parameters
    ----------
    prediction : Prediction
    level : {'file', 'frame'}
        ``file`` is one row for the file, ``frame`` one row per patch.
    heads : sequence of str
        Further heads, whose columns are appended; values are None if the prediction lacks one.
    """
    if level == "file":
        return [_file_row(prediction, heads)]
    missing = [None] * len(prediction)
    further = [
        prediction.further_heads[name].tolist() if name in prediction.further_heads else missing
        for name in heads
    ]
    quadrants = prediction.quadrants.tolist()
    columns = zip(
        prediction.times.tolist(),
        quadrants,
        prediction.arousal.tolist(),
        prediction.valence.tolist(),
        prediction.patch_quadrants(),
        *further,
        strict=True,
    )
    return [
        (prediction.source, time, prediction.patch_duration, *probabilities, *others)
        for time, probabilities, *others in columns
    ]


def _file_row(prediction: Prediction, heads: Sequence[str]) -> tuple[Value, ...]:
    start: tuple[Value, ...] = (prediction.source, prediction.status, prediction.duration)
    summary = prediction.summary()
    if summary is None:
        return (*start, *(None for _ in _NUMBERS), None, *(None for _ in heads))
    return (
        *start,
        *summary.quadrants.tolist(),
        summary.arousal,
        summary.valence,
        summary.quadrant,
        *(summary.further_heads.get(name) for name in heads),
    )
