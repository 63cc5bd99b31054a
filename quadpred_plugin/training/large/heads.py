"""Train the heads of the large model on one fold or on everything, and predict its tests."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.chain.entries import EMBEDDINGS
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.emotion.corpora import corpus_tracks, targets_by_track
from quadpred_plugin.training.emotion.degree_loss import degree_loss, degree_loss_type
from quadpred_plugin.training.emotion.sampling import Example, draw_examples
from quadpred_plugin.training.emotion.track_outputs import (
    TrackOutputs,
    outputs_file,
    outputs_of,
    write_outputs,
)
from quadpred_plugin.training.large.trunk_features import TrunkFeatures, load_trunk_features
from quadpred_plugin.training.networks.musicnn_trunk import FRONT_END, build_heads
from quadpred_plugin.training.patches import band_statistics
from quadpred_plugin.training.recipes.large_model import LargeModel
from quadpred_plugin.training.runs.fitting import Figures, Report, best_network, fit, is_finished
from quadpred_plugin.training.runs.record import Run, open_run, record_of
from quadpred_plugin.training.runs.workspace import Workspace, part_name
from quadpred_plugin.training.targets import Targets


def heads_folder(workspace: Workspace, recipe: LargeModel, fold: int | None) -> Path:
    """Return the folder of a run's heads, log and predictions."""
    return workspace.run_folder("large", recipe.name, part_name(fold))


def run_heads(
    workspace: Workspace, recipe: LargeModel, fold: int | None, jobs: int, report: Report
) -> None:
    """Train heads, or resume, and write the outputs of the test tracks.

    Parameters
    ----------
    workspace : Workspace
    recipe : LargeModel
    fold : int or None
        Left out of 4Q and VGMIDI; None for the model that is trained on everything.
    jobs : int
        Processes that compute features.
    report : callable
        Called with the run's name and each epoch's figures.

    Raises
    ------
    QuadpredError
        If a place wasn't given, a table can't be read, or the folder belongs to a run that
        was made otherwise.
    """
    if recipe.front_end != FRONT_END:
        raise QuadpredError(
            f"The recipe '{recipe.name}' has another front end than musicnn's, which its trunk "
            "needs."
        )
    tracks = corpus_tracks(workspace, recipe.corpora, fold)
    run = open_run(
        heads_folder(workspace, recipe, fold),
        record_of(
            "large",
            recipe,
            tracks.by_part,
            recipe.front_end,
        ),
    )
    # Saved networks have the loss that they were trained with.
    degree_loss_type()
    if is_finished(recipe.schedule, run):
        heads = best_network(run)
    else:
        examples = _load_examples(workspace, recipe, tracks.train, tracks.degraded, jobs)
        heads = train_heads(
            recipe,
            examples,
            run,
            lambda figures: report(f"{recipe.name} {part_name(fold)}", figures),
        )
    for name, several in tracks.test.items():
        path = outputs_file(run.folder, name)
        if several and not path.exists():
            outputs = predict_tracks(heads, several, workspace.work, jobs)
            write_outputs(path, dict(zip((one.name for one in several), outputs)))


def _load_examples(
    workspace: Workspace,
    recipe: LargeModel,
    train: Mapping[str, Sequence[Track]],
    degraded: Mapping[str, Sequence[Track]],
    jobs: int,
) -> dict[str, list[Example]]:
    targets = targets_by_track(workspace, train, recipe.degrees.lag)
    examples = {}
    for name, tracks in train.items():
        every = [*tracks, *degraded[name]]
        versions: dict[str, list[TrunkFeatures]] = {}
        for track, found in zip(every, load_trunk_features(every, workspace.work, jobs)):
            # Times of degraded versions are on the clock of the track.
            shifted = TrunkFeatures(found.times + track.start, found.features)
            versions.setdefault(track.undegraded, []).append(shifted)
        examples[name] = [Example(targets[key], found) for key, found in versions.items()]
    return examples


def train_heads(
    recipe: LargeModel,
    examples: Mapping[str, Sequence[Example]],
    run: Run,
    report: Callable[[Figures], None],
) -> Any:
    """Train the heads through all epochs of the recipe.

    Parameters
    ----------
    recipe : LargeModel
    examples : dict of sequence of Example
        By corpus; versions are `TrunkFeatures`.
    run : Run
    report : callable
        Called with each epoch's figures.
    """

    def make_network() -> Any:
        import keras

        heads = build_heads(recipe.dropout, tuple(recipe.loss_weights))
        statistics = heads.get_layer("feature_norm")
        statistics.set_weights(
            band_statistics(
                [
                    one.features
                    for several in examples.values()
                    for example in several
                    for one in example.versions
                ]
            )
        )
        statistics.trainable = False
        degrees = recipe.degrees
        losses: dict[str, Any] = {
            name: degree_loss(degrees.margin, degrees.softness, degrees.rating_weight)
            for name in DIMENSIONS
        }
        losses["quadrants"] = keras.losses.CategoricalCrossentropy(
            label_smoothing=recipe.label_smoothing
        )
        steps = -(-recipe.patches // recipe.schedule.batch_size)
        heads.compile(
            optimizer=recipe.schedule.optimiser(steps),
            loss=losses | {EMBEDDINGS: None},
            loss_weights=dict(recipe.loss_weights) | {EMBEDDINGS: 0.0},
        )
        return heads

    def epoch_data(random: np.random.Generator) -> tuple[Any, Targets]:
        patches, targets = draw_examples(examples, recipe.corpora, recipe.patches, _draw, random)
        return np.stack(patches).astype(np.float32), targets

    return fit(make_network, epoch_data, None, recipe.schedule, run, report)


def _draw(version: TrunkFeatures, random: np.random.Generator) -> tuple[Any, float]:
    index = int(random.integers(len(version.times)))
    return version.features[index], float(version.times[index])


def predict_tracks(
    heads: Any, tracks: Sequence[Track], work: Path, jobs: int
) -> list[TrackOutputs]:
    """Return the outputs of heads for tracks, whose features are cached in a work folder."""
    return [predict(heads, found) for found in load_trunk_features(tracks, work, jobs)]


def predict(heads: Any, features: TrunkFeatures) -> TrackOutputs:
    """Return the outputs of heads for one track."""
    outputs = heads.predict(features.features.astype(np.float32), batch_size=256, verbose=0)
    return outputs_of(features.times, outputs)
