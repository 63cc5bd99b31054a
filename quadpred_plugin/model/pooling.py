"""Pool patch outputs into one calibrated value per file."""

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

from quadpred_plugin.quadrants import QUADRANTS

if TYPE_CHECKING:
    # Cards contain these values, and Vamp hosts that scan for plugins read cards without NumPy.
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Pooling:
    """Calibration of a head's mean over the patches of a file.

    Errors of a file's patches are correlated, so their mean is less confident than it is
    accurate. If patches of one class have higher confidence than those of the other, the mean
    is biased towards that class.

    Attributes
    ----------
    temperature : float
        Divisor of the logarithms of the mean probabilities; below 1 it increases confidence.
        By itself it never changes the most probable class.
    offset : float
        Added afterwards, in nats, to the log odds of the positive class of a scalar head, or to
        the log probabilities of the quadrants of positive valence, which are biased as valence
        is.

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
"""Indices of the quadrants that an offset changes."""


def pool(
    values: "NDArray[np.floating]",
    pooling: Pooling = PLAIN_MEAN,
    weights: "NDArray[np.float64] | None" = None,
) -> Any:
    """Return a head's calibrated mean over patches.

    Parameters
    ----------
    values : ndarray, shape (patches, classes) or (patches,)
        Probabilities of the quadrants, 0..1, or a scalar head, -1..1.
    pooling : Pooling
        ``PLAIN_MEAN`` leaves the mean unchanged.
    weights : ndarray, shape (patches,), optional
        Of the patches in the mean, 0 or more and not all 0; equal ones if None.

    Returns
    -------
    pooled : ndarray of float64, shape (classes,), or float
        In the range of the values.
    """
    if weights is None:
        mean = values.mean(axis=0, dtype="float64")
    else:
        mean = weights @ values.astype("float64") / weights.sum()
    if pooling == PLAIN_MEAN:
        return mean if mean.ndim else float(mean)
    if mean.ndim:
        raised = mean ** (1 / pooling.temperature)
        raised[list(POSITIVE_VALENCE)] *= exp(pooling.offset)
        return raised / raised.sum()
    negative = ((1 - mean) / 2) ** (1 / pooling.temperature)
    positive = ((1 + mean) / 2) ** (1 / pooling.temperature) * exp(pooling.offset)
    return float((positive - negative) / (positive + negative))
