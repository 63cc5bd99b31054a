"""Pre-training without labels by a sparse convolutional autoencoder that removes noise."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.language_study.pretraining import (
    Features,
    Pretraining,
    band_statistics,
    cut_patches,
)
from quadpred_plugin.training.networks.published import (
    BAND_POOLING,
    LAST_POOLING,
    build_encoder,
    standardise_bands,
)
from quadpred_plugin.training.runs.fitting import Figures, fit


def build_autoencoder(preprocessing: Preprocessing, recipe: Pretraining) -> Any:
    """Build the encoder with a decoder that mirrors it.

    Returns
    -------
    autoencoder : keras.Model
        Patches of logarithmic bands, shape (patches, frames, bands), to the same patches
        standardised by band; its noise and dropout act in training only.

    References
    ----------
    J. S. Gómez-Cañón et al., "Transfer learning from speech to music", EUSIPCO 2020,
    section 3: a latent space larger than the input, hence sparse.
    """
    from keras import Input, Model, layers

    patches = Input((preprocessing.patch_size, preprocessing.bands), name="patches")
    encoder = build_encoder(preprocessing, recipe.filters, recipe.dropout)
    hidden = encoder(layers.GaussianNoise(recipe.noise)(patches))
    hidden = layers.UpSampling2D((1, LAST_POOLING))(hidden)
    for count, pooling in zip(reversed(recipe.filters), reversed(BAND_POOLING)):
        hidden = layers.UpSampling2D((1, pooling))(hidden)
        for _ in range(2):
            hidden = layers.Conv2D(count, 3, padding="same", use_bias=False)(hidden)
            hidden = layers.BatchNormalization()(hidden)
            hidden = layers.ReLU()(hidden)
    hidden = layers.Conv2D(1, 3, padding="same")(hidden)
    rebuilt = layers.Reshape((preprocessing.patch_size, preprocessing.bands))(hidden)
    return Model(patches, rebuilt, name="autoencoder")


def pretrain_autoencoder(
    recipe: Pretraining,
    preprocessing: Preprocessing,
    train: Features,
    validation: Features,
    folder: Path,
    report: Callable[[Figures], None],
) -> Any:
    """Train the autoencoder and return its encoder.

    Parameters
    ----------
    recipe : Pretraining
    preprocessing : Preprocessing
    train, validation : sequence of ndarray, shape (frames, bands)
        One array a recording, ln units.
    folder : Path
        Of this run alone.
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    encoder : keras.Model
    """
    mean, variance = band_statistics(train)
    deviation = np.sqrt(variance + 1e-3)
    held_out = cut_patches(validation, preprocessing, preprocessing.patch_size)

    def standardise(patches: NDArray[np.float32]) -> NDArray[np.float32]:
        return ((patches - mean) / deviation).astype(np.float32)

    def make_network() -> Any:
        network = build_autoencoder(preprocessing, recipe)
        standardise_bands(network.get_layer("encoder"), mean, variance)
        steps = -(-recipe.samples // recipe.schedule.batch_size)
        network.compile(optimizer=recipe.schedule.optimiser(steps), loss="mse")
        return network

    def epoch_data(random: np.random.Generator) -> tuple[Any, Any]:
        patches = _draw(train, preprocessing, recipe.samples, random)
        return patches, standardise(patches)

    def validate(network: Any) -> Figures:
        rebuilt = network.predict(held_out, batch_size=64, verbose=0)
        return {"validation_loss": float(np.mean((rebuilt - standardise(held_out)) ** 2))}

    network = fit(make_network, epoch_data, validate, recipe.schedule, folder, report)
    return network.get_layer("encoder")


def _draw(
    features: Sequence[NDArray[np.float16]],
    preprocessing: Preprocessing,
    count: int,
    random: np.random.Generator,
) -> NDArray[np.float32]:
    """Draw patches at random places, each recording as often as its length asks."""
    size = preprocessing.patch_size
    places = np.array([max(0, len(one) - size + 1) for one in features])
    if not places.any():
        raise QuadpredError(f"No recording has the {size} frames of a patch.")
    chosen = random.choice(len(features), count, p=places / places.sum())
    starts = [random.integers(0, places[index]) for index in chosen]
    return np.stack(
        [features[index][start : start + size] for index, start in zip(chosen, starts)]
    ).astype(np.float32)
