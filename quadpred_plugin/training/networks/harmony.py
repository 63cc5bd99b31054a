"""Harmony network: estimates the notes of a patch, and predicts emotion from the estimate alone.

Strided convolutions merge neighbouring bands, whose difference separates a major third from a
minor one. Dense layers over the mean, maximum and variance of each band keep them apart, at
little cost. The heads have no other input than the note estimates, so that a piano's timbre,
which varies between instruments, can't influence them directly.
"""

from collections.abc import Sequence
from typing import Any

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.midi.note_features import KEYS, VALUES

UNITS = (512, 256)
LAST_UNITS = 128
HARMONY = "quadpred_harmony"
"""Name of the Keras model."""
AUXILIARY = "auxiliary"
"""Name of the layer that estimates the auxiliary targets: here, the notes."""


def build_harmony(
    preprocessing: Preprocessing,
    dropout: float = 0.2,
    batch_norm: bool = True,
    heads: Sequence[str] = REQUIRED_HEADS,
) -> Any:
    """Build the harmony network.

    The mean, maximum and variance of each band over the patch go through two dense layers
    to an estimate of `note_features.NoteFeatures`, and from there through one more dense
    layer to the three heads. One patch takes 0.0007 GFLOP.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the frames and bands of a patch.
    dropout : float
        Share of values dropped in training after the last dense layer, 0..1; half of it
        after the first.
    batch_norm : bool
        False builds the folded network, whose first two dense layers have biases instead.
    heads : sequence of str
        Names of `chain.heads.HEADS`.

    Returns
    -------
    network : keras.Model
        Inputs and outputs as for `published.build_network`.
    """
    from keras import Input, Model, layers

    patches = Input((preprocessing.patch_size, preprocessing.bands), name="patches")
    bands = layers.BatchNormalization(axis=-1, center=False, scale=False, name="band_norm")(patches)
    mean = layers.GlobalAveragePooling1D()(bands)
    squares = layers.GlobalAveragePooling1D()(layers.Multiply()([bands, bands]))
    variance = layers.Subtract()([squares, layers.Multiply()([mean, mean])])
    maximum = layers.GlobalMaxPooling1D()(bands)
    hidden = layers.Concatenate()([mean, maximum, variance])
    hidden = layers.BatchNormalization(name="statistics_norm")(hidden)
    for number, units in enumerate(UNITS, 1):
        name = f"harmony{number}"
        last = number == len(UNITS)
        hidden = layers.Dense(units, use_bias=not batch_norm, name=name)(hidden)
        if batch_norm:
            hidden = layers.BatchNormalization(name=f"{name}_norm")(hidden)
        hidden = layers.ReLU(name="shared" if last else None)(hidden)
        if not last:
            hidden = layers.Dropout(dropout / 2)(hidden)
    notes = layers.Dense(KEYS + VALUES, name=AUXILIARY)(hidden)
    hidden = layers.Dense(LAST_UNITS, activation="relu", name="last")(notes)
    hidden = layers.Dropout(dropout)(hidden)
    outputs = {
        head: layers.Dense(len(HEADS[head].classes), activation="softmax", name=head)(hidden)
        for head in heads
    }
    return Model(patches, outputs, name=HARMONY)
