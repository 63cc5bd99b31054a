"""Students on real data: a fold, all folds, or all clips; each goes on where it was left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import read_clips
from quadpred_plugin.training.datasets.games import GAMES
from quadpred_plugin.training.distillation.examples import (
    PIANO,
    PIANO_HELD_BACK,
    PIANO_KNOWN,
    POP,
    Lessons,
    gather_lessons,
)
from quadpred_plugin.training.distillation.pretext import gather_listening, gather_played
from quadpred_plugin.training.distillation.student import Student, train_student
from quadpred_plugin.training.evaluation.calibration import fit_folds, pooling_by_fold
from quadpred_plugin.training.evaluation.scoring import Fold, score_folds
from quadpred_plugin.training.language_study.experiments import read_predictions, write_predictions
from quadpred_plugin.training.runs.fitting import Figures
from quadpred_plugin.training.runs.workers import run_side_by_side

Report = Callable[[str, Figures], None]


class Recipe(Protocol):
    """Settings of a student, or of several that judge together."""

    @property
    def name(self) -> str:
        """Of the folder of its runs."""


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

    @property
    def folds(self) -> list[int]:
        """The folds that the music's table names."""
        return sorted({clip.fold for clip in read_clips(self.music / "labels.csv")})

    def folder(self, recipe: Recipe, fold: int | None) -> Path:
        """Where a run's networks, log and predictions are."""
        return self.work / "students" / recipe.name / ("all" if fold is None else f"fold{fold}")


def predictions_file(data: StudentData, recipe: Recipe, fold: int, corpus: str) -> Path:
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
    judge_tests(network, lessons, folder, data.preprocessing)
    return network


def judge_tests(network: Any, lessons: Lessons, folder: Path, preprocessing: Preprocessing) -> None:
    """Let a network judge the test clips of each corpus, unless that is done.

    Parameters
    ----------
    network : keras.Model
    lessons : Lessons
        Whose tests are judged.
    folder : Path
        Of the run; gets ``<corpus>.npz``.
    preprocessing : Preprocessing
    """
    for corpus, clips in lessons.test.items():
        path = folder / f"{corpus}.npz"
        if clips and not path.exists():
            write_predictions(
                path,
                network,
                [one.features for one in clips],
                np.array([one.quadrant for one in clips]),
                preprocessing,
            )


def train_listener(
    data: StudentData, recipe: Student, games: Path | None, jobs: int, report: Report
) -> Path:
    """Let a student learn to guess hints, without labels; return its folder.

    Parameters
    ----------
    data : StudentData
        Its renders are listened to if the recipe asks for them.
    recipe : Student
        Weighs the hints and nothing else: what musicnn hears if it asks for games' music,
        and what is played if it doesn't.
    games : Path or None
        Folder of the games' music.
    jobs : int
        Processes that compute features.
    report : callable
        Called with the recipe's name and each epoch's figures.
    """
    renders = data.renders if PIANO in recipe.subjects else None
    if GAMES.name in recipe.subjects:
        if games is None:
            raise QuadpredError(f"The recipe '{recipe.name}' asks for games' music: add --games.")
        lessons = gather_listening(games, renders, data.work, data.preprocessing, jobs)
    else:
        if renders is None:
            raise QuadpredError(f"The recipe '{recipe.name}' asks for piano: add --renders.")
        lessons = gather_played(renders, data.work, data.preprocessing, jobs)
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


def cross_validate(
    train: Callable[[StudentData, Recipe, int | None, Report], Any],
    data: StudentData,
    recipe: Recipe,
    jobs: int,
    report: Report,
) -> dict[str, Any]:
    """Train a student a fold, unless they are there, and score what they say of their tests.

    Parameters
    ----------
    train : callable
        `run_student` or `pairs.run_pair`, as the recipe asks.
    data : StudentData
    recipe : Student or Pair
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
        fold for fold in data.folds if not predictions_file(data, recipe, fold, POP).exists()
    ]
    run_side_by_side(train, [(data, recipe, fold, report) for fold in missing], jobs)
    return pooled_scores(data, recipe)


def pooled_scores(data: StudentData, recipe: Recipe) -> dict[str, Any]:
    """Score the folds' students together, each pooled by what was fitted on the others' tests.

    The folds are those whose predictions are there, so that the corpus itself isn't needed.

    Returns
    -------
    scores : dict
        By corpus, as `scoring.score_folds` returns them. EMOPIA's validation part is judged by
        every fold's student; its scores count each clip as often.
    """
    music = read_folds(data, recipe, POP)
    pooling = pooling_by_fold(music)
    piano = {
        corpus: read_folds(data, recipe, corpus)
        for corpus in (PIANO_HELD_BACK, PIANO_KNOWN)
        if predictions_file(data, recipe, judged_folds(data, recipe)[0], corpus).exists()
    }
    every = {POP: music, **_all_of_piano(piano)}
    return {corpus: score_folds(folds, pooling) for corpus, folds in every.items()}


def _all_of_piano(parts: Mapping[str, Sequence[Fold]]) -> dict[str, list[Fold]]:
    """Set before the renders of EMOPIA, known and held back, all of them as `PIANO`."""
    if not parts:
        return {}
    together: list[Fold] = [
        (np.concatenate([one for one, _ in fold]), [clip for _, clips in fold for clip in clips])
        for fold in zip(*parts.values(), strict=True)
    ]
    return {PIANO: together, **{corpus: list(folds) for corpus, folds in parts.items()}}


def final_scores(data: StudentData, recipe: Recipe) -> dict[str, Any]:
    """Score the weights that learned from all clips, as far as they have judged others.

    Returns
    -------
    scores : dict
        Of EMOPIA's validation part, whose songs they never learned: by corpus, as
        `scoring.score_folds` returns them. Pooled as 4Q's folds gave.
    """
    pooling = fit_folds(read_folds(data, recipe, POP))
    folder = data.folder(recipe, None)
    piano = {
        corpus: [read_predictions(folder / f"{corpus}.npz")]
        for corpus in (PIANO_HELD_BACK, PIANO_KNOWN)
        if (folder / f"{corpus}.npz").exists()
    }
    return {corpus: score_folds(one, [pooling]) for corpus, one in _all_of_piano(piano).items()}


def read_folds(data: StudentData, recipe: Recipe, corpus: str) -> list[Fold]:
    """Return what the folds' networks say of their test clips of a corpus."""
    return [
        read_predictions(predictions_file(data, recipe, fold, corpus))
        for fold in judged_folds(data, recipe)
    ]


def judged_folds(data: StudentData, recipe: Recipe) -> list[int]:
    """Return the folds whose networks have judged their test clips, one at least.

    Raises
    ------
    QuadpredError
        If there is none.
    """
    runs = data.folder(recipe, None).parent.glob(f"fold*/{POP}.npz")
    if folds := sorted(int(path.parent.name.removeprefix("fold")) for path in runs):
        return folds
    raise QuadpredError(
        f"No fold of '{recipe.name}' has been judged in {data.work}: run 'quadpred train student "
        f"{recipe.name}'."
    )
