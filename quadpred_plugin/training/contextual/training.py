"""Train the contextual network on one fold or on everything, and predict its tests."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.training.contextual.clips import (
    Curve,
    TaughtTargets,
    curve_of,
    draw_epoch,
    load_clips,
)
from quadpred_plugin.training.contextual.features_and_notes import (
    auxiliary_losses,
    pretext_files,
    read_projection,
)
from quadpred_plugin.training.contextual.known_error import known_error_type
from quadpred_plugin.training.contextual.notes import note_curves
from quadpred_plugin.training.datasets import emopia
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.emotion.corpora import CorpusTracks, corpus_tracks, targets_by_track
from quadpred_plugin.training.emotion.degree_loss import degree_loss, degree_loss_type
from quadpred_plugin.training.emotion.sampling import Example
from quadpred_plugin.training.emotion.track_outputs import (
    TrackOutputs,
    outputs_file,
    outputs_of,
    write_outputs,
)
from quadpred_plugin.training.features import load_features
from quadpred_plugin.training.large.heads import heads_folder, predict_tracks
from quadpred_plugin.training.networks.contextual import AUXILIARY, build_contextual
from quadpred_plugin.training.networks.published import copy_layers
from quadpred_plugin.training.patches import cut_as_predicted
from quadpred_plugin.training.recipes.config import read_recipe
from quadpred_plugin.training.recipes.contextual_model import ContextualModel, Teaching
from quadpred_plugin.training.recipes.large_model import LargeModel
from quadpred_plugin.training.runs.fitting import (
    BEST,
    Figures,
    Report,
    best_network,
    fit,
    is_finished,
)
from quadpred_plugin.training.runs.record import Run, open_run, record_of
from quadpred_plugin.training.runs.workspace import Workspace, part_name
from quadpred_plugin.training.teachers.soft_labels import SoftLabels, note_labels

Examples = Mapping[str, Sequence[Example]]
_NOTES_COMMAND = "quadpred train notes"


def model_folder(workspace: Workspace, recipe: ContextualModel, fold: int | None) -> Path:
    """Return the folder of a run's network, log and predictions."""
    return workspace.run_folder("contextual", recipe.name, part_name(fold))


def run_model(
    workspace: Workspace, recipe: ContextualModel, fold: int | None, jobs: int, report: Report
) -> None:
    """Train a network, or resume, and write the outputs of the test tracks.

    Parameters
    ----------
    workspace : Workspace
    recipe : ContextualModel
    fold : int or None
        Left out of 4Q and VGMIDI; None for the model that is trained on everything.
    jobs : int
        Processes that compute features.
    report : callable
        Called with the run's name and each epoch's figures.

    Raises
    ------
    QuadpredError
        If the pretext training or the teacher wasn't run, a place wasn't given, a table can't
        be read, or the folder belongs to a run that was made otherwise.
    """
    tracks = corpus_tracks(workspace, recipe.corpora, fold)
    files = pretext_files(workspace, recipe.initial_weights)
    files |= teacher_files(workspace, recipe, fold)
    run = open_run(
        model_folder(workspace, recipe, fold),
        record_of(
            "contextual",
            recipe,
            tracks.by_part,
            recipe.front_end,
            files,
        ),
    )
    # Saved networks have the loss that they were trained with.
    degree_loss_type(), known_error_type()
    if is_finished(recipe.schedule, run):
        network = best_network(run)
    else:
        network = train_network(
            recipe,
            _load_examples(workspace, recipe, tracks, files, jobs),
            files["initial_weights"],
            run,
            lambda figures: report(f"{recipe.name} {part_name(fold)}", figures),
        )
    for name, several in tracks.test.items():
        path = outputs_file(run.folder, name)
        if several and not path.exists():
            bands = load_features(several, recipe.front_end, workspace.work, jobs)
            write_outputs(
                path,
                {
                    one.name: predict(network, found, recipe.front_end)
                    for one, found in zip(several, bands)
                },
            )


def teacher_files(
    workspace: Workspace, recipe: ContextualModel, fold: int | None
) -> dict[str, Path]:
    """Return the files that teach on a fold: the large model's heads, and labels by the notes.

    Raises
    ------
    QuadpredError
        If one is missing.
    """
    heads = heads_folder(workspace, read_recipe(recipe.teacher, LargeModel), fold) / BEST
    files = {"teacher": (heads, f"quadpred train large {recipe.teacher}")}
    if any(one.teacher == "notes" for one in recipe.teaching.values()):
        files["note_labels"] = (note_labels(workspace.work), _NOTES_COMMAND)
    for path, command in files.values():
        if not path.exists():
            raise QuadpredError(f"There is no {path}, which teaches: run '{command}' first.")
    return {name: path for name, (path, _) in files.items()}


