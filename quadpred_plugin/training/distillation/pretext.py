"""Pretext training: predict musicnn's embedding, or the notes played, without emotion labels."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.datasets.emopia import NAME as PIANO
from quadpred_plugin.training.datasets.emopia import read_renders
from quadpred_plugin.training.datasets.games import NAME as GAMES
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.distillation.auxiliary_targets import (
    SOURCE,
    Projection,
    read_embedding,
    standardise_notes,
)
from quadpred_plugin.training.distillation.examples import TrainingExample
from quadpred_plugin.training.distillation.student import train_pretext
from quadpred_plugin.training.features import load_features
from quadpred_plugin.training.midi.render_notes import note_features_by_render
from quadpred_plugin.training.midi.renditions import one_render_each, training_renders
from quadpred_plugin.training.recipes.kinds import Pretext
from quadpred_plugin.training.runs.fitting import BEST, Figures, is_finished
from quadpred_plugin.training.runs.record import open_run, record_of
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from quadpred_plugin.training.teachers.embeddings import cache_embeddings
from quadpred_plugin.training.teachers.windows import window_times

# Long pieces are cut into parts of half a minute, so that a piece counts by its length.
_PART_SECONDS = 30
_LEAST_FRAMES = 62
# Every n-th window of each dataset is used to fit the principal components.
_PROJECTION_STEPS = {GAMES: 2, PIANO: 4}


def pretext_folder(workspace: Workspace, recipe: Pretext) -> Path:
    """Return the folder of a pretext training's networks and log."""
    return workspace.run_folder("pretext", recipe.name)


def run_pretext(
    workspace: Workspace, recipe: Pretext, jobs: int, report: Callable[[str, Figures], None]
) -> Path:
    """Train a network on a pretext task, or resume; return the run's folder.

    Parameters
    ----------
    workspace : Workspace
    recipe : Pretext
    jobs : int
        Processes that compute features.
    report : callable
        Called with the recipe's name and each epoch's figures.

    Raises
    ------
    QuadpredError
        If the task or a dataset is unknown, or a dataset's place wasn't given.
    """
    tasks = {"embeddings": _embedding_examples, "notes": _note_examples}
    if recipe.task not in tasks:
        raise QuadpredError(
            f"The recipe '{recipe.name}' has the task '{recipe.task}', which must be one of "
            f"{', '.join(tasks)}."
        )
    tracks = pretext_tracks(workspace, recipe)
    run = open_run(
        pretext_folder(workspace, recipe),
        record_of("pretext", recipe, {"train": [one for all in tracks.values() for one in all]},
                  recipe.front_end)
    )  # fmt: skip
    if not is_finished(recipe.schedule, run):
        examples = tasks[recipe.task](workspace, tracks, recipe.front_end, jobs)
        train_pretext(recipe, examples, run, lambda figures: report(recipe.name, figures))
    return run.folder


def initial_network(workspace: Workspace, recipe: Pretext | None) -> tuple[Any, dict[str, Path]]:
    """Return the network of a pretext training and its file, for a student's record.

    Returns
    -------
    network : keras.Model or None
        None without a pretext training.
    files : dict of Path
        ``initial_weights``; empty without a pretext training.

    Raises
    ------
    QuadpredError
        If the training hasn't been run.
    """
    if recipe is None:
        return None, {}
    path = pretext_folder(workspace, recipe) / BEST
    if not path.exists():
        raise QuadpredError(f"There is no {path}: run 'quadpred train pretext {recipe.name}'.")
    import keras

    return keras.saving.load_model(path, compile=False), {"initial_weights": path}


def pretext_tracks(workspace: Workspace, recipe: Pretext) -> dict[str, list[Track]]:
    """Return the tracks of a pretext training, by dataset.

    EMOPIA's validation part is never among them; of each clip one render for the task
    ``embeddings``, and all by the training soundfonts for ``notes``.
    """
    tracks = {}
    for name in recipe.datasets:
        if name == PIANO:
            renders = read_renders(workspace.folder(RENDERS))
            every = recipe.task == "notes"
            tracks[name] = training_renders(renders, final=False) if every else one_render_each(
                renders
            )  # fmt: skip
        else:
            tracks[name] = workspace.tracks(name)
    return tracks


def _embedding_examples(
    workspace: Workspace,
    tracks: dict[str, list[Track]],
    preprocessing: Preprocessing,
    jobs: int,
) -> dict[str, Sequence[TrainingExample]]:
    embeddings = {
        name: [
            read_embedding(path) for path in cache_embeddings(SOURCE, several, workspace.work, jobs)
        ]
        for name, several in tracks.items()
    }
    projection = Projection.fit(
        [
            one[:: _PROJECTION_STEPS.get(name, 1)]
            for name, several in embeddings.items()
            for one in several
        ]
    )
    return {
        name: [
            part
            for features, embedding in zip(
                load_features(several, preprocessing, workspace.work, jobs), embeddings[name]
            )
            for part in cut_parts(features, projection(embedding), preprocessing)
        ]
        for name, several in tracks.items()
    }


def _note_examples(
    workspace: Workspace,
    tracks: dict[str, list[Track]],
    preprocessing: Preprocessing,
    jobs: int,
) -> dict[str, Sequence[TrainingExample]]:
    if set(tracks) != {PIANO}:
        raise QuadpredError(f"The pretext task 'notes' needs the dataset '{PIANO}' and no other.")
    notes = note_features_by_render(workspace, preprocessing, jobs)
    renders = tracks[PIANO]
    targets = standardise_notes([notes[one.name] for one in renders])
    features = load_features(renders, preprocessing, workspace.work, jobs)
    return {
        PIANO: [
            _unlabelled(bands, target, notes[one.name].times)
            for one, bands, target in zip(renders, features, targets)
        ]
    }


def cut_parts(
    features: NDArray[np.float16], targets: NDArray[np.float32], preprocessing: Preprocessing
) -> list[TrainingExample]:
    """Cut a piece into unlabelled examples of half a minute, with their auxiliary targets.

    Parameters
    ----------
    features : ndarray of float16, shape (frames, bands)
    targets : ndarray of float32, shape (windows, components)
        Over the piece, on the grid of `windows.window_times`.
    preprocessing : Preprocessing
    """
    seconds = preprocessing.frame_seconds
    size = round(_PART_SECONDS / seconds)
    times = window_times(len(targets))
    parts = []
    for start in range(0, max(1, len(features) - _LEAST_FRAMES), size):
        part = features[start : start + size]
        near = np.abs(times - (start + len(part) / 2) * seconds) <= _PART_SECONDS / 2 + 1
        if len(part) >= _LEAST_FRAMES and near.any():
            parts.append(_unlabelled(part, targets[near], times[near] - start * seconds))
    return parts


def _unlabelled(
    features: NDArray[np.float16], targets: NDArray[np.float32], times: NDArray[np.floating]
) -> TrainingExample:
    none = np.zeros((1, len(QUADRANTS)))
    return TrainingExample(features, None, np.zeros(1), none, targets, times)
