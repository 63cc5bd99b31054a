"""Unsupervised pre-training by a sparse convolutional denoising autoencoder (SCAE)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.training.features import Features
from quadpred_plugin.training.networks.published import (
    BAND_POOLING,
    LAST_POOLING,
    build_encoder,
    standardise_bands,
)
from quadpred_plugin.training.patches import band_statistics, cut_all, draw_by_length
from quadpred_plugin.training.recipes.kinds import Pretraining
from quadpred_plugin.training.runs.fitting import Figures, fit
from quadpred_plugin.training.runs.record import Run


def build_autoencoder(recipe: Pretraining) -> Any:
    """Build the encoder with a mirrored decoder.

    Parameters
    ----------
    recipe : Pretraining

    Returns
    -------
    autoencoder : keras.Model
        Patches of logarithmic bands, shape (patches, frames, bands), to the same patches
        standardised by band. Noise and dropout apply in training only.

    References
    ----------
    J. S. Gómez-Cañón et al., "Transfer learning from speech to music", EUSIPCO 2020,
    section 3. The latent space is larger than the input, hence sparse.
    """
    from keras import Input, Model, layers

    shape = (recipe.front_end.patch_size, recipe.front_end.bands)
    patches = Input(shape, name="patches")
    encoder = build_encoder(recipe.front_end, recipe.filters, recipe.dropout)
    hidden = encoder(layers.GaussianNoise(recipe.noise)(patches))
    hidden = layers.UpSampling2D((1, LAST_POOLING))(hidden)
    for count, pooling in zip(reversed(recipe.filters), reversed(BAND_POOLING)):
        hidden = layers.UpSampling2D((1, pooling))(hidden)
        for _ in range(2):
            hidden = layers.Conv2D(count, 3, padding="same", use_bias=False)(hidden)
            hidden = layers.BatchNormalization()(hidden)
            hidden = layers.ReLU()(hidden)
    hidden = layers.Conv2D(1, 3, padding="same")(hidden)
    decoded = layers.Reshape(shape)(hidden)
    return Model(patches, decoded, name="autoencoder")


def pretrain_scae(
    recipe: Pretraining,
    train: Features,
    validation: Features,
    run: Run,
    report: Callable[[Figures], None],
) -> Any:
    """Train the autoencoder.

    Parameters
    ----------
    recipe : Pretraining
    train, validation : sequence of ndarray, shape (frames, bands)
        One array per recording, ln units.
    run : Run
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model
        Of the best epoch, with a layer ``encoder``.

    Raises
    ------
    QuadpredError
        If no recording is as long as a patch.
    """
    size = recipe.front_end.patch_size
    mean, variance = band_statistics(train)
    deviation = np.sqrt(variance + 1e-3)
    held_out = cut_all(validation, size, size)

    def standardise(patches: NDArray[np.float32]) -> NDArray[np.float32]:
        return ((patches - mean) / deviation).astype(np.float32)

    def make_network() -> Any:
        network = build_autoencoder(recipe)
        standardise_bands(network.get_layer("encoder"), mean, variance)
        steps = -(-recipe.samples // recipe.schedule.batch_size)
        network.compile(optimizer=recipe.schedule.optimiser(steps), loss="mse")
        return network

    def epoch_data(random: np.random.Generator) -> tuple[Any, Any]:
        patches = draw_by_length(train, recipe.samples, size, random)
        return patches, standardise(patches)

    def validate(network: Any) -> Figures:
        decoded = network.predict(held_out, batch_size=64, verbose=0)
        return {"validation_loss": float(np.mean((decoded - standardise(held_out)) ** 2))}

    return fit(make_network, epoch_data, validate, recipe.schedule, run, report)
