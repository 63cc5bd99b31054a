"""Training examples of a student: bands, labels and soft labels, by dataset and split."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.emopia import NAME as PIANO
from quadpred_plugin.training.datasets.emopia import read_renders
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.features import cache_features
from quadpred_plugin.training.midi.renditions import training_renders, validation_sets
from quadpred_plugin.training.recipes.kinds import Student
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from quadpred_plugin.training.splits import hold_out, split_tracks
from quadpred_plugin.training.targets import one_hot
from quadpred_plugin.training.teachers.soft_labels import (
    SoftLabels,
    embedding_labels,
    note_labels,
)


@dataclass(frozen=True)
class TrainingExample:
    """Bands of one clip, with its targets.

    Attributes
    ----------
    features : ndarray of float16, shape (frames, bands)
        ln units.
    quadrant : int or None
        The clip's label, 0 to 3; None where there is none.
    times : ndarray, shape (windows,)
        Centre of each window with a soft label, s.
    quadrants : ndarray, shape (windows, 4)
        Soft labels.
    auxiliary : ndarray, shape (windows, components), optional
        Auxiliary targets.
    auxiliary_times : ndarray, shape (windows,), optional
        Centre of each of their windows, s.
    """

    features: NDArray[np.float16]
    quadrant: int | None
    times: NDArray[np.floating]
    quadrants: NDArray[np.floating]
    auxiliary: NDArray[np.floating] | None = None
    auxiliary_times: NDArray[np.floating] | None = None


@dataclass(frozen=True)
class StudentTracks:
    """Tracks of a student's run, by dataset."""

    train: dict[str, list[Track]]
    validation: dict[str, list[Track]]
    test: dict[str, list[Track]]


def choose_tracks(
    workspace: Workspace,
    datasets: Sequence[str],
    fold: int | None,
    validation_share: float,
    seed: int,
) -> StudentTracks:
    """Split the tracks of one run.

    Parameters
    ----------
    workspace : Workspace
    datasets : sequence of str
        To train on; 4Q and EMOPIA's renders are known. 4Q's test fold is always among the
        tests, EMOPIA's validation part where its renders are trained on.
    fold : int or None
        4Q's fold that is only tested; None trains on all folds.
    validation_share : float
        Share of the artists and of the songs that decides early stopping; 0 for none.
    seed : int

    Raises
    ------
    QuadpredError
        If a table is missing or can't be read, or a dataset is another one.
    """
    if unknown := sorted(set(datasets) - {POP, PIANO}):
        raise QuadpredError(
            f"Students are trained on the datasets {POP} and {PIANO}, not on {', '.join(unknown)}: "
            "'quadpred train scratch' takes any labelled dataset."
        )
    pop = workspace.dataset(POP)
    split = split_tracks(workspace.tracks(POP), pop, fold, validation_share, seed)
    chosen = StudentTracks({POP: split.train}, {POP: split.validation}, {POP: split.test})
    if PIANO in datasets:
        renders = read_renders(workspace.folder(RENDERS))
        usable = training_renders(renders, final=fold is None)
        out = hold_out(usable, validation_share, seed)
        chosen.train[PIANO] = [one for one, held in zip(usable, out) if not held]
        chosen.validation[PIANO] = [one for one, held in zip(usable, out) if held]
        chosen.test.update(validation_sets(renders))
    return chosen


def soft_label_files(recipe: Student, work: Path, fold: int | None) -> dict[str, Path]:
    """Return the files of soft labels that a recipe asks for, by dataset."""
    places: dict[str, Callable[[], Path]] = {
        POP: lambda: embedding_labels(work, fold),
        PIANO: lambda: note_labels(work),
    }
    return {name: places[name]() for name, one in recipe.datasets.items() if one.teacher_share}


def read_soft_labels(recipe: Student, work: Path, fold: int | None) -> dict[str, SoftLabels]:
    """Read the soft labels that a recipe asks for, by dataset.

    Raises
    ------
    QuadpredError
        If they haven't been made; the message names the command.
    """
    commands = {POP: "quadpred train teacher", PIANO: "quadpred train notes"}
    return {
        name: SoftLabels(path, commands[name])
        for name, path in soft_label_files(recipe, work, fold).items()
    }


def load_examples(
    tracks: Mapping[str, Sequence[Track]],
    preprocessing: Preprocessing,
    work: Path,
    labels: Mapping[str, SoftLabels] | None = None,
) -> dict[str, list[TrainingExample]]:
    """Load the examples of tracks, by dataset, with soft labels where there are some."""
    return {
        name: [
            _example(track, path, (labels or {}).get(name))
            for track, path in zip(several, cache_features(several, preprocessing, work))
        ]
        for name, several in tracks.items()
    }


def _example(track: Track, path: Path, labels: SoftLabels | None) -> TrainingExample:
    soft = labels.of(track.undegraded) if labels else None
    times, quadrants = soft or (np.zeros(1), one_hot(track.quadrant)[np.newaxis])
    return TrainingExample(np.load(path), track.quadrant, times - track.start, quadrants)
