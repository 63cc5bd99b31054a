"""JSON: an array with one object a file; ``schema.json`` describes it."""

import json
from collections.abc import Iterable
from typing import IO, Any

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
    """Return a prediction as JSON's types: the file's row, and at frame level arrays."""
    result: dict[str, Any] = dict(zip(COLUMNS["file"], rows(prediction, "file")[0], strict=True))
    if level == "frame":
        frames = rows(prediction, "frame")
        result["frames"] = {
            name: [row[index] for row in frames]
            for index, name in enumerate(COLUMNS["frame"])
            if name not in ("file", "duration")
        }
        result["patch_duration"] = prediction.patch_duration
    result["provenance"] = prediction.provenance
    result["warnings"] = list(prediction.warnings)
    return result
