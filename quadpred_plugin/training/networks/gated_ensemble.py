"""Gated ensemble: a gate weights two networks' valence.

The convolutional network predicts arousal better on all music, and valence better on pop. On
solo piano the harmony network predicts valence better. The gate estimates which of the two kinds
of music a patch is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.networks.convolutional import build_convolutional
from quadpred_plugin.training.networks.harmony import build_harmony
from quadpred_plugin.training.networks.published import fold_batch_norm

ENSEMBLE = "quadpred_ensemble"
_GATE = "gate"
# Inverse regularisation of the gate's logistic regression, on units of equal scale.
_INVERSE_REGULARISATION = 1.0
# Class weight of pop against piano: pop is far more common, and the harmony network is trained
# on solo piano only.
_POP_WEIGHT = 8
# First and last + 1 column of the quadrants of high and of low arousal.
_AROUSAL_COLUMNS = {"high": (0, 2), "low": (2, 4)}
assert [quadrant.arousal for quadrant in QUADRANTS] == [1, 1, -1, -1]


@dataclass(frozen=True)
class Gate:
    """Weight of the harmony network: a logistic function of the convolutional network's features.

    Attributes
    ----------
    weights : ndarray of float32, shape (units,)
        Of the units of the layer ``shared``.
    offset : float
        Log-odds where all units are 0.
    """

    weights: NDArray[np.float32]
    offset: float


def fit_gate(convolutional: Any, pop: NDArray[np.floating], piano: NDArray[np.floating]) -> Gate:
    """Fit the gate to separate solo piano from pop.

    Parameters
    ----------
    convolutional : keras.Model
        From `convolutional.build_convolutional`, trained.
    pop, piano : ndarray, shape (patches, frames, bands)
        ln units; the same number of patches each.

    Returns
    -------
    gate : Gate
    """
    from keras import Model
    from sklearn.linear_model import LogisticRegression

    encoder = Model(convolutional.input, convolutional.get_layer("shared").output)
    patches = np.concatenate([pop, piano]).astype(np.float32)
    features = encoder.predict(patches, batch_size=256, verbose=0)
    # The fit is on scaled units, for equal regularisation; the weights are for unscaled ones.
    scale = features.std(axis=0) + 1e-6
    is_piano = np.repeat([0, 1], [len(pop), len(piano)])
    class_weight = {0: _POP_WEIGHT, 1: 1}
    regression = LogisticRegression(
        C=_INVERSE_REGULARISATION, class_weight=class_weight, max_iter=2000
    )
    regression.fit(features / scale, is_piano)
    return Gate((regression.coef_[0] / scale).astype(np.float32), float(regression.intercept_[0]))


def build_ensemble(convolutional: Any, harmony: Any, gate: Gate, harmony_logit_scale: float) -> Any:
    """Combine two networks and their gate into one network.

    Arousal, further heads, and the shares of the quadrants of high and of low arousal, are the
    convolutional network's. Valence, and valence given high or low arousal, are the mean of both
    networks', weighted by the gate.

    Parameters
    ----------
    convolutional : keras.Model
        From `convolutional.build_convolutional`, folded or not.
    harmony : keras.Model
        From `harmony.build_harmony`, folded or not.
    gate : Gate
    harmony_logit_scale : float
        Factor of the harmony network's logits; above 1 makes its outputs more confident.

    Returns
    -------
    network : keras.Model
        Inputs and outputs as for `published.build_network`.
    """
    from keras import Input, Model, layers

    patches = Input(convolutional.input.shape[1:], name="patches")
    with_features = Model(
        convolutional.input,
        {**convolutional.output, _GATE: convolutional.get_layer("shared").output},
    )
    convolutional_outputs = with_features(patches)
    harmony_valence = _valence_by_arousal(harmony, harmony_logit_scale)(patches)
    # A softmax of two classes instead of a sigmoid: the graph needs no further operation.
    gating = layers.Dense(2, activation="softmax", name=_GATE)
    shares = gating(convolutional_outputs[_GATE])
    gating.set_weights(
        [
            np.stack([np.zeros_like(gate.weights), gate.weights], axis=1),
            np.array([0, gate.offset], dtype=np.float32),
        ]
    )

    def weighted_mean(first: Any, second: Any) -> Any:
        return layers.Add()(
            [
                layers.Multiply()([first, shares[:, :1]]),
                layers.Multiply()([second, shares[:, 1:]]),
            ]
        )

    parts = []
    for name, (begin, end) in _AROUSAL_COLUMNS.items():
        quadrants = convolutional_outputs["quadrants"][:, begin:end]
        total = layers.Add()([quadrants[:, :1], quadrants[:, 1:]])
        parts.append(weighted_mean(quadrants, layers.Multiply()([harmony_valence[name], total])))
    outputs = {
        "quadrants": layers.Concatenate()(parts),
        "arousal": convolutional_outputs["arousal"],
        "valence": weighted_mean(convolutional_outputs["valence"], harmony_valence["valence"]),
    }
    outputs |= {
        head: convolutional_outputs[head] for head in convolutional.output if head not in outputs
    }
    return Model(patches, outputs, name=ENSEMBLE)


def _valence_by_arousal(harmony: Any, logit_scale: float) -> Any:
    """Return a network of valence given high arousal, given low arousal, and by its own head.

    Each is a separate softmax over columns of a head. Dividing the head's probabilities by
    their sum instead could divide 0 by 0.
    """
    from keras import Model, layers

    outputs = {}
    for name, head, (begin, end) in (
        *((name, "quadrants", columns) for name, columns in _AROUSAL_COLUMNS.items()),
        ("valence", "valence", (0, 2)),
    ):
        source = harmony.get_layer(head)
        layer = layers.Dense(end - begin, activation="softmax", name=f"{name}_of_harmony")
        outputs[name] = layer(source.input)
        layer.set_weights(
            [weights[..., begin:end] * logit_scale for weights in source.get_weights()]
        )
    return Model(harmony.input, outputs, name=harmony.name)


def build_folded_ensemble(
    convolutional: Any,
    harmony: Any,
    gate: Gate,
    harmony_logit_scale: float,
    preprocessing: Preprocessing,
) -> Any:
    """Combine two networks and their gate, with batch norm folded where possible.

    Parameters as for `build_ensemble`; both networks with batch norm.
    """
    return build_ensemble(
        fold_batch_norm(
            convolutional,
            build_convolutional(preprocessing, batch_norm=False, heads=list(convolutional.output)),
        ),
        fold_batch_norm(
            harmony, build_harmony(preprocessing, batch_norm=False, heads=list(harmony.output))
        ),
        gate,
        harmony_logit_scale,
    )