def _load_examples(
    workspace: Workspace,
    recipe: ContextualModel,
    tracks: CorpusTracks,
    files: Mapping[str, Path],
    jobs: int,
) -> dict[str, list[Example]]:
    import keras

    teacher = keras.saving.load_model(files["teacher"], compile=False)
    emotion = targets_by_track(workspace, tracks.train, recipe.degrees.lag)
    projection = read_projection(files["projection"])
    notes = note_curves(workspace, recipe.front_end, jobs) if emopia.NAME in tracks.train else {}
    examples = {}
    for name, several in tracks.train.items():
        teaching = recipe.teaching.get(name)
        taught: dict[str, Curve] = {}
        if teaching and teaching.teacher == "large":
            outputs = predict_tracks(teacher, several, workspace.work, jobs)
            taught = {one.name: curve_of(found) for one, found in zip(several, outputs)}
        elif teaching:
            labels = SoftLabels(files["note_labels"], _NOTES_COMMAND)
            found_labels = {one.name: labels.of(one.name) for one in several}
            taught = {name: Curve(*found) for name, found in found_labels.items() if found}

        def targets(
            track: Track,
            features: Curve,
            taught: Mapping[str, Curve] = taught,
            teaching: Teaching | None = teaching,
        ) -> TaughtTargets:
            return TaughtTargets(
                features,
                notes.get(track.name),
                emotion[track.name],
                taught.get(track.name),
                teaching,
            )

        examples[name] = load_clips(
            several,
            tracks.degraded[name],
            recipe.front_end,
            projection,
            workspace.work,
            jobs,
            targets,
        )
    return examples


def train_network(
    recipe: ContextualModel,
    examples: Examples,
    initial_weights: Path,
    run: Run,
    report: Callable[[Figures], None],
) -> Any:
    """Train a network through all epochs of the recipe.

    Parameters
    ----------
    recipe : ContextualModel
    examples : dict of sequence of Example
        By corpus; versions are `clips.Bands`, targets `clips.TaughtTargets`.
    initial_weights : Path
        Network of the pretext training.
    run : Run
    report : callable
        Called with each epoch's figures.
    """

    def make_network() -> Any:
        import keras

        initial = keras.saving.load_model(initial_weights, compile=False)
        size = initial.get_layer(AUXILIARY).units
        network = build_contextual(
            recipe.front_end,
            recipe.dropout,
            auxiliary=size,
            branch_dropout=recipe.branch_dropout,
        )
        # By name: a dropped branch moves its layers within the order of all weights.
        copy_layers(initial, network)
        network.get_layer("band_norm").trainable = False
        degrees = recipe.degrees
        losses: dict[str, Any] = {name: None for name in network.output}
        losses |= {
            name: degree_loss(degrees.margin, degrees.softness, degrees.rating_weight)
            for name in DIMENSIONS
        }
        losses["quadrants"] = keras.losses.CategoricalCrossentropy(
            label_smoothing=recipe.label_smoothing
        )
        losses |= auxiliary_losses()
        weights = {name: 0.0 for name in network.output} | recipe.loss_weights
        steps = -(-recipe.patches // recipe.schedule.batch_size)
        network.compile(
            optimizer=recipe.schedule.optimiser(steps),
            loss=losses,
            loss_weights=weights | recipe.auxiliary_weights,
        )
        return network

    return fit(
        make_network,
        lambda random: draw_epoch(examples, recipe, random),
        None,
        recipe.schedule,
        run,
        report,
    )


def predict(network: Any, bands: NDArray[np.float16], front_end: Preprocessing) -> TrackOutputs:
    """Return the outputs of a network for a track, on the patches that a user's file has.

    Parameters
    ----------
    network : keras.Model
    bands : ndarray of float16, shape (frames, bands)
        ln units.
    front_end : Preprocessing
    """
    patches = cut_as_predicted(bands, front_end)
    outputs = network.predict(patches, batch_size=128, verbose=0)
    seconds = front_end.own_frames * front_end.frame_seconds
    centres = (np.arange(len(patches), dtype=np.float64) + 0.5) * seconds
    return outputs_of(centres, outputs)
