"""Two ears in one network: whose word on valence counts hangs on what kind of music sounds.

The convolutions, which hear how a second moves, are the better judge of arousal everywhere, and
of valence on pop; on solo piano the dense layers are, which hear harmony. A gate hears which of
the two it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.distillation.student import Student
from quadpred_plugin.training.networks.convolutional import build_compact
from quadpred_plugin.training.networks.harmony import build_tones
from quadpred_plugin.training.networks.published import fold_batch_norm

PAIR = "quadpred_pair"
_GATE = "gate"
# Inverse regularisation of the gate, over units of one scale.
_STRENGTH = 1.0
# Pop is met so much more often than solo piano alone: the tones know nothing of it.
_POP_WEIGHT = 8
# Places of the quadrants of high and of low arousal, which stand side by side.
_SIDES = {"high": (0, 2), "low": (2, 4)}
assert [one.arousal for one in QUADRANTS] == [1, 1, -1, -1]


@dataclass(frozen=True)
class Pair:
    """Settings of two students that judge together.

    Attributes
    ----------
    name : str
    movement : Student
        Whose network is `compact.build_compact`'s.
    tones : Student
        Whose network is `tones.build_tones`'s.
    sureness : float
        Factor of the tones' logits: they learned from a teacher who doubts, and say of songs that
        they didn't learn less surely what they are right about.
    gate_patches : int
        Patches of each corpus that the gate learns from.
    seed : int
        Of the choice of these.
    """

    name: str
    movement: Student
    tones: Student
    sureness: float
    gate_patches: int
    seed: int


@dataclass(frozen=True)
class Gate:
    """How much the tones are believed: a logistic function of what the convolutions hear.

    Attributes
    ----------
    weights : ndarray of float32, shape (units,)
    offset : float
    """

    weights: NDArray[np.float32]
    offset: float


def fit_gate(movement: Any, pop: NDArray[np.floating], piano: NDArray[np.floating]) -> Gate:
    """Let the gate learn to tell solo piano from pop.

    Parameters
    ----------
    movement : keras.Model
    pop, piano : ndarray, shape (patches, frames, bands)
        ln units; as many of the one as of the other.
    """
    from keras import Model
    from sklearn.linear_model import LogisticRegression

    hearing = Model(movement.input, movement.get_layer("shared").output)
    patches = np.concatenate([pop, piano]).astype(np.float32)
    heard = hearing.predict(patches, batch_size=256, verbose=0)
    # Units that differ in scale count alike, and the weights are of the units as they are.
    scale = heard.std(axis=0) + 1e-6
    is_piano = np.repeat([0, 1], [len(pop), len(piano)])
    weights = {0: _POP_WEIGHT, 1: 1}
    found = LogisticRegression(C=_STRENGTH, class_weight=weights, max_iter=2000)
    found.fit(heard / scale, is_piano)
    return Gate((found.coef_[0] / scale).astype(np.float32), float(found.intercept_[0]))


def join(movement: Any, tones: Any, gate: Gate, sureness: float) -> Any:
    """Make one network of two.

    Parameters
    ----------
    movement, tones : keras.Model
        As `compact.build_compact` and `tones.build_tones` build them, folded or not.
    gate : Gate
    sureness : float
        As `Pair` has it.

    Returns
    -------
    network : keras.Model
        Patches to three softmaxes. Arousal, and how much the quadrants of high and of low arousal
        share, are the convolutions' word; valence, and what it is at either arousal, is the mean
        of both networks', weighed by the gate.
    """
    from keras import Input, Model, layers

    patches = Input(movement.input.shape[1:], name="patches")
    both = Model(movement.input, {**movement.output, _GATE: movement.get_layer("shared").output})
    moving, sounding = both(patches), _valence_alone(tones, sureness)(patches)
    # A softmax of two: the graph's operations are those of the other networks.
    gating = layers.Dense(2, activation="softmax", name=_GATE)
    shares = gating(moving[_GATE])
    gating.set_weights(
        [
            np.stack([np.zeros_like(gate.weights), gate.weights], axis=1),
            np.array([0, gate.offset], dtype=np.float32),
        ]
    )

    def weigh(first: Any, second: Any) -> Any:
        return layers.Add()(
            [
                layers.Multiply()([first, shares[:, :1]]),
                layers.Multiply()([second, shares[:, 1:]]),
            ]
        )

    parts = []
    for name, (begin, end) in _SIDES.items():
        of_movement = moving["quadrants"][:, begin:end]
        share = layers.Add()([of_movement[:, :1], of_movement[:, 1:]])
        parts.append(weigh(of_movement, layers.Multiply()([sounding[name], share])))
    outputs = {
        "quadrants": layers.Concatenate()(parts),
        "arousal": moving["arousal"],
        "valence": weigh(moving["valence"], sounding["valence"]),
    }
    return Model(patches, outputs, name=PAIR)


def _valence_alone(tones: Any, sureness: float) -> Any:
    """Return what the tones say of valence: at high arousal, at low arousal, and by their head.

    Each is a softmax of its own over the columns of a head, so that none is a quotient of two
    numbers that may both be nothing.
    """
    from keras import Model, layers

    outputs = {}
    for name, head, (begin, end) in (
        *((name, "quadrants", columns) for name, columns in _SIDES.items()),
        ("valence", "valence", (0, 2)),
    ):
        source = tones.get_layer(head)
        layer = layers.Dense(end - begin, activation="softmax", name=f"{name}_of_tones")
        outputs[name] = layer(source.input)
        layer.set_weights([weights[..., begin:end] * sureness for weights in source.get_weights()])
    return Model(tones.input, outputs, name=tones.name)


def fold_pair(
    movement: Any, tones: Any, gate: Gate, sureness: float, preprocessing: Preprocessing
) -> Any:
    """Make one network of two, each without the batch norm that can be folded away."""
    return join(
        fold_batch_norm(movement, build_compact(preprocessing, batch_norm=False)),
        fold_batch_norm(tones, build_tones(preprocessing, batch_norm=False)),
        gate,
        sureness,
    )


def draw_patches(
    clips: Sequence[NDArray[np.floating]], count: int, size: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Cut so many patches of `size` frames out of clips at random, shape (count, size, bands)."""
    patches = np.empty((count, size, clips[0].shape[1]), dtype=np.float32)
    for index in range(count):
        clip = clips[int(random.integers(len(clips)))]
        start = int(random.integers(0, len(clip) - size + 1))
        patches[index] = clip[start : start + size]
    return patches
