"""The tagging network musicnn as a trunk, with emotion heads.

References
----------
J. Pons, X. Serra, "musicnn: pre-trained convolutional neural networks for music audio
tagging", late-breaking session of ISMIR, 2019. Licence of code and weights: ISC.
"""

from collections.abc import Callable, Sequence
from math import log
from typing import Any

import numpy as np

from quadpred_plugin.chain.entries import EMBEDDINGS
from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing

FRONT_END = Preprocessing(
    frame_size=512,
    hop_size=256,
    fft_size=512,
    bands=96,
    spectrum="power",
    logarithm_floor=1e-4,
    patch_size=187,
    context_before=62,
    context_after=63,
)
"""Bands and patches of the published weights; a prediction every 62 frames."""

# Filters of the convolutions over patterns of timbre, and of those over time alone.
_TIMBRE_FILTERS, _TIME_FILTERS = 204, 51
_TIMBRE_BANDS = (38, 67)
_TIMBRE_FRAMES = 7
_TIME_FRAMES = (128, 64, 32)
_MIDDLE_FILTERS, _MIDDLE_FRAMES = 64, 7
FEATURES = 2 * (2 * _TIMBRE_FILTERS + len(_TIME_FRAMES) * _TIME_FILTERS + 3 * _MIDDLE_FILTERS)
"""Values of the trunk's output: maximum and mean of each channel over a patch."""

UNITS = 256
MUSICNN = "quadpred_musicnn"
"""Name of the Keras model."""
_EPSILON = 1e-3
_SIGN_AND_BIAS = "sign_and_bias"


