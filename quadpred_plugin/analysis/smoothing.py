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
        A window shorter than two hops changes nothing.

    Returns
    -------
    prediction : Prediction
        Rows of ``quadrants`` still sum to 1. Its summary is that of the given one.
    """
    reach = reach_of(seconds, prediction.hop) if len(prediction) else 0
    if not reach:
        return prediction
    return replace(
        prediction,
        quadrants=moving_average(prediction.quadrants, reach),
        arousal=moving_average(prediction.arousal, reach),
        valence=moving_average(prediction.valence, reach),
        further_heads={
            name: moving_average(values, reach) for name, values in prediction.further_heads.items()
        },
        provenance={**prediction.provenance, "smoothing": seconds},
        original=prediction if prediction.original is None else prediction.original,
    )


def reach_of(seconds: float, hop: float) -> int:
    """Return how many patches before and after its centre a window takes in."""
    return int(seconds / hop / 2)


def moving_average(curve: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the centred moving average of a curve.

    Parameters
    ----------
    curve : ndarray of float32, shape (patches,) or (patches, columns)
    reach : int
        Patches before and after the centre that are averaged, fewer at the ends.

    Returns
    -------
    averages : ndarray of float32
        Same shape.
    """
    patches = np.arange(len(curve))
    first = np.maximum(patches - reach, 0)
    beyond = np.minimum(patches + reach + 1, len(curve))
    columns = curve.reshape(len(curve), -1).astype(np.float64)
    sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    means = (sums[beyond] - sums[first]) / (beyond - first)[:, np.newaxis]
    return means.reshape(curve.shape).astype(np.float32)
