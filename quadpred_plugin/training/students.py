"""Students on real data: a fold, all folds, or all clips; each goes on where it was left."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.calibration import (
    Temperatures,
    apply_temperatures,
    fit_temperatures,
)
from quadpred_plugin.training.fitting import Figures
from quadpred_plugin.training.grid import read_predictions, write_predictions
from quadpred_plugin.training.lessons import POP, gather_lessons
from quadpred_plugin.training.scoring import HEAD_CLASSES, Outputs, score_clips
from quadpred_plugin.training.student import Student, train_student
from quadpred_plugin.training.workers import run_side_by_side

FOLDS = 5
Report = Callable[[str, Figures], None]


@dataclass(frozen=True)
class StudentData:
    """Where the data are and where work is kept.

    Attributes
    ----------
    music : Path
        Folder of the 4Q set.
    renders : Path or None
        EMOPIA's ``renders.csv``.
    work : Path
        Folder of caches, teachers' labels and runs.
    preprocessing : Preprocessing
    """

    music: Path
    renders: Path | None
    work: Path
    preprocessing: Preprocessing

    def folder(self, recipe: Student, fold: int | None) -> Path:
        """Where a run's networks, log and predictions are."""
        return self.work / "students" / recipe.name / ("all" if fold is None else f"fold{fold}")


def predictions_file(data: StudentData, recipe: Student, fold: int, corpus: str) -> Path:
    """Return where a fold's predictions of a corpus' test clips are."""
    return data.folder(recipe, fold) / f"{corpus}.npz"


def run_student(data: StudentData, recipe: Student, fold: int | None, report: Report) -> Any:
    """Train a student and let it judge its test clips, unless that is done.

    Parameters
    ----------
    data : StudentData
    recipe : Student
    fold : int or None
        4Q's fold that only tests; None for the model that learns from all of them.
    report : callable
        Called with the run's name and each epoch's figures.

    Returns
    -------
    network : keras.Model
    """
    lessons = gather_lessons(
        data.music,
        data.renders if set(recipe.subjects) - {POP} else None,
        data.work,
        data.preprocessing,
        fold,
        recipe.validation_share,
        recipe.schedule.seed,
    )
    folder = data.folder(recipe, fold)
    name = f"{recipe.name} {folder.name}"
    network = train_student(
        recipe,
        data.preprocessing,
        lessons.train,
        lessons.validation if recipe.validation_share else {},
        folder,
        lambda figures: report(name, figures),
    )
    for corpus, clips in lessons.test.items():
        path = folder / f"{corpus}.npz"
        if clips and not path.exists():
            write_predictions(
                path,
                network,
                [one.features for one in clips],
                np.array([one.quadrant for one in clips]),
                data.preprocessing,
            )
    return network


def cross_validate(data: StudentData, recipe: Student, jobs: int, report: Report) -> dict[str, Any]:
    """Train a student a fold, unless they are there, and score what they say of their tests.

    Parameters
    ----------
    data : StudentData
    recipe : Student
    jobs : int
        Folds at a time, one core each.
    report : callable
        Of a module's top level; called in other processes.

    Returns
    -------
    scores : dict
        As `pooled_scores` gives.
    """
    missing = [
        fold for fold in range(FOLDS) if not predictions_file(data, recipe, fold, POP).exists()
    ]
    run_side_by_side(run_student, [(data, recipe, fold, report) for fold in missing], jobs)
    return pooled_scores(data, recipe)


def pooled_scores(data: StudentData, recipe: Student) -> dict[str, Any]:
    """Score the folds' students together, each with temperatures from the others' tests.

    Returns
    -------
    scores : dict
        By corpus, as `scoring.score_clips` returns them for all folds' tests together, and
        ``folds``, the F1 of each head by level, one a fold. EMOPIA's validation part is
        judged by every fold's student; its rows count each clip as often.
    """
    said = {
        corpus: [
            read_predictions(predictions_file(data, recipe, fold, corpus)) for fold in range(FOLDS)
        ]
        for corpus in recipe.subjects
    }
    calibrated: dict[str, list[tuple[Any, Outputs]]] = {corpus: [] for corpus in said}
    for fold in range(FOLDS):
        temperatures = _temperatures([one for other, one in enumerate(said[POP]) if other != fold])
        for corpus, folds in said.items():
            quadrants, outputs = folds[fold]
            calibrated[corpus].append((quadrants, apply_temperatures(outputs, temperatures)))
    return {corpus: _pool(folds) for corpus, folds in calibrated.items()}


def final_temperatures(data: StudentData, recipe: Student) -> Temperatures:
    """Return the temperatures of the model that learned from all clips: from all folds' tests."""
    return _temperatures(
        [read_predictions(predictions_file(data, recipe, fold, POP)) for fold in range(FOLDS)]
    )


def _temperatures(folds: list[tuple[Any, Outputs]]) -> Temperatures:
    quadrants = np.concatenate([one for one, _ in folds])
    return fit_temperatures(quadrants, [clip for _, outputs in folds for clip in outputs])


def _pool(folds: list[tuple[Any, Outputs]]) -> dict[str, Any]:
    quadrants = np.concatenate([one for one, _ in folds])
    scores = score_clips(quadrants, [clip for _, outputs in folds for clip in outputs])
    each = [score_clips(*one) for one in folds]
    scores["folds"] = {
        level: {head: [one[level][head]["f1"] for one in each] for head in HEAD_CLASSES}
        for level in ("patch", "clip")
    }
    return scores
