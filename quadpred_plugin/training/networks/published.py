"""The published multi-task network, in Keras."""

from collections.abc import Sequence
from typing import Any

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing

PUBLISHED_FILTERS = (32, 64, 128)
BAND_POOLING = (4, 4, 2)
LAST_POOLING = 2
DENSE_UNITS = 512
PUBLISHED_DROPOUT = 0.25


def build_encoder(
    preprocessing: Preprocessing,
    filters: Sequence[int] = PUBLISHED_FILTERS,
    dropout: float = PUBLISHED_DROPOUT,
) -> Any:
    """Build the encoder of the published network, channels last.

    Three blocks of two 3 × 3 convolutions, pooled over bands only (4, 4, 2, then 2). Layer
    names and batch norm are those of `build_network`, so that weights fit both.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the frames and bands of a patch.
    filters : sequence of int
        Filters of the convolutions of each block.
    dropout : float
        Share of values dropped in training after each block, 0..1.

    Returns
    -------
    encoder : keras.Model
        Patches of logarithmic bands, shape (patches, frames, bands), to
        (patches, frames, bands / 64, last filters).
    """
    from keras import Input, Model

    patches = Input((preprocessing.patch_size, preprocessing.bands), name="patches")
    encoded = _encode(patches, preprocessing, filters, dropout, batch_norm=True)
    return Model(patches, encoded, name="encoder")


def copy_encoder(source: Any, target: Any) -> None:
    """Copy the convolutions and their batch norm to a network with the same filters."""
    for layer in target.layers:
        if layer.name.startswith("block") and layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())


def standardise_bands(network: Any, mean: Any, variance: Any) -> None:
    """Set the mean and variance of each band, shape (bands,), and freeze the layer."""
    layer = network.get_layer("band_norm")
    layer.set_weights([mean, variance])
    layer.trainable = False


def build_network(
    preprocessing: Preprocessing,
    filters: Sequence[int] = PUBLISHED_FILTERS,
    dropout: float = PUBLISHED_DROPOUT,
    batch_norm: bool = True,
    heads: Sequence[str] = REQUIRED_HEADS,
) -> Any:
    """Build the published network, channels last.

    An encoder of three blocks of two 3 × 3 convolutions, pooled over bands only (4, 4, 2,
    then 2), three dense layers of 512 units, and a branch of two dense layers and a
    softmax for each head.

    Two differences from the publication: each band is normalised once, before the first
    convolution, and the other batch norms are between convolution and rectifier, where they
    can be folded into the convolution when the network is frozen.

    Parameters
    ----------
    preprocessing : Preprocessing
        Gives the frames and bands of a patch.
    filters : sequence of int
        Filters of the convolutions of each block; published: 32, 64, 128.
    dropout : float
        Share of values dropped in training after each block and dense layer, 0..1.
    batch_norm : bool
        False builds the folded network, whose convolutions have biases instead.
    heads : sequence of str
        Names of `chain.heads.HEADS`.

    Returns
    -------
    network : keras.Model
        Patches of logarithmic bands, shape (patches, frames, bands), to softmaxes
        ``quadrants`` (patches, 4), ``arousal`` and ``valence`` (patches, 2), the
        latter two in the order negative, positive. All 0..1.

    References
    ----------
    J. S. Gómez-Cañón, E. Cano, A. G. Pandrea, P. Herrera, E. Gómez, "Language-sensitive
    music emotion recognition models: are we really there yet?", ICASSP 2021, section 3.
    """
    from keras import Input, Model

    patches = Input((preprocessing.patch_size, preprocessing.bands), name="patches")
    encoded = _encode(patches, preprocessing, filters, dropout, batch_norm)
    return Model(patches, _heads(encoded, dropout, heads), name="quadpred")


