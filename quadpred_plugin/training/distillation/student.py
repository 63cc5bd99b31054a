"""A student: a small network learns what a teacher hears, second by second, and the labels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.augmentation import Augmentation, augment, mix
from quadpred_plugin.training.language_study.music_only import (
    Labels,
    clip_figures,
    compile_heads,
    heads_of,
    validation_patches,
)
from quadpred_plugin.training.language_study.pretraining import band_statistics
from quadpred_plugin.training.networks.convolutional import build_compact
from quadpred_plugin.training.networks.harmony import GUESS, build_tones
from quadpred_plugin.training.networks.published import HEADS, standardise_bands
from quadpred_plugin.training.runs.fitting import Figures, Schedule, fit

NETWORKS = {"compact": build_compact, "tones": build_tones}


@dataclass(frozen=True)
class Subject:
    """What a student learns from one corpus.

    Attributes
    ----------
    share : float
        Of an epoch's patches.
    teacher_share : float
        Weight of the teacher's label against the clip's own, 0..1.
    augmentation : Augmentation
    """

    share: float
    teacher_share: float
    augmentation: Augmentation


@dataclass(frozen=True)
class Student:
    """Settings of a student.

    Attributes
    ----------
    name : str
    subjects : dict of Subject
        By corpus.
    dropout : float
    validation_share : float
        Share of each corpus' artists or songs that decides when to stop; 0 for none.
    patches : int
        Random patches in one epoch.
    label_smoothing, mixup : float
    loss_weights : dict
        Weight of each head's cross-entropy, and of the hints' mean square error, if they
        are to be learned.
    schedule : Schedule
    network : str
        A name of `NETWORKS`.
    listener : str
        Name of the recipe by which a student first learned to guess hints; empty for none.
    frozen : bool
        Whether what it learned there stays as it is.
    """

    name: str
    subjects: dict[str, Subject]
    dropout: float
    validation_share: float
    patches: int
    label_smoothing: float
    mixup: float
    loss_weights: dict[str, float]
    schedule: Schedule
    network: str
    listener: str
    frozen: bool


@dataclass(frozen=True)
class Lesson:
    """What there is to learn from one clip.

    Attributes
    ----------
    features : ndarray of float16, shape (frames, bands)
        ln units.
    quadrant : int or None
        The clip's label, 0 to 3; None where there is none.
    times : ndarray, shape (windows,)
        Middle of each window that the teacher judged, s.
    quadrants : ndarray, shape (windows, 4)
        The teacher's probabilities.
    hints : ndarray, shape (windows, components), optional
        What other networks hear there, as `hints.Projection` gives it.
    hint_times : ndarray, shape (windows,), optional
        Middle of each of their windows, s.
    """

    features: NDArray[np.float16]
    quadrant: int | None
    times: NDArray[np.floating]
    quadrants: NDArray[np.floating]
    hints: NDArray[np.floating] | None = None
    hint_times: NDArray[np.floating] | None = None


def draw_lessons(
    lessons: Mapping[str, Sequence[Lesson]],
    recipe: Student,
    preprocessing: Preprocessing,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], Labels]:
    """Draw one epoch's patches, and for each the blend of its clip's label and the teacher's.

    Within a corpus each quadrant is drawn as often, however many clips it has.

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
        As `heads_of` gives, and ``hints``, shape (patches, components), if the recipe
        weighs them.
    """
    size, frame = preprocessing.patch_size, preprocessing.frame_seconds
    names = list(recipe.subjects)
    shares = np.array([recipe.subjects[name].share for name in names])
    corpora = random.choice(len(names), recipe.patches, p=shares / shares.sum())
    patches = np.empty((recipe.patches, size, preprocessing.bands), dtype=np.float32)
    quadrants = np.empty((recipe.patches, len(QUADRANTS)), dtype=np.float32)
    pools = [_by_quadrant(lessons[name]) for name in names]
    hints = []
    for index, corpus in enumerate(corpora):
        pool = pools[corpus][int(random.integers(len(pools[corpus])))]
        lesson = pool[int(random.integers(len(pool)))]
        start = random.integers(0, len(lesson.features) - size + 1)
        patches[index] = lesson.features[start : start + size]
        middle = (start + size / 2) * frame
        window = np.abs(lesson.times - middle).argmin()
        truth = _label(lesson)
        share = recipe.subjects[names[corpus]].teacher_share
        quadrants[index] = truth + share * (lesson.quadrants[window] - truth)
        if lesson.hints is not None and lesson.hint_times is not None:
            hints.append(lesson.hints[np.abs(lesson.hint_times - middle).argmin()])
    for corpus, name in enumerate(names):
        of_corpus = corpora == corpus
        strength = recipe.subjects[name].augmentation
        patches[of_corpus] = augment(patches[of_corpus], random, strength)
    labels = heads_of(quadrants)
    if GUESS in recipe.loss_weights:
        labels[GUESS] = np.stack(hints).astype(np.float32)
    return mix(patches, labels, recipe.mixup, random)


def _by_quadrant(lessons: Sequence[Lesson]) -> list[list[Lesson]]:
    """Return a corpus' lessons of each quadrant that it has; without labels, all in one list."""
    pools: dict[int | None, list[Lesson]] = {}
    for lesson in lessons:
        pools.setdefault(lesson.quadrant, []).append(lesson)
    return list(pools.values())


