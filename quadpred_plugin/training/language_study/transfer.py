"""Train on music, from a pre-trained encoder in the two steps of the studies, or from scratch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.training.augmentation import augment, mixup
from quadpred_plugin.training.evaluation.predictions import validation_figures
from quadpred_plugin.training.features import Features
from quadpred_plugin.training.language_study.experiments import FROZEN
from quadpred_plugin.training.networks.compiling import compile_heads
from quadpred_plugin.training.networks.published import (
    build_encoder,
    build_heads,
    build_network,
    copy_encoder,
    copy_layers,
    standardise_bands,
)
from quadpred_plugin.training.patches import band_statistics, cut, draw
from quadpred_plugin.training.recipes.kinds import MusicOnly, Transfer
from quadpred_plugin.training.recipes.schedule import Schedule
from quadpred_plugin.training.runs.fitting import Figures, best_network, fit, is_finished
from quadpred_plugin.training.runs.record import Run
from quadpred_plugin.training.targets import Targets


@dataclass(frozen=True)
class Music:
    """Features and targets of the training clips and of the validation clips, if any."""

    train: Features
    train_targets: Targets
    validation: Features
    validation_targets: Targets


def train_heads(
    recipe: Transfer,
    encoder: Any,
    music: Music,
    run: Run,
    report: Callable[[Figures], None],
) -> Any:
    """Train the heads on a frozen encoder (``feat_ext``) and return the whole network.

    The encoder's convolutions and their batch norm stay as pre-trained; mean and variance of
    each band are those of the music.
    """
    network = whole_network(recipe, encoder, music.train)
    if is_finished(recipe.schedules[FROZEN], run):
        heads = best_network(run)
    else:
        heads = _fit_heads(recipe, network, music, run, report)
    copy_layers(heads, network)
    return network


def _fit_heads(
    recipe: Transfer,
    network: Any,
    music: Music,
    run: Run,
    report: Callable[[Figures], None],
) -> Any:
    """Train heads on all half-overlapping patches, encoded once by the network's encoder."""
    frozen = build_encoder(recipe.front_end, recipe.filters, recipe.dropout)
    copy_encoder(network, frozen)
    standardise_bands(frozen, *network.get_layer("band_norm").get_weights())
    size = recipe.front_end.patch_size

    def encode(features: Features, hop: int) -> list[NDArray[np.float16]]:
        return [
            frozen.predict(cut(one, size, hop), batch_size=64, verbose=0).astype(np.float16)
            for one in features
        ]

    encoded = encode(music.train, size // 2)
    held_out = encode(music.validation, size)
    targets = {
        head: np.repeat(values, [len(one) for one in encoded], axis=0)
        for head, values in music.train_targets.items()
    }
    patches = np.concatenate(encoded)
    schedule = recipe.schedules[FROZEN]

    def make_heads() -> Any:
        heads = build_heads(patches.shape[1:], recipe.dropout, tuple(recipe.loss_weights))
        steps = -(-len(patches) // schedule.batch_size)
        compile_heads(heads, recipe.loss_weights, recipe.label_smoothing, schedule, steps)
        return heads

    def epoch_data(random: np.random.Generator) -> tuple[Any, Any]:
        order = random.permutation(len(patches))
        return patches[order], {head: values[order] for head, values in targets.items()}

    validate = _validation(held_out, music.validation_targets)
    return fit(make_heads, epoch_data, validate, schedule, run, report)


def train_whole(
    recipe: Transfer | MusicOnly,
    schedule: Schedule,
    start: Callable[[], Any],
    music: Music,
    run: Run,
    report: Callable[[Figures], None],
) -> Any:
    """Train every layer.

    Parameters
    ----------
    recipe : Transfer or MusicOnly
    schedule : Schedule
    start : callable
        Returns the network to start from; called for a new run only.
    music : Music
    run : Run
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model
        Of the epoch with the lowest validation loss.
    """
    steps = -(-len(music.train) * recipe.patches_per_clip // schedule.batch_size)
    size = recipe.front_end.patch_size
    held_out = [cut(one, size, size) for one in music.validation]

    def make_network() -> Any:
        network = start()
        compile_heads(network, recipe.loss_weights, recipe.label_smoothing, schedule, steps)
        return network

    return fit(
        make_network,
        lambda random: draw_epoch(music.train, music.train_targets, recipe, random),
        _validation(held_out, music.validation_targets),
        schedule,
        run,
        report,
    )


def draw_epoch(
    features: Features,
    targets: Targets,
    recipe: Transfer | MusicOnly,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], Targets]:
    """Draw one epoch's patches: the same number of each clip, at random places, shuffled."""
    clips = random.permutation(np.repeat(np.arange(len(features)), recipe.patches_per_clip))
    patches = augment(draw(features, clips, recipe.front_end.patch_size, random), random)
    of_patches = {head: values[clips] for head, values in targets.items()}
    return mixup(patches, of_patches, recipe.mixup, random)


def whole_network(recipe: Transfer, encoder: Any | None, features: Features) -> Any:
    """Build the network with an encoder's weights, or random ones, for the bands of features."""
    network = build_network(
        recipe.front_end, recipe.filters, recipe.dropout, heads=tuple(recipe.loss_weights)
    )
    if encoder is not None:
        copy_encoder(encoder, network)
    standardise_bands(network, *band_statistics(features))
    return network


def _validation(held_out: Any, targets: Targets) -> Callable[[Any], Figures] | None:
    if not held_out:
        return None
    return lambda network: validation_figures(network, held_out, targets)
