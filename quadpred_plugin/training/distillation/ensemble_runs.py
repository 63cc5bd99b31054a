"""Pairs of students on real data: a fold, all folds, or all clips."""

from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.distillation.examples import PIANO, POP, Lessons, gather_lessons
from quadpred_plugin.training.distillation.student import heads_alone
from quadpred_plugin.training.distillation.student_runs import (
    Report,
    StudentData,
    judge_tests,
    run_student,
)
from quadpred_plugin.training.networks.gated_ensemble import (
    Gate,
    Pair,
    draw_patches,
    fit_gate,
    join,
)


def run_pair(data: StudentData, recipe: Pair, fold: int | None, report: Report) -> Any:
    """Train both students and their gate, and let them judge the test clips, unless that is done.

    Parameters
    ----------
    data : StudentData
    recipe : Pair
    fold : int or None
        4Q's fold that only tests; None for the model that learns from all of them.
    report : callable
        Called with the run's name and each epoch's figures.

    Returns
    -------
    network : keras.Model
    """
    movement = heads_alone(run_student(data, recipe.movement, fold, report))
    tones = heads_alone(run_student(data, recipe.tones, fold, report))
    lessons = gather_lessons(
        data.music, data.renders, data.work, data.preprocessing, fold, (), 0.0, recipe.seed
    )
    folder = data.folder(recipe, fold)
    folder.mkdir(parents=True, exist_ok=True)
    if not gate_file(folder).exists():
        pop, piano = _draw(data, recipe, lessons)
        _write_gate(fit_gate(movement, pop, piano), gate_file(folder))
    network = join(movement, tones, read_gate(folder), recipe.sureness)
    judge_tests(network, lessons, folder, data.preprocessing)
    return network


def _draw(data: StudentData, recipe: Pair, lessons: Lessons) -> list[NDArray[np.float32]]:
    random = np.random.default_rng(recipe.seed)
    return [
        draw_patches(
            [one.features for one in lessons.train[corpus]],
            recipe.gate_patches,
            data.preprocessing.patch_size,
            random,
        )
        for corpus in (POP, PIANO)
    ]


def gate_file(folder: Path) -> Path:
    """Return where a pair's gate is in its run's folder."""
    return folder / "gate.npz"


def _write_gate(gate: Gate, path: Path) -> None:
    def write(stream: IO[Any]) -> None:
        np.savez(stream, weights=gate.weights, offset=gate.offset)

    write_atomically(path, write)


def read_gate(folder: Path) -> Gate:
    """Read the gate of a pair from its run's folder."""
    with np.load(gate_file(folder)) as content:
        return Gate(content["weights"], float(content["offset"]))
