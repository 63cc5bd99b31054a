"""JSON: an array with one object a file; ``schema.json`` describes it."""

import json
from collections.abc import Iterable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.exports.columns import COLUMNS, rows
from quadpred_plugin.prediction import Prediction


def write(stream: IO[str], predictions: Iterable[Prediction], level: str) -> None:
    """Write the array, each file's object as soon as it is there.

    Only ASCII is written, other characters as escapes, so that any name survives.
    """
    stream.write("[")
    for index, prediction in enumerate(predictions):
        stream.write(",\n" if index else "\n")
        stream.write(json.dumps(to_object(prediction, level), allow_nan=False))
        stream.flush()
    stream.write("\n]\n")
    stream.flush()


def to_object(prediction: Prediction, level: str) -> dict[str, Any]:
    """Return a prediction as JSON's types: the file's row, and at frame level arrays.

    Beside the columns of rows: confidence, consistency of the heads, and, where models were
    compared, their disagreement.
    """
    result: dict[str, Any] = dict(zip(COLUMNS["file"], rows(prediction, "file")[0], strict=True))
    summary = prediction.summary()
    result["confidence"] = summary.confidence if summary else None
    curves = _curves(prediction)
    for name, curve in curves.items():
        if name != "confidence":
            result[name] = float(curve.mean()) if len(curve) else None
    if level == "frame":
        frames = rows(prediction, "frame")
        result["frames"] = {
            name: [row[index] for row in frames]
            for index, name in enumerate(COLUMNS["frame"])
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
