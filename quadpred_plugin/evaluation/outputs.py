"""What a model says of a file, as far as an evaluation needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.evaluation.curves import Curve
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import DIMENSIONS


@dataclass(frozen=True)
class FileOutput:
    """Predicted values of one file.

    Attributes
    ----------
    source : str
        Path of the audio file, as it was analysed.
    quadrants : ndarray of float64, shape (4,), or None
        Calibrated probabilities of the file; None if they aren't known.
    values : dict of float
        By dimension, -1..1: calibrated values of the file; empty if they aren't known.
    curves : dict of Curve
        By dimension: values of the patches, at the patches' centres; empty if they aren't
        known.
    failure : str
        Why the file has no values; the rest of a sentence that begins with its name. Empty if
        it has some.
    """

    source: str
    quadrants: NDArray[np.float64] | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    failure: str = ""


def output_of(prediction: Prediction) -> FileOutput:
    """Return what an evaluation needs of a prediction."""
    summary = prediction.summary()
    if summary is None:
        return FileOutput(prediction.source, failure=prediction.warnings[0])
    return FileOutput(
        prediction.source,
        summary.quadrants,
        {dimension: getattr(summary, dimension) for dimension in DIMENSIONS},
        {
            dimension: predicted_curve(
                prediction.times, prediction.patch_duration, getattr(prediction, dimension)
            )
            for dimension in DIMENSIONS
        },
    )


def predicted_curve(
    starts: NDArray[np.float64], patch_duration: float, values: NDArray[np.floating]
) -> Curve:
    """Return the curve of patches: each value stands for its patch's centre.

    The curve begins with the first patch. It ends one hop after the last patch: what remains
    of a file is too short for another one.

    Parameters
    ----------
    starts : ndarray, shape (patches,)
        Start of each patch, seconds.
    patch_duration : float
        Seconds.
    values : ndarray, shape (patches,)
        -1..1.
    """
    hop = float(np.median(np.diff(starts))) if len(starts) > 1 else patch_duration
    end = float(starts[-1]) + patch_duration + hop
    return Curve(starts + patch_duration / 2, values, float(starts[0]), end)
