"""From an encoder to a network for music, in the two steps of the studies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.language_study.music_only import (
    Features,
    Labels,
    clip_figures,
    compile_heads,
    epoch_patches,
    validation_patches,
)
from quadpred_plugin.training.language_study.pretraining import band_statistics
from quadpred_plugin.training.networks.published import (
    build_encoder,
    build_heads,
    build_network,
    copy_encoder,
    copy_heads,
    standardise_bands,
)
from quadpred_plugin.training.runs.fitting import Figures, Schedule, fit

# The names that the studies gave their settings, and a network without pre-training.
SETTINGS = ("feat_ext", "full", "scratch")


@dataclass(frozen=True)
class Transfer:
    """Settings of the training on music.

    Attributes
    ----------
    name : str
    corpus : str
        A name of `corpora.CORPORA`.
    filters : list of int
        Filters of the encoder's three blocks; published: 32, 64, 128.
    dropout : float
        Published: 0.25.
    validation_share : float
        Share of the training folds' artists that decides when to stop.
    patches_per_clip : int
        Random patches of each clip in one epoch of ``full`` and ``scratch``.
    label_smoothing, mixup : float
    loss_weights : dict
        Weight of each head's cross-entropy.
    schedules : dict of Schedule
        One for each of `SETTINGS`.
    """

    name: str
    corpus: str
    filters: list[int]
    dropout: float
    validation_share: float
    patches_per_clip: int
    label_smoothing: float
    mixup: float
    loss_weights: dict[str, float]
    schedules: dict[str, Schedule]


@dataclass(frozen=True)
class Music:
    """Features and labels of the clips that train and of those that decide when to stop, if any."""

    train: Features
    train_labels: Labels
    validation: Features
    validation_labels: Labels


def train_heads(
    recipe: Transfer,
    preprocessing: Preprocessing,
    encoder: Any,
    music: Music,
    folder: Path,
    report: Callable[[Figures], None],
) -> Any:
    """Train the heads on a frozen encoder (``feat_ext``) and return the whole network.

    The encoder's convolutions and their batch norm stay as speech left them; the mean and
    the variance of each band are those of the music. All half-overlapping patches are
    encoded once.
    """
    network = whole_network(recipe, preprocessing, encoder, music.train)
    frozen = build_encoder(preprocessing, recipe.filters, recipe.dropout)
    copy_encoder(network, frozen)
    standardise_bands(frozen, *network.get_layer("band_norm").get_weights())

    def encode(features: Features, hop_frames: int) -> list[NDArray[np.float16]]:
        return [
            frozen.predict(
                _patches(one, preprocessing, hop_frames), batch_size=64, verbose=0
            ).astype(np.float16)
            for one in features
        ]

    size = preprocessing.patch_size
    encoded = encode(music.train, size // 2)
    held_out = encode(music.validation, size)
    labels = {
        head: np.repeat(values, [len(one) for one in encoded], axis=0)
        for head, values in music.train_labels.items()
    }
    patches = np.concatenate(encoded)
    schedule = recipe.schedules["feat_ext"]

    def make_heads() -> Any:
        heads = build_heads(patches.shape[1:], recipe.dropout)
        compile_heads(heads, recipe, schedule, -(-len(patches) // schedule.batch_size))
        return heads

    def epoch_data(random: np.random.Generator) -> tuple[Any, Any]:
        order = random.permutation(len(patches))
        return patches[order], {head: values[order] for head, values in labels.items()}

    heads = fit(
        make_heads,
        epoch_data,
        _validation(held_out, music.validation_labels),
        schedule,
        folder,
        report,
    )
    copy_heads(heads, network)
    return network


def train_whole(
    recipe: Transfer,
    preprocessing: Preprocessing,
    setting: str,
    make_network: Callable[[], Any],
    music: Music,
    folder: Path,
    report: Callable[[Figures], None],
) -> Any:
    """Train every layer, after `train_heads` (``full``) or from random weights (``scratch``)."""
    schedule = recipe.schedules[setting]
    steps = -(-len(music.train) * recipe.patches_per_clip // schedule.batch_size)
    held_out = validation_patches(music.validation, preprocessing)

    def make() -> Any:
        network = make_network()
        compile_heads(network, recipe, schedule, steps)
        return network

    return fit(
        make,
        lambda random: epoch_patches(
            music.train, music.train_labels, preprocessing, recipe, random
        ),
        _validation(held_out, music.validation_labels),
        schedule,
        folder,
        report,
    )


def _validation(
    held_out: Sequence[NDArray[np.floating]], labels: Labels
) -> Callable[[Any], Figures] | None:
    """Return what judges a network after each epoch; None where no clip is held out."""
    if not held_out:
        return None
    return lambda network: clip_figures(network, held_out, labels)


def whole_network(
    recipe: Transfer, preprocessing: Preprocessing, encoder: Any | None, features: Features
) -> Any:
    """Build the network with an encoder's weights, or random ones, for the bands of features."""
    network = build_network(preprocessing, recipe.filters, recipe.dropout)
    if encoder is not None:
        copy_encoder(encoder, network)
    standardise_bands(network, *band_statistics(features))
    return network


def predict_clips(
    network: Any, features: Features, preprocessing: Preprocessing
) -> list[dict[str, NDArray[np.float32]]]:
    """Return what a network says of each clip's patches, as `scoring.score_clips` takes it."""
    said = []
    for one in validation_patches(features, preprocessing):
        outputs = network.predict(one, batch_size=64, verbose=0)
        said.append(
            {
                "quadrants": outputs["quadrants"],
                **{
                    head: outputs[head][:, 1] - outputs[head][:, 0]
                    for head in ("arousal", "valence")
                },
            }
        )
    return said


def _patches(
    features: NDArray[np.float16], preprocessing: Preprocessing, hop_frames: int
) -> NDArray[np.float32]:
    size = preprocessing.patch_size
    starts: Sequence[int] = range(0, len(features) - size + 1, hop_frames)
    return np.stack([features[start : start + size] for start in starts]).astype(np.float32)
