"""What a student is given to learn; none of it needs a network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.augmentation import Augmentation
from quadpred_plugin.training.datasets import Clip
from quadpred_plugin.training.distillation.student import Lesson, Student, Subject, draw_lessons
from quadpred_plugin.training.language_study.music_only import heads_of, one_hot_labels
from quadpred_plugin.training.runs.fitting import Schedule

NUMBERS = Preprocessing()
SCHEDULE = Schedule(1, 1, 1, 8, 0.001, 0.0, 0.0)


def recipe(teacher_share=0.5, **changed):
    settings = {
        "name": "test",
        "subjects": {
            "pop": Subject(0.75, teacher_share, Augmentation()),
            "piano": Subject(0.25, teacher_share, Augmentation()),
        },
        "dropout": 0.0,
        "validation_share": 0.1,
        "patches": 400,
        "label_smoothing": 0.0,
        "mixup": 0.0,
        "loss_weights": {"quadrants": 1.0, "arousal": 1.0, "valence": 1.0},
        "schedule": SCHEDULE,
        "network": "compact",
        "listener": "",
        "frozen": False,
    }
    return Student(**{**settings, **changed})


def lesson(quadrant, level, frames=200):
    """A clip whose teacher changes its mind from Q1 to Q3 in the middle."""
    seconds = frames * NUMBERS.frame_seconds
    times = np.arange(0.5, seconds, 0.5)
    said = np.eye(4)[np.where(times < seconds / 2, 0, 2)]
    ramp = np.linspace(0, 1, frames)[:, np.newaxis] * np.ones(128)
    return Lesson((level + ramp).astype(np.float16), quadrant, times, said)


LESSONS = {"pop": [lesson(1, -8.0)], "piano": [lesson(3, -50.0)]}


def test_heads_follow_from_the_quadrants():
    labels = heads_of(np.array([[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0]], dtype=np.float32))
    np.testing.assert_allclose(labels["arousal"], [[0.7, 0.3], [0, 1]], atol=1e-6)
    np.testing.assert_allclose(labels["valence"], [[0.5, 0.5], [0, 1]], atol=1e-6)


def test_two_classes_of_a_clip_follow_from_its_quadrant():
    clips = [Clip(str(index), Path(), index, str(index), 0) for index in range(4)]
    labels = one_hot_labels(clips)
    expected = {"arousal": [1, 1, 0, 0], "valence": [1, 0, 0, 1], "quadrants": [0, 1, 2, 3]}
    for head, classes in expected.items():
        assert labels[head].argmax(axis=1).tolist() == classes


def test_corpora_come_in_their_shares():
    patches, labels = draw_lessons(LESSONS, recipe(), NUMBERS, np.random.default_rng(1))
    assert patches.shape == (400, 31, 128)
    piano = patches.mean(axis=(1, 2)) < -30
    assert piano.mean() == pytest.approx(0.25, abs=0.07)
    # The truth has half of the weight, the teacher never says Q2 or Q4.
    np.testing.assert_allclose(labels["quadrants"][~piano, 1], 0.5)
    np.testing.assert_allclose(labels["quadrants"][piano, 3], 0.5)


def test_quadrants_are_drawn_alike_however_many_clips_they_have():
    many = {"pop": [lesson(0, -8.0)] * 9 + [lesson(2, -8.0)], "piano": [lesson(3, -60.0)]}
    _, labels = draw_lessons(many, recipe(teacher_share=0.0), NUMBERS, np.random.default_rng(6))
    shares = labels["quadrants"].mean(axis=0)
    np.testing.assert_allclose(shares, [0.375, 0, 0.375, 0.25], atol=0.07)


def test_the_teachers_word_is_that_of_the_moment():
    patches, labels = draw_lessons(
        LESSONS, recipe(teacher_share=1.0), NUMBERS, np.random.default_rng(2)
    )
    # Augmentation changes a patch's level, but not by as much as a corpus' ramp is long.
    said = labels["quadrants"].argmax(axis=1)
    assert set(said) == {0, 2}
    pop = patches.mean(axis=(1, 2)) > -30
    rise = patches[pop].mean(axis=(1, 2))
    assert rise[said[pop] == 2].mean() - rise[said[pop] == 0].mean() > 0.3


def test_without_a_teacher_the_labels_are_the_clips():
    _, labels = draw_lessons(LESSONS, recipe(teacher_share=0.0), NUMBERS, np.random.default_rng(3))
    assert set(labels["quadrants"].argmax(axis=1)) == {1, 3}
    np.testing.assert_array_equal(labels["quadrants"].max(axis=1), 1)
    np.testing.assert_array_equal(labels["arousal"][:, 1], labels["quadrants"][:, 1])


def test_an_epoch_is_seeded():
    one, two = (
        draw_lessons(LESSONS, recipe(mixup=0.2), NUMBERS, np.random.default_rng(4)) for _ in "ab"
    )
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1]["quadrants"], two[1]["quadrants"])


def test_hints_are_those_of_the_moment():
    times = np.arange(0.5, 6.5, 0.5)
    one = replace(lesson(0, -8.0), hints=times[:, np.newaxis] * [1, 10], hint_times=times)
    weights = {"quadrants": 1.0, "arousal": 1.0, "valence": 1.0, "hints": 1.0}
    strong = recipe(subjects={"pop": Subject(1.0, 0.0, Augmentation(0, 0, 0, 0))})
    patches, labels = draw_lessons(
        {"pop": [one]},
        replace(strong, loss_weights=weights),
        NUMBERS,
        np.random.default_rng(5),
    )
    # The ramp tells where a patch stood: its median frame, since a few are masked.
    frames = 200
    middle = (np.median(patches, axis=(1, 2)) + 8) * (frames - 1) * NUMBERS.frame_seconds
    np.testing.assert_allclose(labels["hints"][:, 1], 10 * labels["hints"][:, 0])
    assert np.abs(labels["hints"][:, 0] - middle).max() < 0.25 + 4 * NUMBERS.frame_seconds
