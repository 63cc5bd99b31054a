"""A student: the compact network learns what a teacher hears, second by second, and the labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.architecture import standardise_bands
from quadpred_plugin.training.augmentation import augment, mix
from quadpred_plugin.training.compact import build_compact
from quadpred_plugin.training.fitting import Figures, Schedule, fit
from quadpred_plugin.training.pretraining import band_statistics
from quadpred_plugin.training.scratch import (
    Labels,
    clip_figures,
    compile_heads,
    heads_of,
    validation_patches,
)


@dataclass(frozen=True)
class Student:
    """Settings of a student.

    Attributes
    ----------
    name : str
    corpora : dict of str to float
        Share of each corpus in an epoch's patches.
    teacher_share : float
        Weight of the teacher's label against the clip's own, 0..1.
    dropout : float
    validation_share : float
        Share of each corpus' artists or songs that decides when to stop.
    patches : int
        Random patches in one epoch.
    label_smoothing, mixup : float
    loss_weights : dict
        Weight of each head's cross-entropy.
    schedule : Schedule
    """

    name: str
    corpora: dict[str, float]
    teacher_share: float
    dropout: float
    validation_share: float
    patches: int
    label_smoothing: float
    mixup: float
    loss_weights: dict[str, float]
    schedule: Schedule


@dataclass(frozen=True)
class Lesson:
    """What there is to learn from one clip.

    Attributes
    ----------
    features : ndarray of float16, shape (frames, bands)
        ln units.
    quadrant : int
        The clip's label, 0 to 3.
    times : ndarray, shape (windows,)
        Middle of each window that the teacher judged, s.
    quadrants : ndarray, shape (windows, 4)
        The teacher's probabilities.
    """

    features: NDArray[np.float16]
    quadrant: int
    times: NDArray[np.floating]
    quadrants: NDArray[np.floating]


def draw_lessons(
    lessons: dict[str, Sequence[Lesson]],
    recipe: Student,
    preprocessing: Preprocessing,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], Labels]:
    """Draw one epoch's patches, and for each the blend of its clip's label and the teacher's.

    Parameters
    ----------
    lessons : dict of sequence of Lesson
        By corpus.
    recipe : Student
    preprocessing : Preprocessing
    random : numpy.random.Generator

    Returns
    -------
    patches : ndarray of float32, shape (patches, frames, bands)
    labels : dict of ndarray of float32
        As `heads_of` gives.
    """
    size, frame = preprocessing.patch_size, preprocessing.frame_seconds
    names = list(recipe.corpora)
    shares = np.array([recipe.corpora[name] for name in names])
    corpora = random.choice(len(names), recipe.patches, p=shares / shares.sum())
    patches = np.empty((recipe.patches, size, preprocessing.bands), dtype=np.float32)
    quadrants = np.empty((recipe.patches, len(QUADRANTS)), dtype=np.float32)
    for index, corpus in enumerate(corpora):
        pool = lessons[names[corpus]]
        lesson = pool[int(random.integers(len(pool)))]
        start = random.integers(0, len(lesson.features) - size + 1)
        patches[index] = lesson.features[start : start + size]
        window = np.abs(lesson.times - (start + size / 2) * frame).argmin()
        truth = np.eye(len(QUADRANTS))[lesson.quadrant]
        quadrants[index] = truth + recipe.teacher_share * (lesson.quadrants[window] - truth)
    return mix(augment(patches, random), heads_of(quadrants), recipe.mixup, random)


def train_student(
    recipe: Student,
    preprocessing: Preprocessing,
    lessons: dict[str, Sequence[Lesson]],
    validation: dict[str, Sequence[Lesson]],
    folder: Path,
    report: Callable[[Figures], None],
) -> Any:
    """Train a student and return the best network.

    Parameters
    ----------
    recipe : Student
    preprocessing : Preprocessing
    lessons, validation : dict of sequence of Lesson
        By corpus; validation counts the clips' own labels, every corpus alike.
    folder : Path
        Of this run alone, which goes on there where it was interrupted.
    report : callable
        Called with each epoch's figures.

    Returns
    -------
    network : keras.Model
    """
    steps = -(-recipe.patches // recipe.schedule.batch_size)
    held_out = {
        corpus: (
            validation_patches([one.features for one in clips], preprocessing),
            heads_of(np.eye(len(QUADRANTS), dtype=np.float32)[[one.quadrant for one in clips]]),
        )
        for corpus, clips in validation.items()
    }

    def make_network() -> Any:
        network = build_compact(preprocessing, recipe.dropout)
        every = [one.features for clips in lessons.values() for one in clips]
        standardise_bands(network, *band_statistics(every))
        compile_heads(network, recipe, recipe.schedule, steps)
        return network

    def validate(network: Any) -> Figures:
        figures: Figures = {"validation_loss": 0.0}
        for corpus, (patches, labels) in held_out.items():
            one = clip_figures(network, patches, labels)
            figures["validation_loss"] += one["validation_loss"] / len(held_out)
            figures[f"validation_{corpus}_accuracy"] = one["validation_quadrants_accuracy"]
        return figures

    return fit(
        make_network,
        lambda random: draw_lessons(lessons, recipe, preprocessing, random),
        validate,
        recipe.schedule,
        folder,
        report,
    )
