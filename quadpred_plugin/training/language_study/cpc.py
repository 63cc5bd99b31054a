"""Unsupervised pre-training by contrastive predictive coding (CPC)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.features import Features
from quadpred_plugin.training.networks.published import build_encoder, standardise_bands
from quadpred_plugin.training.patches import band_statistics
from quadpred_plugin.training.recipes.kinds import Pretraining
from quadpred_plugin.training.runs.fitting import Figures, fit
from quadpred_plugin.training.runs.record import Run


def build_cpc(recipe: Pretraining) -> Any:
    """Build the network that scores each future patch of a sequence.

    Every patch goes through the same encoder. A recurrent layer summarises the past patches;
    from its output, one dense layer per future position predicts the encoded patch there.

    Parameters
    ----------
    recipe : Pretraining

    Returns
    -------
    network : keras.Model
        Sequences of logarithmic bands, shape (sequences, past + future, frames, bands), to
        the probability that each future patch is the true one, shape (sequences, future).

    References
    ----------
    A. van den Oord, Y. Li, O. Vinyals, "Representation learning with contrastive
    predictive coding", 2018; J. S. Gómez-Cañón et al., ICASSP 2021, section 3.2.
    """
    from keras import Input, Model, layers, ops

    length = recipe.past + recipe.future
    shape = (length, recipe.front_end.patch_size, recipe.front_end.bands)
    sequence = Input(shape, name="sequence")
    encoder = build_encoder(recipe.front_end, recipe.filters, recipe.dropout)
    project = layers.Dense(recipe.units, name="patch_vector")
    vectors = [
        project(layers.Flatten()(encoder(sequence[:, position]))) for position in range(length)
    ]
    past = layers.GRU(recipe.units, name="past")(ops.stack(vectors[: recipe.past], axis=1))
    scores = [
        layers.Dot(axes=1)([layers.Dense(recipe.units, name=f"prediction{ahead}")(past), vector])
        for ahead, vector in enumerate(vectors[recipe.past :], 1)
    ]
    logits = layers.Concatenate()(scores) if len(scores) > 1 else scores[0]
    return Model(sequence, layers.Activation("sigmoid")(logits), name="cpc")


def pretrain_cpc(
    recipe: Pretraining,
    train: Features,
    validation: Features,
    run: Run,
    report: Callable[[Figures], None],
) -> Any:
    """Train the CPC network; parameters and returns as for `scae.pretrain_scae`."""
    mean, variance = band_statistics(train)
    held_out = draw_sequences(validation, recipe, recipe.samples // 4, np.random.default_rng(0))

    def make_network() -> Any:
        network = build_cpc(recipe)
        standardise_bands(network.get_layer("encoder"), mean, variance)
        steps = -(-recipe.samples // recipe.schedule.batch_size)
        network.compile(
            optimizer=recipe.schedule.optimiser(steps),
            loss="binary_crossentropy",
            metrics=["binary_accuracy"],
        )
        return network

    def validate(network: Any) -> Figures:
        predicted = network.predict(held_out[0], batch_size=32, verbose=0)
        truth = held_out[1]
        likelihood = np.where(truth > 0, predicted, 1 - predicted)
        return {
            "validation_loss": float(-np.mean(np.log(likelihood + 1e-7))),
            "validation_accuracy": float(np.mean((predicted > 0.5) == (truth > 0))),
        }

    return fit(
        make_network,
        lambda random: draw_sequences(train, recipe, recipe.samples, random),
        validate,
        recipe.schedule,
        run,
        report,
    )


def draw_sequences(
    features: Features,
    recipe: Pretraining,
    count: int,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw sequences of half-overlapping patches, every second one with a false future.

    Parameters
    ----------
    features : sequence of ndarray, shape (frames, bands)
        One array per recording, ln units.
    recipe : Pretraining
    count : int
        Number of sequences.
    random : numpy.random.Generator

    Returns
    -------
    sequences : ndarray of float32, shape (count, past + future, frames, bands)
        ln units. A false future is from another recording.
    truth : ndarray of float32, shape (count, future)
        1 where the future is the true one, else 0.

    Raises
    ------
    QuadpredError
        If fewer than two recordings are long enough.
    """
    size, bands = recipe.front_end.patch_size, recipe.front_end.bands
    hop = size // 2
    length = recipe.past + recipe.future
    offsets = np.arange(length)[:, np.newaxis] * hop + np.arange(size)
    positions = np.array([max(0, len(recording) - int(offsets[-1, -1])) for recording in features])
    if np.count_nonzero(positions) < 2:
        raise QuadpredError(
            "Contrastive pre-training needs at least two recordings of "
            f"{offsets[-1, -1] + 1} frames or more on each side of its split; here are "
            f"{np.count_nonzero(positions)} of {len(features)}."
        )
    share = positions / positions.sum()

    def draw(index: int) -> NDArray[np.float16]:
        start = random.integers(0, positions[index])
        return features[index][start + offsets]

    sequences = np.empty((count, length, size, bands), dtype=np.float32)
    truth = np.ones((count, recipe.future), dtype=np.float32)
    chosen = random.choice(len(features), count, p=share)
    for position, index in enumerate(chosen):
        sequences[position] = draw(index)
        if position % 2:
            others = share.copy()
            others[index] = 0
            other = random.choice(len(features), p=others / others.sum())
            sequences[position, recipe.past :] = draw(other)[recipe.past :]
            truth[position] = 0
    return sequences, truth