def build_heads(
    shape: Sequence[int],
    dropout: float = PUBLISHED_DROPOUT,
    heads: Sequence[str] = REQUIRED_HEADS,
) -> Any:
    """Build the dense layers and heads of the published network.

    Parameters
    ----------
    shape : sequence of int
        Of one patch that `build_encoder` has encoded.
    dropout : float
        Share of values dropped in training after each dense layer, 0..1.
    heads : sequence of str
        Names of `chain.heads.HEADS`.

    Returns
    -------
    heads : keras.Model
        Encoded patches to softmaxes. Layer names are those of `build_network`.
    """
    from keras import Input, Model

    encoded = Input(tuple(shape), name="encoded_patches")
    return Model(encoded, _heads(encoded, dropout, heads), name="heads")


def copy_layers(source: Any, target: Any) -> None:
    """Copy all weights of a network to the layers of the same names in another one."""
    for layer in source.layers:
        if layer.weights:
            target.get_layer(layer.name).set_weights(layer.get_weights())


def _encode(
    patches: Any,
    preprocessing: Preprocessing,
    filters: Sequence[int],
    dropout: float,
    batch_norm: bool,
) -> Any:
    from keras import layers

    hidden = layers.BatchNormalization(axis=-1, center=False, scale=False, name="band_norm")(
        patches
    )
    hidden = layers.Reshape((preprocessing.patch_size, preprocessing.bands, 1))(hidden)
    for block, (count, pooling) in enumerate(zip(filters, BAND_POOLING, strict=True), 1):
        for position in (1, 2):
            name = f"block{block}_convolution{position}"
            hidden = layers.Conv2D(count, 3, padding="same", use_bias=not batch_norm, name=name)(
                hidden
            )
            if batch_norm:
                hidden = layers.BatchNormalization(name=f"{name}_norm")(hidden)
            hidden = layers.ReLU()(hidden)
        hidden = layers.MaxPooling2D((1, pooling), name=f"block{block}_pooling")(hidden)
        hidden = layers.Dropout(dropout)(hidden)
    return layers.MaxPooling2D((1, LAST_POOLING), name="encoded")(hidden)


def _heads(encoded: Any, dropout: float, heads: Sequence[str]) -> dict[str, Any]:
    from keras import layers

    hidden = layers.Flatten()(encoded)
    for position in (1, 2, 3):
        hidden = layers.Dense(DENSE_UNITS, activation="relu", name=f"shared{position}")(hidden)
        if position < 3:
            hidden = layers.Dropout(dropout)(hidden)
    outputs = {}
    for head in heads:
        branch = layers.Dense(DENSE_UNITS, activation="relu", name=f"{head}1")(hidden)
        branch = layers.Dropout(dropout)(branch)
        branch = layers.Dense(DENSE_UNITS, activation="relu", name=f"{head}2")(branch)
        classes = len(HEADS[head].classes)
        outputs[head] = layers.Dense(classes, activation="softmax", name=head)(branch)
    return outputs


def without_batch_norm(network: Any, preprocessing: Preprocessing) -> Any:
    """Build the folded counterpart of a network from `build_network`, for `fold_batch_norm`."""
    filters = [
        network.get_layer(f"block{block}_convolution1").filters
        for block in range(1, len(BAND_POOLING) + 1)
    ]
    return build_network(preprocessing, filters, batch_norm=False, heads=list(network.output))


def fold_batch_norm(network: Any, folded: Any) -> Any:
    """Set the weights of a network without batch norm so that it computes the same function.

    A convolution or dense layer followed by batch norm equals one with scaled filters and a
    bias, at half the memory traffic.

    Parameters
    ----------
    network : keras.Model
        Each batch norm is named after the layer before it, with ``_norm`` appended.
    folded : keras.Model
        The same layers, without batch norm and with biases. Changed in place.

    Returns
    -------
    folded : keras.Model
    """
    import numpy as np

    names = {layer.name for layer in network.layers}
    for layer in folded.layers:
        if not layer.weights:
            continue
        source = network.get_layer(layer.name)
        weights = source.get_weights()
        if f"{layer.name}_norm" in names:
            norm = network.get_layer(f"{layer.name}_norm")
            gain, offset, mean, variance = norm.get_weights()
            scale = gain / np.sqrt(variance + norm.epsilon)
            weights = [weights[0] * scale, offset - mean * scale]
        layer.set_weights(weights)
    return folded
