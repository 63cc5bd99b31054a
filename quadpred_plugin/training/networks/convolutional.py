"""Convolutional network for one-second patches, at a twelfth of the published one's arithmetic."""

from collections.abc import Sequence
from typing import Any

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing

# Filters, kernel (frames, bands) and stride (frames, bands) of each convolution.
CONVOLUTIONS = (
    (32, (3, 7), (2, 2)),
    (48, (3, 3), (2, 2)),
    (64, (3, 3), (1, 2)),
    (96, (3, 3), (2, 2)),
    (128, (3, 3), (1, 2)),
)
UNITS = 256
CONVOLUTIONAL = "quadpred_convolutional"
"""Name of the Keras model."""
# Convolutions, counted from 1, that are followed by dropout. The dense layer is, too.
_DROPOUT_AFTER = (4, 5)


def build_convolutional(
    preprocessing: Preprocessing,
    dropout: float = 0.2,
    batch_norm: bool = True,
    heads: Sequence[str] = REQUIRED_HEADS,
) -> Any:
    """Build the convolutional network.

    Strided convolutions reduce a patch to four frames and four bands. Their mean and
    maximum over time go through one dense layer to the three heads. One patch takes
    0.024 GFLOP; the published network takes 0.31.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the frames and bands of a patch.
    dropout : float
        Share of values dropped in training, 0..1.
    batch_norm : bool
        False builds the folded network, whose convolutions have biases instead.
    heads : sequence of str
        Names of `chain.heads.HEADS`.

    Returns
    -------
    network : keras.Model
        Inputs and outputs as for `published.build_network`.
    """
    from keras import Input, Model, layers

    patches = Input((preprocessing.patch_size, preprocessing.bands), name="patches")
    hidden = layers.BatchNormalization(axis=-1, center=False, scale=False, name="band_norm")(
        patches
    )
    hidden = layers.Reshape((preprocessing.patch_size, preprocessing.bands, 1))(hidden)
    for number, (filters, kernel, stride) in enumerate(CONVOLUTIONS, 1):
        name = f"convolution{number}"
        hidden = layers.Conv2D(
            filters, kernel, strides=stride, padding="same", use_bias=not batch_norm, name=name
        )(hidden)
        if batch_norm:
            hidden = layers.BatchNormalization(name=f"{name}_norm")(hidden)
        hidden = layers.ReLU()(hidden)
        if number in _DROPOUT_AFTER:
            hidden = layers.Dropout(dropout)(hidden)
    frames, bands, filters = hidden.shape[1:]
    hidden = layers.Reshape((frames, bands * filters))(hidden)
    pooled = [layers.GlobalAveragePooling1D()(hidden), layers.GlobalMaxPooling1D()(hidden)]
    hidden = layers.Dense(UNITS, activation="relu", name="shared")(layers.Concatenate()(pooled))
    hidden = layers.Dropout(dropout)(hidden)
    outputs = {
        head: layers.Dense(len(HEADS[head].classes), activation="softmax", name=head)(hidden)
        for head in heads
    }
    return Model(patches, outputs, name=CONVOLUTIONAL)
