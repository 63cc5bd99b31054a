"""A small network for one second of bands, at a twelfth of the published one's arithmetic."""

from typing import Any

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.networks.published import HEADS

# Filters, kernel (frames, bands) and stride (frames, bands) of each convolution.
CONVOLUTIONS = (
    (32, (3, 7), (2, 2)),
    (48, (3, 3), (2, 2)),
    (64, (3, 3), (1, 2)),
    (96, (3, 3), (2, 2)),
    (128, (3, 3), (1, 2)),
)
UNITS = 256
COMPACT = "quadpred_compact"
# Dropout stands after these convolutions, counted from 1, and after the dense layer.
_DROPOUT_AFTER = (4, 5)


def build_compact(
    preprocessing: Preprocessing, dropout: float = 0.2, batch_norm: bool = True
) -> Any:
    """Build the network.

    Strided convolutions leave four frames and four bands, whose mean and maximum over
    time go through one dense layer to the three heads: 0.024 GFLOP a patch, against 0.31
    of the published network.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the patch's frames and bands.
    dropout : float
    batch_norm : bool
        False builds the folded network, whose convolutions have biases instead.

    Returns
    -------
    network : keras.Model
        As `architecture.build_network` describes it.
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
        head: layers.Dense(classes, activation="softmax", name=head)(hidden)
        for head, classes in HEADS.items()
    }
    return Model(patches, outputs, name=COMPACT)
