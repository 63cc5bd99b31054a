"""Columns of rows. Their names and order are a public contract.

In a patch's row, ``time`` is the start of the patch's own frames and ``duration`` their length,
both in seconds: the second that the row is about, whatever the model's context. Its centre is
``time + duration / 2``. In a file's row ``duration`` is the file's length.

Further columns come after these: the model's further heads, then what the interpretation adds,
which are arousal and valence on other scales, and words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.scales import SCALES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quadpred_plugin.interpretation import Interpretation
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

WORDS = "words"
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
    return (*scaled, *([WORDS] if interpretation.words else []))


def further_columns(predictions: Sequence[Prediction]) -> tuple[str, ...]:
    """Return the names of the further columns that any of the predictions has."""
    heads = [name for name in HEADS if any(name in one.further_heads for one in predictions)]
    added = (name for one in predictions for name in interpretation_columns(one.interpretation))
    return (*heads, *dict.fromkeys(added))


def rows(
    prediction: Prediction, level: str, further: Sequence[str] = ()
) -> list[tuple[Value, ...]]:
    """Return the rows of one prediction: one row per file or one row per patch.

    Parameters
    ----------
    prediction : Prediction
    level : {'file', 'frame'}
        ``file`` is one row for the file, ``frame`` one row per patch.
    further : sequence of str
        Names of further columns, which are appended; values are None if the prediction lacks
        one.
    """
    if level == "file":
        return [_file_row(prediction, further)]
    heads = {name: values.tolist() for name, values in prediction.further_heads.items()}
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
                {name: values[index] for name, values in heads.items()},
            ),
        )
        for index, (time, probabilities, arousal, valence, quadrant) in enumerate(columns)
    ]


def _file_row(prediction: Prediction, further: Sequence[str]) -> tuple[Value, ...]:
    start: tuple[Value, ...] = (prediction.source, prediction.status, prediction.duration)
    summary = prediction.summary()
    if summary is None:
        return (*start, *(None for _ in _NUMBERS), None, *(None for _ in further))
    plane = {"arousal": summary.arousal, "valence": summary.valence}
    return (
        *start,
        *summary.quadrants.tolist(),
        summary.arousal,
        summary.valence,
        summary.quadrant,
        *_further_values(prediction, further, plane, summary.further_heads),
    )


def _further_values(
    prediction: Prediction,
    further: Sequence[str],
    plane: Mapping[str, float],
    heads: Mapping[str, float],
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
        else:
            values.append(heads.get(name))
    return values
