"""NumPy's files: npz with everything, npy with the original script's array."""

import json
from collections.abc import Iterable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction


def write_npz(stream: IO[bytes], predictions: Iterable[Prediction], level: str) -> None:
    """Write one file's arrays, or many files' means.

    At frame level: ``times``, ``quadrants``, ``arousal``, ``valence``, for one file, and
    ``disagreement`` where models were compared. At
    file level: ``files``, ``status``, ``duration``, ``quadrants``, ``arousal``,
    ``valence``, with NaN where there are no numbers. ``provenance`` is JSON.
    """
    if level == "frame":
        (prediction,) = predictions
        further: dict[str, Any] = {}
        if prediction.disagreement is not None:
            further["disagreement"] = prediction.disagreement
        np.savez_compressed(
            stream,
            **further,
            times=prediction.times,
            quadrants=prediction.quadrants,
            arousal=prediction.arousal,
            valence=prediction.valence,
            patch_duration=prediction.patch_duration,
            duration=np.nan if prediction.duration is None else prediction.duration,
            status=prediction.status,
            provenance=json.dumps(prediction.provenance),
        )
        return
    many = list(predictions)
    means = _means(many)
    np.savez_compressed(
        stream,
        # As bytes: a name needn't be UTF-8.
        files=np.array([one.source.encode(errors="surrogateescape") for one in many]),
        status=np.array([one.status for one in many]),
        duration=np.array([np.nan if one.duration is None else one.duration for one in many]),
        quadrants=means[:, :4],
        arousal=means[:, 4],
        valence=means[:, 5],
        provenance=json.dumps(many[0].provenance if many else {}),
    )


def write_npy(stream: IO[bytes], predictions: Iterable[Prediction], level: str) -> None:
    """Write quadrants as the original script did, float32: (frames, 4), or (files, 4)."""
    if level == "frame":
        (prediction,) = predictions
        array = prediction.quadrants
    else:
        array = _means(list(predictions))[:, :4].astype(np.float32)
    np.save(stream, array)


def _means(predictions: list[Prediction]) -> NDArray[np.float64]:
    means = np.full((len(predictions), 6), np.nan)
    for row, prediction in zip(means, predictions, strict=True):
        summary = prediction.summary()
        if summary is not None:
            row[:] = [*summary.quadrants, summary.arousal, summary.valence]
    return means
