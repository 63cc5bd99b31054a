"""JSON: an array with one object per file, described by ``schema.json``."""

import json
from collections.abc import Iterable, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.exports.columns import LABEL, Value, columns_of, rows
from quadpred_plugin.prediction import Prediction


def write(
    stream: IO[str], predictions: Iterable[Prediction], level: str, further: Sequence[str] = ()
) -> None:
    """Write the array, the object of each file as soon as it is predicted.

    The output is ASCII; other characters are escaped, so that every file name is preserved.
    """
    stream.write("[")
    for index, prediction in enumerate(predictions):
        stream.write(",\n" if index else "\n")
        stream.write(json.dumps(to_object(prediction, level, further), allow_nan=False))
        stream.flush()
    stream.write("\n]\n")
    stream.flush()


def to_object(prediction: Prediction, level: str, further: Sequence[str] = ()) -> dict[str, Any]:
    """Return a prediction as JSON types: the file's row, and arrays for other levels.

    In addition to the columns of rows: confidence, consistency of the heads and, if models
    were compared, their disagreement.
    """
    of_file = [name for name in further if name != LABEL]
    (row,) = rows(prediction, "file", of_file)
    result: dict[str, Any] = dict(zip(columns_of("file", of_file), row, strict=True))
    summary = prediction.summary()
    result["confidence"] = summary.confidence if summary else None
    curves = _curves(prediction)
    for name, curve in curves.items():
        if name != "confidence":
            result[name] = float(curve.mean()) if len(curve) else None
    if level == "segment":
        result["segments"] = _arrays(prediction, "segment", further, ("file",))
    if level == "frame":
        result["frames"] = _arrays(prediction, "frame", further, ("file", "duration"))
        result["frames"] |= {name: curve.tolist() for name, curve in curves.items()}
        result["patch_duration"] = prediction.patch_duration
    result["provenance"] = prediction.provenance
    result["warnings"] = list(prediction.warnings)
    return result


def _arrays(
    prediction: Prediction, level: str, further: Sequence[str], without: Sequence[str]
) -> dict[str, list[Value]]:
    """Return the rows of a level as an array per column."""
    lines = rows(prediction, level, further)
    return {
        name: [line[index] for line in lines]
        for index, name in enumerate(columns_of(level, further))
        if name not in without
    }


def _curves(prediction: Prediction) -> dict[str, NDArray[np.floating]]:
    curves: dict[str, NDArray[np.floating]] = {
        "confidence": prediction.confidence(),
        "consistency": prediction.consistency(),
    }
    if prediction.disagreement is not None:
        curves["disagreement"] = prediction.disagreement
    return curves
