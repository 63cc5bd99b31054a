"""NumPy files: npz with all arrays, npy with the array of the original script."""

import json
from collections.abc import Iterable, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.heads import HEADS
from quadpred_plugin.prediction import Prediction


def write_npz(
    stream: IO[bytes], predictions: Iterable[Prediction], level: str, further: Sequence[str] = ()
) -> None:
    """Write the arrays of one file's patches, or of the means of several files.

    ``--level frame``, for one file: ``times``, ``quadrants``, ``arousal``, ``valence``,
    further heads, ``disagreement`` if models were compared, and ``embeddings`` if they were
    asked for, float32 of shape (patches, width). ``--level file``: ``files``,
    ``status``, ``duration``, ``quadrants``, ``arousal``, ``valence``, further heads, with NaN
    for files without values. ``provenance`` is JSON.
    """
    if level == "frame":
        (prediction,) = predictions
        curves: dict[str, Any] = dict(prediction.further_heads)
        if prediction.disagreement is not None:
            curves["disagreement"] = prediction.disagreement
        if prediction.embeddings is not None:
            curves["embeddings"] = prediction.embeddings
        np.savez_compressed(
            stream,
            **curves,
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
    heads = [name for name in further if name in HEADS]
    means = _means(many, heads)
    np.savez_compressed(
        stream,
        # Bytes, since a name may not be valid UTF-8.
        files=np.array([one.source.encode(errors="surrogateescape") for one in many]),
        status=np.array([one.status for one in many]),
        duration=np.array([np.nan if one.duration is None else one.duration for one in many]),
        quadrants=means[:, :4],
        arousal=means[:, 4],
        valence=means[:, 5],
        **dict(zip(heads, means[:, 6:].T)),
        provenance=json.dumps(many[0].provenance if many else {}),
    )


def write_npy(
    stream: IO[bytes], predictions: Iterable[Prediction], level: str, further: Sequence[str] = ()
) -> None:
    """Write quadrants as the original script does: float32, (patches, 4) or (files, 4)."""
    if level == "frame":
        (prediction,) = predictions
        array = prediction.quadrants
    else:
        array = _means(list(predictions), ())[:, :4].astype(np.float32)
    np.save(stream, array)


def _means(predictions: list[Prediction], heads: Sequence[str]) -> NDArray[np.float64]:
    means = np.full((len(predictions), 6 + len(heads)), np.nan)
    for row, prediction in zip(means, predictions, strict=True):
        summary = prediction.summary()
        if summary is not None:
            further = (summary.further_heads.get(head, np.nan) for head in heads)
            row[:] = [*summary.quadrants, summary.arousal, summary.valence, *further]
    return means