def _label(lesson: Lesson) -> NDArray[np.float32]:
    """Return the clip's label, shape (4,); zeros, which cost nothing, where there is none."""
    label = np.zeros(len(QUADRANTS), dtype=np.float32)
    if lesson.quadrant is not None:
        label[lesson.quadrant] = 1
    return label


def train_student(
    recipe: Student,
    preprocessing: Preprocessing,
    lessons: Mapping[str, Sequence[Lesson]],
    validation: Mapping[str, Sequence[Lesson]],
    folder: Path,
    report: Callable[[Figures], None],
    listener: Any | None = None,
) -> Any:
    """Train a student and return the best network.

    Parameters
    ----------
    recipe : Student
    preprocessing : Preprocessing
    lessons, validation : dict of sequence of Lesson
        By corpus; validation counts the clips' own labels, every corpus alike, and without
        any training runs through all epochs.
    folder : Path
        Of this run alone, which goes on there where it was interrupted.
    report : callable
        Called with each epoch's figures.
    listener : keras.Model, optional
        A student that has learned to guess hints; a new run starts from its layers.

    Returns
    -------
    network : keras.Model

    Raises
    ------
    QuadpredError
        If the recipe freezes what a listener learned and there is none, or its network guesses
        another number of values than there are hints.
    """
    if recipe.frozen and listener is None:
        raise QuadpredError(
            f"The recipe '{recipe.name}' keeps what a listener learned as it is, and has no "
            "listener: name one, or set 'frozen' to false."
        )
    steps = -(-recipe.patches // recipe.schedule.batch_size)
    held_out = {
        corpus: (
            validation_patches([one.features for one in clips], preprocessing),
            heads_of(np.stack([_label(one) for one in clips])),
        )
        for corpus, clips in validation.items()
    }

    def make_network() -> Any:
        network = NETWORKS[recipe.network](preprocessing, recipe.dropout)
        every = [one.features for clips in lessons.values() for one in clips]
        standardise_bands(network, *band_statistics(every))
        if listener is not None:
            _copy_hearing(listener, network, frozen=recipe.frozen)
        if GUESS in recipe.loss_weights:
            first = next(one for clips in lessons.values() for one in clips)
            assert first.hints is not None, "a recipe that weighs hints comes with them"
            network = with_hints(network, first.hints.shape[1])
        compile_heads(network, recipe, recipe.schedule, steps)
        return network

    def validate(network: Any) -> Figures:
        figures: Figures = {"validation_loss": 0.0}
        for corpus, (patches, labels) in held_out.items():
            one = clip_figures(network, patches, labels)
            figures["validation_loss"] += one["validation_loss"] / len(held_out)
            figures[f"validation_{corpus}_accuracy"] = one["validation_quadrants_accuracy"]
        return figures

    network = fit(
        make_network,
        lambda random: draw_lessons(lessons, recipe, preprocessing, random),
        validate if held_out else None,
        recipe.schedule,
        folder,
        report,
    )
    return heads_alone(network)


def _copy_hearing(source: Any, target: Any, frozen: bool) -> None:
    """Give a student the layers of another that lead to its guess of the hints."""
    for layer in hearing(target).layers:
        if layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())
        if frozen:
            layer.trainable = False


def hearing(network: Any) -> Any:
    """Return the part of a student that listens: up to its guess of the hints, if it has one.

    Without a guess of its own it is up to the last values that all heads share.
    """
    from keras import Model

    names = {layer.name for layer in network.layers}
    last = GUESS if GUESS in names else "shared"
    return Model(network.input, network.get_layer(last).output)


def with_hints(network: Any, components: int) -> Any:
    """Return a student with its guess of the hints, by a new layer if it has none.

    Raises
    ------
    QuadpredError
        If it guesses another number of values than there are hints.
    """
    from keras import Model, layers

    guess = hearing(network).output
    if GUESS not in {layer.name for layer in network.layers}:
        guess = layers.Dense(components, name=GUESS)(guess)
    if guess.shape[-1] != components:
        raise QuadpredError(
            f"The network guesses {guess.shape[-1]} values, and {components} are to be guessed: "
            "'tones' learns what is played on piano alone, 'compact' what games' music is heard as."
        )
    return Model(network.input, {**network.output, GUESS: guess}, name=network.name)


def heads_alone(network: Any) -> Any:
    """Return a student without its guess of the hints."""
    from keras import Model

    outputs = {head: network.get_layer(head).output for head in HEADS}
    return Model(network.input, outputs, name=network.name)
