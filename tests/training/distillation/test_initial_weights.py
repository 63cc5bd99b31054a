"""What a student learned by listening, and what it learns afterwards."""

from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.augmentation import Augmentation
from quadpred_plugin.training.distillation.student import (
    Lesson,
    Student,
    Subject,
    hearing,
    train_student,
    with_hints,
)
from quadpred_plugin.training.midi.note_features import KEYS, VALUES
from quadpred_plugin.training.networks.convolutional import build_compact
from quadpred_plugin.training.networks.harmony import build_tones
from quadpred_plugin.training.runs.fitting import Schedule

NUMBERS = Preprocessing()
HEADS_ALONE = {"quadrants": 1.0, "arousal": 0.5, "valence": 0.5}
HINTS_ALONE = {"quadrants": 0.0, "arousal": 0.0, "valence": 0.0, "hints": 1.0}


def recipe(name, loss_weights, frozen=False):
    subjects = {"piano": Subject(1.0, 0.0, Augmentation(0.1, 0.1, 0, 2))}
    schedule = Schedule(3, 2, 2, 32, 0.01, 0.0, 0.0)
    return Student(
        name, subjects, 0.0, 0.0, 128, 0.0, 0.0, loss_weights, schedule, "tones", "", frozen
    )


@pytest.fixture(scope="module")
def lessons():
    random = np.random.default_rng(7)
    hints = random.normal(0, 1, (4, 12, KEYS + VALUES)).astype(np.float32)
    times = np.arange(12) * 0.5
    return {
        "piano": [
            Lesson(
                random.normal(-8 + quadrant, 1, (200, 128)).astype(np.float16),
                quadrant,
                times,
                np.eye(4)[[quadrant] * 12],
                hints[quadrant],
                times,
            )
            for quadrant in range(4)
        ]
    }


@pytest.fixture(scope="module")
def listener(lessons, tmp_path_factory):
    import keras

    folder = tmp_path_factory.mktemp("listener")
    train_student(recipe("listener", HINTS_ALONE), NUMBERS, lessons, {}, folder, print)
    return keras.saving.load_model(folder / "best.keras", compile=False)


def weights_of(network):
    return [weights for layer in network.layers for weights in layer.get_weights()]


@pytest.mark.parametrize("frozen", [True, False])
def test_what_was_heard_stays_as_it_is_if_it_is_frozen(listener, lessons, tmp_path, frozen):
    chosen = recipe("student", HEADS_ALONE, frozen)
    student = train_student(chosen, NUMBERS, lessons, {}, tmp_path, print, listener)
    same = [
        np.array_equal(one, other)
        for one, other in zip(
            weights_of(hearing(listener)), weights_of(hearing(student)), strict=True
        )
    ]
    assert all(same) if frozen else not all(same)
    fresh = build_tones(NUMBERS).get_layer("quadrants").get_weights()[1]
    assert not np.array_equal(student.get_layer("quadrants").get_weights()[1], fresh)


def test_an_interrupted_student_stays_frozen(listener, lessons, tmp_path):
    def stop(figures):
        raise KeyboardInterrupt

    chosen = recipe("student", HEADS_ALONE, frozen=True)
    with pytest.raises(KeyboardInterrupt):
        train_student(chosen, NUMBERS, lessons, {}, tmp_path, stop, listener)
    student = train_student(chosen, NUMBERS, lessons, {}, tmp_path, print, listener)
    for one, other in zip(weights_of(hearing(listener)), weights_of(hearing(student)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_tones_feel_what_they_guess_alone():
    tones = build_tones(NUMBERS)
    guess = tones.get_layer("hints")
    kernel, offsets = guess.get_weights()
    guess.set_weights([np.zeros_like(kernel), offsets])
    said = tones.predict(
        np.random.default_rng(8).normal(-8, 3, (6, 31, 128)).astype(np.float32), verbose=0
    )
    for head in ("quadrants", "arousal", "valence"):
        np.testing.assert_array_equal(said[head], said[head][:1].repeat(6, axis=0))


def test_convolutions_guess_by_a_layer_of_their_own():
    network = with_hints(build_compact(NUMBERS), 5)
    assert network.output["hints"].shape == (None, 5)
    assert set(network.output) == {"hints", "quadrants", "arousal", "valence"}


def test_nothing_can_be_frozen_that_nobody_learned(lessons, tmp_path):
    with pytest.raises(QuadpredError, match=r"'deaf' keeps what a listener learned.* no listener"):
        train_student(
            recipe("deaf", HEADS_ALONE, frozen=True), NUMBERS, lessons, {}, tmp_path, print
        )
    assert not list(tmp_path.iterdir())


def test_another_number_of_hints_is_refused():
    with pytest.raises(QuadpredError, match="guesses 116 values, and 96 are to be guessed"):
        with_hints(build_tones(NUMBERS), 96)


def test_nothing_but_a_listener_is_needed_to_hear(listener, lessons, tmp_path):
    # Hints of the lessons play no part once the student learns what is felt.
    bare = {"piano": [replace(one, hints=None, hint_times=None) for one in lessons["piano"]]}
    chosen = recipe("student", HEADS_ALONE, frozen=True)
    student = train_student(chosen, NUMBERS, bare, {}, tmp_path, print, listener)
    assert set(student.output) == {"quadrants", "arousal", "valence"}
