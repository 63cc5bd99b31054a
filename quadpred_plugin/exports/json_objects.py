"""JSON: an array with one object per file, described by ``schema.json``."""

import json
from collections.abc import Iterable, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.exports.columns import columns_of, rows
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
    """Return a prediction as JSON types: the file's row, and arrays for ``--level frame``.

    In addition to the columns of rows: confidence, consistency of the heads and, if models
    were compared, their disagreement.
    """
    (row,) = rows(prediction, "file", further)
    result: dict[str, Any] = dict(zip(columns_of("file", further), row, strict=True))
    summary = prediction.summary()
    result["confidence"] = summary.confidence if summary else None
    curves = _curves(prediction)
    for name, curve in curves.items():
        if name != "confidence":
            result[name] = float(curve.mean()) if len(curve) else None
    if level == "frame":
        patches = rows(prediction, "frame", further)
        result["frames"] = {
            name: [row[index] for row in patches]
            for index, name in enumerate(columns_of("frame", further))
            if name not in ("file", "duration")
        }
        result["frames"] |= {name: curve.tolist() for name, curve in curves.items()}
        result["patch_duration"] = prediction.patch_duration
    result["provenance"] = prediction.provenance
    result["warnings"] = list(prediction.warnings)
    return result


def _curves(prediction: Prediction) -> dict[str, NDArray[np.floating]]:
    curves: dict[str, NDArray[np.floating]] = {
        "confidence": prediction.confidence(),
        "consistency": prediction.consistency(),
    }
    if prediction.disagreement is not None:
        curves["disagreement"] = prediction.disagreement
    return curves
