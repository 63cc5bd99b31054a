"""From the patches of a file to one value: a mean, as sure as it is right."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def pool(values: NDArray[np.floating], temperature: float = 1.0) -> Any:
    """Return a head's mean over patches, with a temperature.

    Patches of one file agree in their doubts, so that their mean is less sure than it is right;
    a temperature below 1 makes it surer, and never changes which class is the most probable.

    Parameters
    ----------
    values : ndarray, shape (patches, classes) or (patches,)
        Probabilities that sum to 1, or differences of two, -1..1.
    temperature : float
        Logarithms of the means are divided by it.

    Returns
    -------
    pooled : ndarray of float64, shape (classes,), or float
        In the same range.
    """
    mean = values.mean(axis=0, dtype=np.float64)
    if temperature == 1:
        return mean if mean.ndim else float(mean)
    if mean.ndim:
        raised = mean ** (1 / temperature)
        return raised / raised.sum()
    negative, positive = ((1 + np.array([-mean, mean])) / 2) ** (1 / temperature)
    return float((positive - negative) / (positive + negative))
