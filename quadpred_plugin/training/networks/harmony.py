"""A second ear: it guesses which notes a second has, and knows no more of it than that.

Strided convolutions don't keep neighbouring bands apart, which tells a major third from a
minor one. Dense layers over each band's mean, maximum and variance do, at next to no cost. What
is felt is read off the guess alone: a piano's timbre, which changes from one to the next, has no
other way in.
"""

from typing import Any

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.midi.note_features import KEYS, VALUES
from quadpred_plugin.training.networks.published import HEADS

UNITS = (512, 256)
LAST_UNITS = 128
TONES = "quadpred_tones"
GUESS = "hints"
"""The layer that guesses what is played."""


def build_tones(preprocessing: Preprocessing, dropout: float = 0.2, batch_norm: bool = True) -> Any:
    """Build the network.

    Mean, maximum and variance of each band over the patch go through two dense layers to a
    guess of what is played, as `notes.Played` has it, and that through one more to the three
    heads: 0.0007 GFLOP a patch.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the patch's frames and bands.
    dropout : float
        Of the last dense layer; half of it after the first.
    batch_norm : bool
        False builds the folded network, whose first two dense layers have biases instead.

    Returns
    -------
    network : keras.Model
        As `architecture.build_network` describes it.
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
        name = f"tones{number}"
        last = number == len(UNITS)
        hidden = layers.Dense(units, use_bias=not batch_norm, name=name)(hidden)
        if batch_norm:
            hidden = layers.BatchNormalization(name=f"{name}_norm")(hidden)
        hidden = layers.ReLU(name="shared" if last else None)(hidden)
        if not last:
            hidden = layers.Dropout(dropout / 2)(hidden)
    guess = layers.Dense(KEYS + VALUES, name=GUESS)(hidden)
    hidden = layers.Dense(LAST_UNITS, activation="relu", name="last")(guess)
    hidden = layers.Dropout(dropout)(hidden)
    outputs = {
        head: layers.Dense(classes, activation="softmax", name=head)(hidden)
        for head, classes in HEADS.items()
    }
    return Model(patches, outputs, name=TONES)
