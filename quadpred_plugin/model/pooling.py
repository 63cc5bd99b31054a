"""From the patches of a file to one value: a mean, as sure as it is right."""

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

from quadpred_plugin.quadrants import QUADRANTS

if TYPE_CHECKING:
    # Cards hold these numbers, and a host that scans for plugins reads cards: without NumPy.
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Pooling:
    """How a head's mean over patches becomes a file's value.

    Patches of one file agree in their doubts, so that their mean is less sure than it is right;
    and where one class' patches are heard with less doubt than the other's, the mean leans
    towards it.

    Attributes
    ----------
    temperature : float
        Logarithms of the mean probabilities are divided by it; below 1 makes the mean surer. By
        itself it never changes which class is the most probable.
    offset : float
        Added then to the logarithm of the odds that arousal or valence is positive, nats, or to
        those of the quadrants of positive valence, whose means lean as valence's does; a file
        is positive where its mean outweighs it.

    References
    ----------
    J. Platt, "Probabilistic outputs for support vector machines", 1999 (both numbers, for two
    classes); C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural
    networks", ICML 2017 (the temperature alone, for several).
    """

    temperature: float = 1.0
    offset: float = 0.0


PLAIN_MEAN = Pooling()
POSITIVE_VALENCE = tuple(index for index, quadrant in enumerate(QUADRANTS) if quadrant.valence > 0)
"""Places of the quadrants that an offset moves."""


def pool(values: "NDArray[np.floating]", pooling: Pooling = PLAIN_MEAN) -> Any:
    """Return a head's mean over patches, as sure as it is right.

    Parameters
    ----------
    values : ndarray, shape (patches, classes) or (patches,)
        Probabilities of the quadrants, or differences of two, -1..1.
    pooling : Pooling

    Returns
    -------
    pooled : ndarray of float64, shape (classes,), or float
        In the same range.
    """
    mean = values.mean(axis=0, dtype="float64")
    if pooling == PLAIN_MEAN:
        return mean if mean.ndim else float(mean)
    if mean.ndim:
        raised = mean ** (1 / pooling.temperature)
        raised[list(POSITIVE_VALENCE)] *= exp(pooling.offset)
        return raised / raised.sum()
    negative = ((1 - mean) / 2) ** (1 / pooling.temperature)
    positive = ((1 + mean) / 2) ** (1 / pooling.temperature) * exp(pooling.offset)
    return float((positive - negative) / (positive + negative))
