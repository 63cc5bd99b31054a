"""Moving averages of a prediction's curves."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction


def smooth(prediction: Prediction, seconds: float) -> Prediction:
    """Return the centred moving average of every curve.

    Parameters
    ----------
    prediction : Prediction
    seconds : float
        Length of the window, rounded to an odd number of patches and truncated at the ends.
        A window shorter than three hops changes nothing.

    Returns
    -------
    prediction : Prediction
        Rows of ``quadrants`` still sum to 1.
    """
    reach = int(seconds / prediction.hop / 2) if len(prediction) else 0
    if not reach:
        return prediction
    patches = np.arange(len(prediction))
    first = np.maximum(patches - reach, 0)
    beyond = np.minimum(patches + reach + 1, len(prediction))

    def mean(curve: NDArray[np.float32]) -> NDArray[np.float32]:
        columns = curve.reshape(len(curve), -1).astype(np.float64)
        sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
        means = (sums[beyond] - sums[first]) / (beyond - first)[:, np.newaxis]
        return means.reshape(curve.shape).astype(np.float32)

    return replace(
        prediction,
        quadrants=mean(prediction.quadrants),
        arousal=mean(prediction.arousal),
        valence=mean(prediction.valence),
        further_heads={name: mean(values) for name, values in prediction.further_heads.items()},
    )
