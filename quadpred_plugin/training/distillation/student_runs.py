"""Runs of students and ensembles: one fold, or all of the data."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.datasets.emopia import NAME as PIANO
from quadpred_plugin.training.datasets.fourq import NAME as POP
from quadpred_plugin.training.distillation.examples import (
    choose_tracks,
    load_examples,
    read_soft_labels,
    soft_label_files,
)
from quadpred_plugin.training.distillation.pretext import initial_network
from quadpred_plugin.training.distillation.student import train_student
from quadpred_plugin.training.distillation.trunk import heads_only
from quadpred_plugin.training.evaluation.predictions import write_predictions
from quadpred_plugin.training.features import load_features
from quadpred_plugin.training.networks.gated_ensemble import Gate, build_ensemble, fit_gate
from quadpred_plugin.training.patches import draw
from quadpred_plugin.training.recipes.kinds import Ensemble, Student
from quadpred_plugin.training.runs.fitting import BEST, Report, best_network, is_finished
from quadpred_plugin.training.runs.record import Run, open_run, record_of
from quadpred_plugin.training.runs.workspace import Workspace, part_name
from quadpred_plugin.training.splits import fold_numbers
from quadpred_plugin.training.targets import track_quadrants

Trained = Student | Ensemble

GATE = "gate.npz"


def student_folder(workspace: Workspace, recipe: Trained, fold: int | None) -> Path:
    """Return the folder of a run's networks, log and predictions."""
    return workspace.run_folder("students", recipe.name, part_name(fold))


def run_folders(workspace: Workspace, recipe: Trained, folds: Iterable[int | None]) -> list[Path]:
    """Return the folders of a recipe's runs on folds, those of an ensemble's members included."""
    members = [recipe.convolutional, recipe.harmony] if isinstance(recipe, Ensemble) else []
    return [student_folder(workspace, one, fold) for one in (*members, recipe) for fold in folds]


def predictions_file(workspace: Workspace, recipe: Trained, fold: int | None, tests: str) -> Path:
    """Return the file of a run's predictions for a test set."""
    return student_folder(workspace, recipe, fold) / f"{tests}.npz"


def run(workspace: Workspace, recipe: Trained, fold: int | None, report: Report) -> Any:
    """Train a student or an ensemble, and predict its test tracks; or resume.

    Parameters
    ----------
    workspace : Workspace
    recipe : Student or Ensemble
    fold : int or None
        4Q's fold that is only tested; None for the model that is trained on all folds.
    report : callable
        Called with the run's name and each epoch's figures.

    Returns
    -------
    network : keras.Model

    Raises
    ------
    QuadpredError
        If data, soft labels or initial weights are missing, or the folder belongs to a run
        that was made otherwise.
    """
    if isinstance(recipe, Ensemble):
        return _run_ensemble(workspace, recipe, fold, report)
    return _run_student(workspace, recipe, fold, report)


def _run_student(workspace: Workspace, recipe: Student, fold: int | None, report: Report) -> Any:
    tracks = choose_tracks(
        workspace, list(recipe.datasets), fold, recipe.validation_share, recipe.schedule.seed
    )
    initial, files = initial_network(workspace, recipe.initial_weights)
    labels = read_soft_labels(recipe, workspace.work, fold)
    files |= {
        f"soft_labels_{name}": path
        for name, path in soft_label_files(recipe, workspace.work, fold).items()
    }
    used = {name: tracks.train[name] for name in recipe.datasets}
    held_out = {name: several for name, several in tracks.validation.items() if name in used}
    parts = {"train": used, "validation": held_out, "test": tracks.test}
    run = open_run(
        student_folder(workspace, recipe, fold),
        record_of(
            "student",
            recipe,
            {
                f"{part}-{name}": several
                for part, by_name in parts.items()
                for name, several in by_name.items()
            },
            recipe.front_end,
            files,
        ),
    )
    name = f"{recipe.name} {part_name(fold)}"
    if is_finished(recipe.schedule, run):
        trained = best_network(run)
    else:
        trained = train_student(
            recipe,
            load_examples(used, recipe.front_end, workspace.work, labels),
            load_examples(held_out, recipe.front_end, workspace.work),
            run,
            lambda figures: report(name, figures),
            initial,
        )
    network = heads_only(trained, tuple(recipe.loss_weights))
    _predict_tests(network, run, tracks.test, recipe.front_end, workspace)
    return network


def _run_ensemble(workspace: Workspace, recipe: Ensemble, fold: int | None, report: Report) -> Any:
    members = {
        "convolutional": _run_student(workspace, recipe.convolutional, fold, report),
        "harmony": _run_student(workspace, recipe.harmony, fold, report),
    }
    tracks = choose_tracks(workspace, (POP, PIANO), fold, 0.0, recipe.seed)
    files = {
        name: student_folder(workspace, student, fold) / BEST
        for name, student in (
            ("convolutional", recipe.convolutional),
            ("harmony", recipe.harmony),
        )
    }
    parts = {f"train-{name}": several for name, several in tracks.train.items()}
    parts |= {f"test-{name}": several for name, several in tracks.test.items()}
    run = open_run(
        student_folder(workspace, recipe, fold),
        record_of("gate", recipe, parts, recipe.front_end, files),
    )
    if not run.file(GATE).exists():
        random = np.random.default_rng(recipe.seed)
        pop, piano = (_draw(workspace, recipe, tracks.train[name], random) for name in (POP, PIANO))
        _write_gate(fit_gate(members["convolutional"], pop, piano), run.file(GATE))
    network = build_ensemble(
        members["convolutional"],
        members["harmony"],
        read_gate(run.folder),
        recipe.harmony_logit_scale,
    )
    _predict_tests(network, run, tracks.test, recipe.front_end, workspace)
    return network


def _draw(
    workspace: Workspace, recipe: Ensemble, tracks: Any, random: np.random.Generator
) -> NDArray[np.float32]:
    features = load_features(tracks, recipe.front_end, workspace.work)
    chosen = random.integers(len(features), size=recipe.gate_patches)
    return draw(features, [int(one) for one in chosen], recipe.front_end.patch_size, random)


def _predict_tests(
    network: Any,
    run: Run,
    tests: Mapping[str, Any],
    preprocessing: Preprocessing,
    workspace: Workspace,
) -> None:
    for name, tracks in tests.items():
        path = run.file(f"{name}.npz")
        if tracks and not path.exists():
            features = load_features(tracks, preprocessing, workspace.work)
            write_predictions(path, network, features, track_quadrants(tracks), preprocessing)


def read_gate(folder: Path) -> Gate:
    """Read the gate of an ensemble from its run's folder."""
    with np.load(folder / GATE) as content:
        return Gate(content["weights"], float(content["offset"]))


def _write_gate(gate: Gate, path: Path) -> None:
    def write(stream: IO[Any]) -> None:
        np.savez(stream, weights=gate.weights, offset=gate.offset)

    write_atomically(path, write)


def music_folds(workspace: Workspace) -> list[int]:
    """Return the folds of 4Q's table."""
    return fold_numbers(workspace.tracks(POP))
