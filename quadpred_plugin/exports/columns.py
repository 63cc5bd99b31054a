"""Columns of rows. Their names and order are a public contract.

In a patch's row, ``time`` is the start of the patch's own frames and ``duration`` their length,
both in seconds: the second that the row is about, whatever the model's context. Its centre is
``time + duration / 2``. In a segment's row these are the start and length of the segment, or of
the section that a user gives. In a file's row ``duration`` is the file's length.

Further columns come after these: the model's further heads, then what the interpretation adds,
which are confidence and consistency, arousal and valence on other scales, and words. The label of
given sections is last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.interpretation import MEASURES
from quadpred_plugin.scales import SCALES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from quadpred_plugin.interpretation import Interpretation
    from quadpred_plugin.prediction import Prediction, Summary

Value: TypeAlias = "str | float | None"

_NUMBERS = tuple(
    column
    for head in (HEADS[name] for name in REQUIRED_HEADS)
    for column in ((head.name,) if head.is_scalar else map(str.lower, head.classes))
)

COLUMNS = {
    "file": ("file", "status", "duration", *_NUMBERS, "quadrant"),
    "frame": ("file", "time", "duration", *_NUMBERS, "quadrant"),
    "segment": ("file", "time", "duration", *_NUMBERS, "quadrant"),
}

CONFIDENCE, CONSISTENCY = MEASURES
WORDS, LABEL = "words", "label"
_SCALED = {
    column: (scale, dimension)
    for scale in SCALES.values()
    for column, dimension in zip(scale.columns, ("arousal", "valence"), strict=True)
}


def columns_of(level: str, further: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of a row's columns: those of `COLUMNS`, then the further ones."""
    return (*COLUMNS[level], *further)


def interpretation_columns(interpretation: Interpretation) -> tuple[str, ...]:
    """Return the names of the columns that an interpretation adds."""
    scaled = [column for name in interpretation.scales for column in SCALES[name].columns]
    return (*interpretation.measures, *scaled, *([WORDS] if interpretation.words else []))


def further_columns(predictions: Sequence[Prediction]) -> tuple[str, ...]:
    """Return the names of the further columns that any of the predictions has."""
    heads = [name for name in HEADS if any(name in one.further_heads for one in predictions)]
    added = (name for one in predictions for name in interpretation_columns(one.interpretation))
    given = any(one.sections is not None for one in predictions)
    return (*heads, *dict.fromkeys(added), *([LABEL] if given else []))


def rows(
    prediction: Prediction, level: str, further: Sequence[str] = ()
) -> list[tuple[Value, ...]]:
    """Return the rows of one prediction: one per file, per patch or per segment.

    Parameters
    ----------
    prediction : Prediction
    level : {'file', 'frame', 'segment'}
        ``file`` is one row for the file, ``frame`` one row per patch, ``segment`` one per
        segment or given section.
    further : sequence of str
        Names of further columns, which are appended; values are None if the prediction lacks
        one.
    """
    if level == "file":
        return [_file_row(prediction, further)]
    if level == "segment":
        return _segment_rows(prediction, further)
    curves = {
        name: values.tolist()
        for name, values in {**prediction.further_heads, **_measures(prediction)}.items()
        if name in further
    }
    columns = zip(
        prediction.times.tolist(),
        prediction.quadrants.tolist(),
        prediction.arousal.tolist(),
        prediction.valence.tolist(),
        prediction.patch_quadrants(),
        strict=True,
    )
    return [
        (
            *(prediction.source, time, prediction.patch_duration),
            *(*probabilities, arousal, valence, quadrant),
            *_further_values(
                prediction,
                further,
                {"arousal": arousal, "valence": valence},
                {name: values[index] for name, values in curves.items()},
            ),
        )
        for index, (time, probabilities, arousal, valence, quadrant) in enumerate(columns)
    ]


def _file_row(prediction: Prediction, further: Sequence[str]) -> tuple[Value, ...]:
    start: tuple[Value, ...] = (prediction.source, prediction.status, prediction.duration)
    return (*start, *_summary_values(prediction, prediction.summary(), further, slice(None)))


def _segment_rows(prediction: Prediction, further: Sequence[str]) -> list[tuple[Value, ...]]:
    parts: list[tuple[float, float, str | None, str | None]]
    if prediction.sections is None:
        found = prediction.segments()
        parts = [(one.start, one.duration, one.quadrant.name, None) for one in found]
    else:
        given = prediction.sections
        parts = [(one.start, one.end - one.start, None, one.label) for one in given]
    lines = []
    for start, duration, quadrant, label in parts:
        summary = prediction.summary(start, start + duration)
        centres = prediction.centres
        inside = (centres >= start) & (centres < start + duration)
        values = _summary_values(prediction, summary, further, inside, quadrant, label)
        lines.append((prediction.source, start, duration, *values))
    return lines


def _summary_values(
    prediction: Prediction,
    summary: Summary | None,
    further: Sequence[str],
    inside: NDArray[np.bool_] | slice,
    quadrant: str | None = None,
    label: str | None = None,
) -> tuple[Value, ...]:
    """Return the values of a summary, with its own quadrant if none is given.

    Its consistency is the mean over the patches inside.
    """
    if summary is None:
        rest = (label if name == LABEL else None for name in further)
        return (*(None for _ in _NUMBERS), None, *rest)
    plane = {"arousal": summary.arousal, "valence": summary.valence}
    heads = {**summary.further_heads, CONFIDENCE: summary.confidence}
    if CONSISTENCY in further and len(values := prediction.consistency()[inside]):
        heads[CONSISTENCY] = float(values.mean())
    return (
        *summary.quadrants.tolist(),
        summary.arousal,
        summary.valence,
        quadrant or summary.quadrant,
        *_further_values(prediction, further, plane, heads, label),
    )


def _measures(prediction: Prediction) -> dict[str, NDArray[np.floating]]:
    return dict(zip(MEASURES, (prediction.confidence(), prediction.consistency()), strict=True))


def _further_values(
    prediction: Prediction,
    further: Sequence[str],
    plane: Mapping[str, float],
    heads: Mapping[str, float],
    label: str | None = None,
) -> list[Value]:
    """Return the values of further columns, for one pair of arousal and valence."""
    values: list[Value] = []
    for name in further:
        if name in _SCALED:
            scale, dimension = _SCALED[name]
            values.append(scale.convert(plane[dimension]))
        elif name == WORDS:
            words = prediction.interpretation.words
            values.append(words.words_for(plane["arousal"], plane["valence"]) if words else None)
        elif name == LABEL:
            values.append(label)
        else:
            values.append(heads.get(name))
    return values
