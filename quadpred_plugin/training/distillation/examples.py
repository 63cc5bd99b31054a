"""What a student is given: features, the clips' labels and what the teacher said of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import CORPORA, read_clips
from quadpred_plugin.training.distillation.student import Lesson
from quadpred_plugin.training.features import cache_features
from quadpred_plugin.training.midi.rendering import HELD_BACK
from quadpred_plugin.training.splits import split_clips
from quadpred_plugin.training.teachers.labelled_files import Example, read_renders, train_part

POP, PIANO = "4q", "emopia"
# EMOPIA's validation part by the soundfont that is held back, and by those that training knows.
PIANO_HELD_BACK, PIANO_KNOWN = "emopia-held-back", "emopia-known"
RENDERS = "renders"
_NO_FOLD = -1


@dataclass(frozen=True)
class Lessons:
    """Who trains, who decides when to stop and who is only tested, each by corpus."""

    train: dict[str, list[Lesson]]
    validation: dict[str, list[Lesson]]
    test: dict[str, list[Lesson]]


class Teacher:
    """Soft labels of one corpus, as `teacher.labels` and `teacher.notes` write them.

    Parameters
    ----------
    path : Path
    command : str
        That writes them.

    Raises
    ------
    QuadpredError
        If they aren't there.
    """

    def __init__(self, path: Path, command: str = "quadpred train teacher") -> None:
        try:
            with np.load(path) as content:
                arrays = {name: content[name] for name in content.files}
        except OSError as error:
            raise QuadpredError(
                f"There are no teacher's labels {path}: run '{command}'."
            ) from error
        names, offsets = arrays["names"], arrays["offsets"]
        self._said: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        for index, name in enumerate(map(str, names)):
            rows = slice(offsets[index], offsets[index + 1])
            whole = arrays["clip_quadrants"][index : index + 1]
            # Other performances of a clip are as long, or not quite: they get its mean word.
            self._said.setdefault(name.split("@")[0], (np.zeros(1), whole))
            self._said[name] = (arrays["times"][rows], arrays["quadrants"][rows])

    def said(self, name: str) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Return times (windows,) and quadrants (windows, 4) of a clip; None if not labelled."""
        return self._said.get(name) or self._said.get(name.split("@")[0])


def held_back(example: Example) -> bool:
    """Whether a render is by the soundfont that no model of a fold learns from."""
    return example.soundfont == HELD_BACK


def learned_renders(examples: Sequence[Example], final: bool) -> list[Example]:
    """Return what may be learned from: no song of the validation part.

    Renders by the soundfont that is held back are for the final model alone.
    """
    return [one for one in train_part(examples, None) if final or not held_back(one)]


def piano_labels(work: Path) -> Path:
    """Return where the teacher of piano's labels are."""
    return work / "teacher" / "notes" / f"{PIANO}.npz"


def gather_lessons(
    music: Path,
    renders: Path | None,
    work: Path,
    preprocessing: Preprocessing,
    fold: int | None,
    taught: Collection[str],
    validation_share: float,
    seed: int,
) -> Lessons:
    """Gather the lessons of one fold.

    Parameters
    ----------
    music : Path
        Folder of the 4Q set.
    renders : Path or None
        EMOPIA's ``renders.csv``; 4Q alone without.
    work : Path
        Folder of caches; ``teacher/fold<n>`` or ``teacher/all`` hold the labels of 4Q's
        teacher, ``teacher/notes`` those of the teacher of piano.
    preprocessing : Preprocessing
    fold : int or None
        4Q's fold that only tests; None trains on all of them and tests none.
    taught : collection of str
        The corpora for which the teacher's word is asked; of others the labels alone count.
    validation_share : float
        Share of the artists and of the songs that decides when to stop; 0 for none.
    seed : int
        Of that choice.

    Raises
    ------
    QuadpredError
        If a table or the teacher's labels are missing.
    """
    labels = work / "teacher" / ("all" if fold is None else f"fold{fold}")

    def lessons(files: Sequence[Any], corpus: str, teacher: Teacher | None) -> list[Lesson]:
        folder = work / "features" / (RENDERS if corpus == PIANO else corpus)
        paths = cache_features(files, preprocessing, folder)
        return [_lesson(one, path, teacher) for one, path in zip(files, paths)]

    clips = read_clips(music / "labels.csv")
    number = _NO_FOLD if fold is None else fold
    split = split_clips(clips, CORPORA[POP], number, validation_share, seed)
    teacher = Teacher(labels / f"{POP}.npz") if POP in taught else None
    train = {POP: lessons(split.train, POP, teacher)}
    validation = {POP: lessons(split.validation, POP, None)}
    test = {POP: lessons(split.test, POP, None)}
    if renders:
        examples = read_renders(renders)
        learned = learned_renders(examples, final=fold is None)
        songs = sorted({one.group for one in learned})
        order = np.random.default_rng(seed).permutation(len(songs))
        chosen = {songs[index] for index in order[: round(validation_share * len(songs))]}
        teacher = Teacher(piano_labels(work), "quadpred train notes") if PIANO in taught else None
        train[PIANO] = lessons([one for one in learned if one.group not in chosen], PIANO, teacher)
        validation[PIANO] = lessons([one for one in learned if one.group in chosen], PIANO, None)
        judged = [one for one in examples if one.part == "val"]
        test[PIANO_HELD_BACK] = lessons([one for one in judged if held_back(one)], PIANO, None)
        test[PIANO_KNOWN] = lessons([one for one in judged if not held_back(one)], PIANO, None)
    return Lessons(train, validation, test)


def _lesson(one: Any, path: Path, teacher: Teacher | None) -> Lesson:
    truth = np.eye(4)[[one.quadrant]]
    said = teacher.said(one.name) if teacher else None
    times, quadrants = said or (np.zeros(1), truth)
    return Lesson(np.load(path), one.quadrant, times, quadrants)
