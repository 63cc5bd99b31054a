"""Resample a prediction's curves to a rate, such as that of a video's frames."""

from dataclasses import replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction

# Highest rate, Hz: a row per millisecond.
MAXIMUM_RATE = 1000.0


def resample(prediction: Prediction, rate: float) -> Prediction:
    """Return the curves at an exact rate, from the signal's start to its end.

    A row is about the time from ``n / rate`` to ``(n + 1) / rate``. Its values are interpolated
    linearly at the middle of that time, between the centres of the patches; before the first
    and after the last centre they are constant.

    Parameters
    ----------
    prediction : Prediction
    rate : float
        Rows per second, above 0 and at most 1000.

    Returns
    -------
    prediction : Prediction
        Rows of ``quadrants`` still sum to 1. Its summary is that of the given one, and it has no
        embeddings. Unchanged without patches.

    Raises
    ------
    ValueError
        If the rate is out of its range.
    """
    if not 0 < rate <= MAXIMUM_RATE:
        raise ValueError(f"A rate must be above 0 and at most {MAXIMUM_RATE:g} Hz, not {rate} Hz.")
    if not len(prediction):
        return prediction
    end = prediction.duration
    if end is None:
        end = float(prediction.times[-1]) + prediction.patch_duration
    # The tolerance lets 0.2 s be five rows of 25 Hz despite rounding.
    numbers = np.arange(max(1, ceil(end * rate - 1e-6)))
    centres, wanted = prediction.centres, (numbers + 0.5) / rate

    def interpolated(curve: NDArray[np.floating]) -> NDArray[np.float64]:
        columns = curve.reshape(len(curve), -1).astype(np.float64).T
        values = np.stack([np.interp(wanted, centres, column) for column in columns], axis=1)
        return values.reshape(len(numbers), *curve.shape[1:])

    disagreement, quiet = prediction.disagreement, prediction.quiet
    nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, wanted)
    return replace(
        prediction,
        times=numbers / rate,
        patch_duration=1 / rate,
        hop=1 / rate,
        quadrants=interpolated(prediction.quadrants).astype(np.float32),
        arousal=interpolated(prediction.arousal).astype(np.float32),
        valence=interpolated(prediction.valence).astype(np.float32),
        disagreement=None if disagreement is None else interpolated(disagreement),
        further_heads={
            name: interpolated(values).astype(np.float32)
            for name, values in prediction.further_heads.items()
        },
        embeddings=None,
        quiet=None if quiet is None else quiet[nearest],
        provenance={**prediction.provenance, "rate": rate},
        original=prediction if prediction.original is None else prediction.original,
    )
