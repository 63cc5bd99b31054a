"""Network for patches of three seconds, at a tenth of the published one's arithmetic a patch."""

from collections.abc import Mapping, Sequence
from typing import Any

from quadpred_plugin.chain.entries import EMBEDDINGS
from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing

# Bands above 6.5 kHz are ignored: there, resamplers and codecs differ most.
USED_BANDS = 112
# Filters, kernel (frames, bands) and stride (frames, bands) of each convolution.
CONVOLUTIONS = (
    (32, (3, 7), (2, 2)),
    (48, (3, 3), (2, 2)),
    (64, (3, 3), (1, 2)),
    (96, (3, 3), (2, 2)),
    (128, (3, 3), (1, 2)),
)
# Frames that are averaged before the first convolution: an answer a second needs no more.
_AVERAGED_FRAMES = 2
_STATISTICS_UNITS = 192
UNITS = 256
AUXILIARY = "auxiliary"
"""Name of the layer that estimates musicnn's features."""
NOTES = "notes"
"""Name of the layer that estimates the notes."""
CONTEXTUAL = "quadpred_contextual"
"""Name of the Keras model."""
_DROPOUT_AFTER = (4, 5)


def build_contextual(
    preprocessing: Preprocessing,
    dropout: float = 0.2,
    batch_norm: bool = True,
    heads: Sequence[str] = REQUIRED_HEADS,
    auxiliary: Mapping[str, int] | None = None,
) -> Any:
    """Build the network.

    Strided convolutions reduce a patch to six frames and four bands, whose mean and maximum
    over time are one part of the embedding's input. The other is a dense layer over the mean,
    maximum and variance of each band, which keeps neighbouring bands apart: their difference
    separates a major third from a minor one. One patch takes 0.032 GFLOP.

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
    auxiliary : dict of int, optional
        Values of the outputs `AUXILIARY` and `NOTES`.

    Returns
    -------
    network : keras.Model
        Patches of logarithmic bands, shape (patches, frames, bands), to the softmax of each
        head, to ``embeddings`` (patches, `UNITS`), at least 0, and the auxiliary outputs.
    """
    from keras import Input, Model, layers

    frames, bands = preprocessing.patch_size, preprocessing.bands
    used = min(USED_BANDS, bands)
    patches = Input((frames, bands), name="patches")
    hidden = layers.BatchNormalization(axis=-1, center=False, scale=False, name="band_norm")(
        patches
    )
    hidden = layers.Reshape((frames, bands, 1))(hidden)
    hidden = layers.Cropping2D(((0, 0), (0, bands - used)))(hidden)
    statistics = _band_statistics(layers.Reshape((frames, used))(hidden), batch_norm)
    hidden = layers.AveragePooling2D((_AVERAGED_FRAMES, 1), padding="same")(hidden)
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
    steps, places, filters = hidden.shape[1:]
    hidden = layers.Reshape((steps, places * filters))(hidden)
    pooled = [layers.GlobalAveragePooling1D()(hidden), layers.GlobalMaxPooling1D()(hidden)]
    joined = layers.Concatenate()([*pooled, statistics])
    embeddings = layers.Dense(UNITS, activation="relu", name=EMBEDDINGS)(joined)
    hidden = layers.Dropout(dropout)(embeddings)
    outputs = {
        head: layers.Dense(len(HEADS[head].classes), activation="softmax", name=head)(hidden)
        for head in heads
    }
    outputs[EMBEDDINGS] = embeddings
    # Convolutions merge neighbouring bands, and with them neighbouring notes.
    sources = {AUXILIARY: embeddings, NOTES: statistics}
    outputs |= {
        name: layers.Dense(size, name=name)(sources[name])
        for name, size in (auxiliary or {}).items()
    }
    return Model(patches, outputs, name=CONTEXTUAL)


def without_auxiliary(network: Any) -> Any:
    """Return a trained network without the outputs that only training needs."""
    from keras import Model

    outputs = {
        name: output for name, output in network.output.items() if name not in (AUXILIARY, NOTES)
    }
    return Model(network.input, outputs, name=CONTEXTUAL)


def _band_statistics(bands: Any, batch_norm: bool) -> Any:
    """Return a dense layer's outputs for the mean, variance and maximum of each band."""
    from keras import layers

    mean = layers.GlobalAveragePooling1D()(bands)
    squares = layers.GlobalAveragePooling1D()(layers.Multiply()([bands, bands]))
    variance = layers.Subtract()([squares, layers.Multiply()([mean, mean])])
    maximum = layers.GlobalMaxPooling1D()(bands)
    hidden = layers.Concatenate()([mean, maximum, variance])
    hidden = layers.Dense(_STATISTICS_UNITS, use_bias=not batch_norm, name="statistics")(hidden)
    if batch_norm:
        hidden = layers.BatchNormalization(name="statistics_norm")(hidden)
    return layers.ReLU()(hidden)
