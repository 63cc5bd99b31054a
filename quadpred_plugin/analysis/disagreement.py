"""Disagreement of several models: the divergence of their quadrant probabilities.

Errors that the models share, for example from common training data, don't show in it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction


def divergence(distributions: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the Jensen–Shannon divergence of distributions.

    Parameters
    ----------
    distributions : ndarray, shape (models, patches, classes)
        Probabilities; each row sums to 1.

    Returns
    -------
    divergence : ndarray of float64, shape (patches,)
        Bits, 0 for equal distributions. The maximum is log2 of the number of models or
        classes, whichever is smaller: 1 bit for two models, 1.58 for three.

    References
    ----------
    J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on
    Information Theory 37 (1), 1991.
    """
    values = np.asarray(distributions, dtype=np.float64)
    mixture = _entropy(values.mean(axis=0))
    return np.maximum(mixture - _entropy(values).mean(axis=0), 0)


def with_disagreement(predictions: Sequence[Prediction]) -> Prediction:
    """Return the first prediction with the disagreement of all models.

    Parameters
    ----------
    predictions : sequence of Prediction
        Predictions of several models for the same patches of one signal.

    Returns
    -------
    prediction : Prediction
        Has ``disagreement``; its provenance names the other models.

    Raises
    ------
    ValueError
        If the patches differ.
    """
    first, *others = predictions
    for other in others:
        if len(other) != len(first) or not np.array_equal(other.times, first.times):
            raise ValueError(
                f"{first.source}: the models {_name(first)} and {_name(other)} use different "
                "patches and can't be compared."
            )
    against = [
        {"model": one.provenance.get("model"), "sha256": one.provenance.get("sha256")}
        for one in others
    ]
    return replace(
        first,
        disagreement=divergence(np.stack([one.quadrants for one in predictions])),
        provenance={**first.provenance, "against": against},
    )


def _name(prediction: Prediction) -> str:
    return str(prediction.provenance.get("model", "of unknown name"))


def _entropy(values: NDArray[np.float64]) -> NDArray[np.float64]:
    logarithms = np.log2(values, out=np.zeros_like(values), where=values > 0)
    return -(values * logarithms).sum(axis=-1)
