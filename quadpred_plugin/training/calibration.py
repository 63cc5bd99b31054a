"""Temperatures that make a network as sure of clips as it is right."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.scoring import HEAD_CLASSES, Fold, Outputs

Temperatures = dict[str, float]
_RANGE = (0.2, 5.0)
_LEAST = 1e-7


def fit_temperatures(quadrants: NDArray[np.int64], outputs: Outputs) -> Temperatures:
    """Find each head's temperature with the least cross-entropy of the clips' mean softmaxes.

    Parameters
    ----------
    quadrants : ndarray of int, shape (clips,)
        0 to 3.
    outputs : sequence of dict
        What a network that wasn't trained on these clips says of their patches.

    Returns
    -------
    temperatures : dict of float
        By head; below 1 the network was less sure than right.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural
    networks", ICML 2017; there without a mean over patches.
    """
    from scipy.optimize import minimize_scalar

    temperatures = {}
    for head in HEAD_CLASSES:
        logarithms = [_logarithms(one[head]) for one in outputs]
        truth = _classes(quadrants, head)

        def cost(
            log_temperature: float,
            logarithms: list[NDArray[np.float64]] = logarithms,
            truth: NDArray[np.int64] = truth,
        ) -> float:
            means = np.stack(
                [_softmax(one / np.exp(log_temperature)).mean(axis=0) for one in logarithms]
            )
            return -float(np.log(means[np.arange(len(truth)), truth] + _LEAST).mean())

        found = minimize_scalar(cost, bounds=tuple(np.log(_RANGE)), method="bounded")
        temperatures[head] = round(float(np.exp(found.x)), 4)
    return temperatures


def apply_temperatures(outputs: Outputs, temperatures: Temperatures) -> list[dict[str, Any]]:
    """Return what a network would say with these temperatures."""
    changed = []
    for one in outputs:
        values = {head: _softmax(_logarithms(one[head]) / temperatures[head]) for head in one}
        changed.append(
            {
                head: value if head == "quadrants" else value[:, 1] - value[:, 0]
                for head, value in values.items()
            }
        )
    return changed


def calibrate_folds(folds: Sequence[Fold], others: Sequence[Fold] | None = None) -> list[Fold]:
    """Give each fold's outputs the temperatures that fit the other folds best.

    Parameters
    ----------
    folds : sequence of (quadrants, outputs)
        What each fold's network says of its test clips.
    others : sequence of (quadrants, outputs), optional
        Outputs of the same networks for other clips, that get the temperatures instead.

    Returns
    -------
    calibrated : list of (quadrants, outputs)
        As they are where there is no other fold.
    """
    if len(folds) < 2:
        return list(others or folds)
    calibrated: list[Fold] = []
    for index, (quadrants, outputs) in enumerate(others or folds):
        rest = [fold for other, fold in enumerate(folds) if other != index]
        calibrated.append((quadrants, apply_temperatures(outputs, pooled_temperatures(rest))))
    return calibrated


def pooled_temperatures(folds: Sequence[Fold]) -> Temperatures:
    """Fit temperatures on the tests of several folds together."""
    quadrants = np.concatenate([one for one, _ in folds])
    return fit_temperatures(quadrants, [clip for _, outputs in folds for clip in outputs])


def scale_heads(network: Any, temperatures: Temperatures) -> None:
    """Build temperatures into a network: each softmax' weights and biases are divided by its own.

    Parameters
    ----------
    network : keras.Model
        Its last layers have the heads' names.
    temperatures : dict of float
    """
    for head, temperature in temperatures.items():
        layer = network.get_layer(head)
        layer.set_weights([weights / temperature for weights in layer.get_weights()])


def _classes(quadrants: NDArray[np.int64], head: str) -> NDArray[np.int64]:
    if head == "quadrants":
        return quadrants
    positive = np.array([getattr(quadrant, head) > 0 for quadrant in QUADRANTS], dtype=np.int64)
    return positive[quadrants]


def _logarithms(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return logarithms of probabilities, shape (patches, classes), from a head's values."""
    wide = np.asarray(values, dtype=np.float64)
    if wide.ndim == 1:
        wide = np.stack([1 - wide, 1 + wide], axis=1) / 2
    return np.log(np.maximum(wide, _LEAST))


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    softmax: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return softmax