def build_trunk(preprocessing: Preprocessing = FRONT_END) -> Any:
    """Build the convolutions of musicnn, with random weights.

    Parameters
    ----------
    preprocessing : Preprocessing
        As `FRONT_END`, but for the context.

    Returns
    -------
    trunk : keras.Model
        Patches of logarithmic bands, shape (patches, 187, 96), to the maximum and the mean of
        each channel over time, shape (patches, `FEATURES`).
    """
    from keras import Input, Model, layers

    frames, bands = preprocessing.patch_size, preprocessing.bands
    patches = Input((frames, bands), name="patches")
    # From ln(x + 1e-4) to the logarithm that the weights expect, log10(10000 x + 1).
    hidden = layers.Rescaling(1 / log(10), -log(preprocessing.logarithm_floor) / log(10))(patches)
    hidden = layers.Reshape((frames, bands, 1))(hidden)
    hidden = layers.BatchNormalization(epsilon=_EPSILON, name="batch_normalization")(hidden)
    padded = layers.ZeroPadding2D(((_TIMBRE_FRAMES // 2, _TIMBRE_FRAMES // 2), (0, 0)))(hidden)
    kernels = [(padded, (_TIMBRE_FRAMES, size), _TIMBRE_FILTERS, "valid") for size in _TIMBRE_BANDS]
    kernels += [(hidden, (size, 1), _TIME_FILTERS, "same") for size in _TIME_FRAMES]
    channels = []
    for number, (source, kernel, filters, padding) in enumerate(kernels):
        name = "conv2d" if number == 0 else f"conv2d_{number}"
        found = layers.Conv2D(filters, kernel, padding=padding, use_bias=False, name=name)(source)
        # The maximum over bands comes first, since it leaves a thirtieth of the values to the rest.
        # What follows rises with its input where the channel's scale is positive; channels of
        # negative scale are convolved by the negative kernel, and change sign again here.
        found = layers.Reshape((frames, filters))(layers.MaxPooling2D((1, found.shape[2]))(found))
        found = layers.BatchNormalization(epsilon=0, name=f"{name}_{_SIGN_AND_BIAS}")(found)
        channels.append(_normalise(layers.ReLU()(found), number + 1))
    front = layers.Concatenate()(channels)
    first = _middle(front, len(kernels))
    second = layers.Add()([_middle(first, len(kernels) + 1), first])
    third = layers.Add()([_middle(second, len(kernels) + 2), second])
    every = layers.Concatenate()([front, first, second, third])
    pooled = [layers.GlobalMaxPooling1D()(every), layers.GlobalAveragePooling1D()(every)]
    return Model(patches, layers.Concatenate()(pooled), name="trunk")


def _normalise(values: Any, number: int) -> Any:
    from keras import layers

    name = f"batch_normalization_{number}"
    return layers.BatchNormalization(epsilon=_EPSILON, name=name)(values)


def _middle(values: Any, number: int) -> Any:
    from keras import layers

    padded = layers.ZeroPadding1D(_MIDDLE_FRAMES // 2)(values)
    convolution = layers.Conv1D(
        _MIDDLE_FILTERS, _MIDDLE_FRAMES, activation="relu", name=f"conv2d_{number}"
    )
    return _normalise(convolution(padded), number + 1)


def load_published_weights(trunk: Any, read: Callable[[str], Any]) -> None:
    """Set the trunk's weights to the published ones.

    Parameters
    ----------
    trunk : keras.Model
        From `build_trunk`.
    read : callable
        Returns the array of a variable of the checkpoint, by its name.
    """
    for layer in trunk.layers:
        if layer.name.endswith(_SIGN_AND_BIAS):
            name = layer.name.removesuffix(f"_{_SIGN_AND_BIAS}")
            sign, bias = _sign(name, read), read(f"{name}/bias")
            layer.set_weights([sign, bias, np.zeros_like(bias), np.ones_like(bias)])
        elif layer.name.startswith("conv2d"):
            weights = layer.get_weights()
            kernel = read(f"{layer.name}/kernel").reshape(weights[0].shape)
            if layer.use_bias:
                layer.set_weights([kernel, read(f"{layer.name}/bias")])
            else:
                layer.set_weights([kernel * _sign(layer.name, read)])
        elif layer.name.startswith("batch_normalization"):
            names = ("gamma", "beta", "moving_mean", "moving_variance")
            layer.set_weights([read(f"{layer.name}/{name}") for name in names])


def _sign(convolution: str, read: Callable[[str], Any]) -> Any:
    """Return the sign of the scale that each channel of a convolution is normalised with."""
    number = int(convolution.removeprefix("conv2d").removeprefix("_") or 0)
    return np.where(read(f"batch_normalization_{number + 1}/gamma") < 0, -1.0, 1.0)


def build_heads(dropout: float, heads: Sequence[str] = REQUIRED_HEADS) -> Any:
    """Build the emotion heads on the trunk's output.

    Parameters
    ----------
    dropout : float
        Share of values dropped in training before and after the dense layer, 0..1.
    heads : sequence of str
        Names of `chain.heads.HEADS`.

    Returns
    -------
    network : keras.Model
        Features, shape (patches, `FEATURES`), to the softmax of each head, and to
        ``embeddings``, shape (patches, `UNITS`), at least 0.
    """
    from keras import Input, Model, layers

    features = Input((FEATURES,), name="features")
    hidden = layers.BatchNormalization(center=False, scale=False, name="feature_norm")(features)
    hidden = layers.Dropout(dropout)(hidden)
    shared = layers.Dense(UNITS, activation="relu", name=EMBEDDINGS)(hidden)
    hidden = layers.Dropout(dropout)(shared)
    outputs = {
        head: layers.Dense(len(HEADS[head].classes), activation="softmax", name=head)(hidden)
        for head in heads
    }
    return Model(features, outputs | {EMBEDDINGS: shared}, name="heads")


def join(trunk: Any, heads: Any) -> Any:
    """Return trunk and heads as one network, from patches to the heads' outputs."""
    from keras import Input, Model

    patches = Input(trunk.input.shape[1:], name="patches")
    return Model(patches, heads(trunk(patches)), name=MUSICNN)
