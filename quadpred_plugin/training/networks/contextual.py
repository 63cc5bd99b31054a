"""Network for patches of three seconds, at a tenth of the published one's arithmetic a patch."""

from collections.abc import Sequence
from typing import Any

from quadpred_plugin.chain.entries import EMBEDDINGS
from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.midi.note_features import NOTE_FEATURES

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
_STATISTICS_UNITS = (512, 256)
_HARMONY_UNITS = 128
UNITS = 256
AUXILIARY = "auxiliary"
"""Name of the layer that estimates musicnn's features, an output of training alone."""
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
    auxiliary: int | None = None,
    branch_dropout: float = 0.0,
) -> Any:
    """Build the network.

    Strided convolutions reduce a patch to six frames and four bands, whose mean and maximum
    over time are one part of the embedding's input. The other comes from an estimate of the
    notes alone, as in `harmony.build_harmony`: convolutions merge neighbouring bands, whose
    difference separates a major third from a minor one. One patch takes 0.033 GFLOP.

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
    auxiliary : int, optional
        Values of the output `AUXILIARY`, which with `NOTES` is added for training; neither if
        None.
    branch_dropout : float
        Share of patches, 0..1, of which training drops all of the convolutions' part of the
        embedding's input, and as many of which it drops all of the notes' part: neither may
        rely on the other.

    Returns
    -------
    network : keras.Model
        Patches of logarithmic bands, shape (patches, frames, bands), to the softmax of each
        head, to ``embeddings`` (patches, `UNITS`), at least 0, and the outputs of training.
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
    notes = _estimate_notes(layers.Reshape((frames, used))(hidden), dropout, batch_norm)
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
    pooled = layers.Concatenate()(
        [layers.GlobalAveragePooling1D()(hidden), layers.GlobalMaxPooling1D()(hidden)]
    )
    harmony = layers.Dense(_HARMONY_UNITS, activation="relu", name="harmony")(notes)
    joined = layers.Concatenate()(
        [layers.Dropout(branch_dropout, noise_shape=(None, 1))(one) for one in (pooled, harmony)]
    )
    embeddings = layers.Dense(UNITS, activation="relu", name=EMBEDDINGS)(joined)
    hidden = layers.Dropout(dropout)(embeddings)
    outputs = {
        head: layers.Dense(len(HEADS[head].classes), activation="softmax", name=head)(hidden)
        for head in heads
    }
    outputs[EMBEDDINGS] = embeddings
    if auxiliary is not None:
        outputs |= {AUXILIARY: layers.Dense(auxiliary, name=AUXILIARY)(embeddings), NOTES: notes}
    return Model(patches, outputs, name=CONTEXTUAL)


def without_auxiliary(network: Any) -> Any:
    """Return a trained network without the outputs that only training needs."""
    from keras import Model

    outputs = {
        name: output for name, output in network.output.items() if name not in (AUXILIARY, NOTES)
    }
    return Model(network.input, outputs, name=CONTEXTUAL)


def _estimate_notes(bands: Any, dropout: float, batch_norm: bool) -> Any:
    """Return `note_features.NoteFeatures` as estimated from statistics of each band."""
    from keras import layers

    mean = layers.GlobalAveragePooling1D()(bands)
    squares = layers.GlobalAveragePooling1D()(layers.Multiply()([bands, bands]))
    variance = layers.Subtract()([squares, layers.Multiply()([mean, mean])])
    maximum = layers.GlobalMaxPooling1D()(bands)
    hidden = layers.Concatenate()([mean, maximum, variance])
    hidden = layers.BatchNormalization(name="statistics")(hidden)
    for number, units in enumerate(_STATISTICS_UNITS, 1):
        name = f"statistics{number}"
        hidden = layers.Dense(units, use_bias=not batch_norm, name=name)(hidden)
        if batch_norm:
            hidden = layers.BatchNormalization(name=f"{name}_norm")(hidden)
        hidden = layers.ReLU()(hidden)
        if number < len(_STATISTICS_UNITS):
            hidden = layers.Dropout(dropout / 2)(hidden)
    return layers.Dense(NOTE_FEATURES, name=NOTES)(hidden)
