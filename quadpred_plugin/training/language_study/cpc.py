"""Pre-training without labels by telling true continuations from false ones."""

from collections.abc import Callable
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
)
from quadpred_plugin.training.networks.published import build_encoder, standardise_bands
from quadpred_plugin.training.runs.fitting import Figures, fit


def build_contrast(preprocessing: Preprocessing, recipe: Pretraining) -> Any:
    """Build the network that scores each future patch of a sequence.

    Every patch goes through the same encoder; the past ones are summarised by a recurrent
    layer, from which a dense layer for each future position predicts what stands there.

    Returns
    -------
    network : keras.Model
        Sequences of logarithmic bands, shape (sequences, past + future, frames, bands),
        to probabilities that each future patch is the true one, (sequences, future).

    References
    ----------
    A. van den Oord, Y. Li, O. Vinyals, "Representation learning with contrastive
    predictive coding", 2018; J. S. Gómez-Cañón et al., ICASSP 2021, section 3.2.
    """
    from keras import Input, Model, layers, ops

    length = recipe.past + recipe.future
    sequence = Input((length, preprocessing.patch_size, preprocessing.bands), name="sequence")
    encoder = build_encoder(preprocessing, recipe.filters, recipe.dropout)
    summarise = layers.Dense(recipe.units, name="patch_vector")
    vectors = [
        summarise(layers.Flatten()(encoder(sequence[:, position]))) for position in range(length)
    ]
    past = layers.GRU(recipe.units, name="past")(ops.stack(vectors[: recipe.past], axis=1))
    scores = [
        layers.Dot(axes=1)([layers.Dense(recipe.units, name=f"prediction{ahead}")(past), vector])
        for ahead, vector in enumerate(vectors[recipe.past :], 1)
    ]
    joined = layers.Concatenate()(scores) if len(scores) > 1 else scores[0]
    return Model(sequence, layers.Activation("sigmoid")(joined), name="contrast")


def pretrain_contrast(
    recipe: Pretraining,
    preprocessing: Preprocessing,
    train: Features,
    validation: Features,
    folder: Path,
    report: Callable[[Figures], None],
) -> Any:
    """Train the contrast and return its encoder; parameters as for `pretrain_autoencoder`."""
    mean, variance = band_statistics(train)
    held_out = draw_sequences(
        validation, preprocessing, recipe, recipe.samples // 4, np.random.default_rng(0)
    )

    def make_network() -> Any:
        network = build_contrast(preprocessing, recipe)
        standardise_bands(network.get_layer("encoder"), mean, variance)
        steps = -(-recipe.samples // recipe.schedule.batch_size)
        network.compile(
            optimizer=recipe.schedule.optimiser(steps),
            loss="binary_crossentropy",
            metrics=["binary_accuracy"],
        )
        return network

    def validate(network: Any) -> Figures:
        said = network.predict(held_out[0], batch_size=32, verbose=0)
        truth = held_out[1]
        likelihood = np.where(truth > 0, said, 1 - said)
        return {
            "validation_loss": float(-np.mean(np.log(likelihood + 1e-7))),
            "validation_accuracy": float(np.mean((said > 0.5) == (truth > 0))),
        }

    network = fit(
        make_network,
        lambda random: draw_sequences(train, preprocessing, recipe, recipe.samples, random),
        validate,
        recipe.schedule,
        folder,
        report,
    )
    return network.get_layer("encoder")


def draw_sequences(
    features: Features,
    preprocessing: Preprocessing,
    recipe: Pretraining,
    count: int,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw sequences of half-overlapping patches, every other one with a false future.

    Parameters
    ----------
    features : sequence of ndarray, shape (frames, bands)
    preprocessing : Preprocessing
    recipe : Pretraining
    count : int
        Sequences.
    random : numpy.random.Generator

    Returns
    -------
    sequences : ndarray of float32, shape (count, past + future, frames, bands)
        A false future is that of another recording.
    truth : ndarray of float32, shape (count, future)
        1 where the future is the true one.

    Raises
    ------
    QuadpredError
        If there are fewer than two recordings that are long enough.
    """
    size = preprocessing.patch_size
    hop = size // 2
    length = recipe.past + recipe.future
    offsets = np.arange(length)[:, np.newaxis] * hop + np.arange(size)
    places = np.array([max(0, len(one) - int(offsets[-1, -1])) for one in features])
    if np.count_nonzero(places) < 2:
        raise QuadpredError(
            f"Contrastive pre-training needs two recordings or more of {offsets[-1, -1] + 1} "
            f"frames on each side of its split; of {len(features)} there are "
            f"{np.count_nonzero(places)}."
        )
    share = places / places.sum()

    def draw(index: int) -> NDArray[np.float16]:
        start = random.integers(0, places[index])
        return features[index][start + offsets]

    sequences = np.empty((count, length, size, preprocessing.bands), dtype=np.float32)
    truth = np.ones((count, recipe.future), dtype=np.float32)
    chosen = random.choice(len(features), count, p=share)
    for position, index in enumerate(chosen):
        sequences[position] = draw(index)
        if position % 2:
            other = share.copy()
            other[index] = 0
            stranger = random.choice(len(features), p=other / other.sum())
            sequences[position, recipe.past :] = draw(stranger)[recipe.past :]
            truth[position] = 0
    return sequences, truth
