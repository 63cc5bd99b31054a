"""Whether several models say the same: what their trainings have in common is left as doubt."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.prediction import Prediction


def divergence(distributions: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the Jensen–Shannon divergence of distributions.

    Parameters
    ----------
    distributions : ndarray, shape (models, frames, classes)
        Probabilities; each row sums to 1.

    Returns
    -------
    divergence : ndarray of float64, shape (frames,)
        Bits: 0 where all are alike, at most log2 of the number of models or of classes,
        whichever is smaller. Of two models 1 bit, of three 1.58.

    References
    ----------
    J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on
    Information Theory 37 (1), 1991.
    """
    values = np.asarray(distributions, dtype=np.float64)
    together = _entropy(values.mean(axis=0))
    return np.maximum(together - _entropy(values).mean(axis=0), 0)


def with_disagreement(predictions: Sequence[Prediction]) -> Prediction:
    """Return the first prediction, with the disagreement of all.

    Parameters
    ----------
    predictions : sequence of Prediction
        What models say of one signal, with the same patches.

    Returns
    -------
    prediction : Prediction
        Its ``disagreement`` is set; its provenance names the other models.

    Raises
    ------
    ValueError
        If the patches differ.
    """
    first, *others = predictions
    for other in others:
        if len(other) != len(first) or not np.array_equal(other.times, first.times):
            raise ValueError(
                f"{first.source}: the models {_name(first)} and {_name(other)} hear different "
                "patches, which can't be compared."
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
