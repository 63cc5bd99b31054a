"""Students on real data: a fold, all folds, or all clips; each goes on where it was left."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.calibration import fit_folds, pooling_by_fold
from quadpred_plugin.training.corpora import CORPORA
from quadpred_plugin.training.fitting import Figures
from quadpred_plugin.training.grid import read_predictions, write_predictions
from quadpred_plugin.training.lessons import PIANO, POP, gather_lessons
from quadpred_plugin.training.listening import gather_listening
from quadpred_plugin.training.release import cross_validation, of_student
from quadpred_plugin.training.scoring import Fold, score_folds
from quadpred_plugin.training.student import Student, heads_alone, train_student
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
        {corpus for corpus, subject in recipe.subjects.items() if subject.teacher_share},
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
        _listener(data, recipe),
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


def train_listener(
    data: StudentData, recipe: Student, games: Path, jobs: int, report: Report
) -> Path:
    """Let a student learn to guess hints, without labels; return its folder.

    Parameters
    ----------
    data : StudentData
        Its renders are listened to if the recipe asks for them.
    recipe : Student
        Weighs the hints and nothing else.
    games : Path
        Folder of the games' music.
    jobs : int
        Processes that compute features.
    report : callable
        Called with the recipe's name and each epoch's figures.
    """
    renders = data.renders if PIANO in recipe.subjects else None
    lessons = gather_listening(games, renders, data.work, data.preprocessing, jobs)
    folder = data.folder(recipe, None)
    train_student(
        recipe, data.preprocessing, lessons, {}, folder, lambda one: report(recipe.name, one)
    )
    return folder


def _listener(data: StudentData, recipe: Student) -> Any | None:
    if not recipe.listener:
        return None
    path = data.work / "students" / recipe.listener / "all" / "best.keras"
    if not path.exists():
        raise QuadpredError(f"There is no {path}: run 'quadpred train listen {recipe.listener}'.")
    import keras

    return keras.saving.load_model(path, compile=False)


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
    """Score the folds' students together, each pooled by what was fitted on the others' tests.

    Returns
    -------
    scores : dict
        By corpus, as `scoring.score_folds` returns them. EMOPIA's validation part is judged by
        every fold's student; its scores count each clip as often.
    """
    music = _folds(data, recipe, POP)
    pooling = pooling_by_fold(music)
    others = {
        corpus: _folds(data, recipe, corpus)
        for corpus in recipe.subjects
        if corpus != POP and predictions_file(data, recipe, 0, corpus).exists()
    }
    return {corpus: score_folds(folds, pooling) for corpus, folds in {POP: music, **others}.items()}


def _folds(data: StudentData, recipe: Student, corpus: str) -> list[Fold]:
    return [read_predictions(predictions_file(data, recipe, fold, corpus)) for fold in range(FOLDS)]


def export_student(
    data: StudentData, recipe: Student, name: str, folder: Path, release_date: str
) -> Path:
    """Freeze the model that learned from all clips; its card has the folds' scores.

    Returns
    -------
    graph : Path

    Raises
    ------
    QuadpredError
        If the model or a fold's predictions aren't there.
    """
    from quadpred_plugin.training.export import export

    best = data.folder(recipe, None) / "best.keras"
    needed = [best, *(predictions_file(data, recipe, fold, POP) for fold in range(FOLDS))]
    if missing := [path for path in needed if not path.exists()]:
        raise QuadpredError(
            f"There is no {missing[0]}: run 'quadpred train student {recipe.name}' for the folds, "
            "and again with --final."
        )
    import keras

    network = heads_alone(keras.saving.load_model(best, compile=False))
    scores = pooled_scores(data, recipe)
    metrics = {
        **scores[POP],
        "other_corpora": {
            corpus: {level: one[level] for level in ("patch", "clip")}
            for corpus, one in scores.items()
            if corpus != POP
        },
        "protocol": cross_validation(scores[POP], CORPORA[POP]),
    }
    pooling = fit_folds(_folds(data, recipe, POP))
    release = of_student(recipe, pooling, metrics)
    return export(network, data.preprocessing, release, name, folder, release_date)
