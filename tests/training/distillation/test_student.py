"""Patches and targets that a student draws; no network is needed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.augmentation import Augmentation
from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.distillation.drawing import draw_patches
from quadpred_plugin.training.distillation.examples import TrainingExample
from quadpred_plugin.training.recipes.kinds import Pretext, PretextDataset, Student, StudentDataset
from quadpred_plugin.training.recipes.schedule import Schedule
from quadpred_plugin.training.targets import targets_from_quadrants, track_targets

NUMBERS = Preprocessing()
SCHEDULE = Schedule(1, 1, 1, 8, 0.001, 0.0, 0.0)


def recipe(teacher_share=0.5, **changed):
    settings = {
        "name": "test",
        "front_end": NUMBERS,
        "network": "convolutional",
        "initial_weights": None,
        "freeze_initial": False,
        "datasets": {
            "pop": StudentDataset(0.75, teacher_share, Augmentation()),
            "piano": StudentDataset(0.25, teacher_share, Augmentation()),
        },
        "dropout": 0.0,
        "validation_share": 0.1,
        "patches": 400,
        "label_smoothing": 0.0,
        "mixup": 0.0,
        "loss_weights": {"quadrants": 1.0, "arousal": 1.0, "valence": 1.0},
        "schedule": SCHEDULE,
    }
    return Student(**{**settings, **changed})


def example(quadrant, offset, frames=200):
    """Return a clip whose soft label changes from Q1 to Q3 in the middle."""
    seconds = frames * NUMBERS.frame_seconds
    times = np.arange(0.5, seconds, 0.5)
    soft = np.eye(4)[np.where(times < seconds / 2, 0, 2)]
    ramp = np.linspace(0, 1, frames)[:, np.newaxis] * np.ones(128)
    return TrainingExample((offset + ramp).astype(np.float16), quadrant, times, soft)


EXAMPLES = {"pop": [example(1, -8.0)], "piano": [example(3, -50.0)]}


def test_heads_follow_from_the_quadrants():
    labels = targets_from_quadrants(
        np.array([[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0]], dtype=np.float32)
    )
    np.testing.assert_allclose(labels["arousal"], [[0.7, 0.3], [0, 1]], atol=1e-6)
    np.testing.assert_allclose(labels["valence"], [[0.5, 0.5], [0, 1]], atol=1e-6)


def test_two_classes_of_a_clip_follow_from_its_quadrant():
    clips = [Track("4q", str(index), Path(), index, str(index), 0) for index in range(4)]
    labels = track_targets(clips)
    expected = {"arousal": [1, 1, 0, 0], "valence": [1, 0, 0, 1], "quadrants": [0, 1, 2, 3]}
    for head, classes in expected.items():
        assert labels[head].argmax(axis=1).tolist() == classes


def test_datasets_have_their_shares():
    patches, labels = draw_patches(EXAMPLES, recipe(), NUMBERS, np.random.default_rng(1))
    assert patches.shape == (400, 31, 128)
    piano = patches.mean(axis=(1, 2)) < -30
    assert piano.mean() == pytest.approx(0.25, abs=0.07)
    # The label has half of the weight; no soft label is Q2 or Q4.
    np.testing.assert_allclose(labels["quadrants"][~piano, 1], 0.5)
    np.testing.assert_allclose(labels["quadrants"][piano, 3], 0.5)


def test_quadrants_are_drawn_equally_often_however_many_clips_they_have():
    many = {"pop": [example(0, -8.0)] * 9 + [example(2, -8.0)], "piano": [example(3, -60.0)]}
    _, labels = draw_patches(many, recipe(teacher_share=0.0), NUMBERS, np.random.default_rng(6))
    shares = labels["quadrants"].mean(axis=0)
    np.testing.assert_allclose(shares, [0.375, 0, 0.375, 0.25], atol=0.07)


def test_the_soft_label_is_that_of_the_patchs_time():
    patches, labels = draw_patches(
        EXAMPLES, recipe(teacher_share=1.0), NUMBERS, np.random.default_rng(2)
    )
    # Augmentation changes a patch's gain, but by less than the ramp over a clip.
    chosen = labels["quadrants"].argmax(axis=1)
    assert set(chosen) == {0, 2}
    pop = patches.mean(axis=(1, 2)) > -30
    rise = patches[pop].mean(axis=(1, 2))
    assert rise[chosen[pop] == 2].mean() - rise[chosen[pop] == 0].mean() > 0.3


def test_without_a_teacher_the_labels_are_the_clips():
    _, labels = draw_patches(EXAMPLES, recipe(teacher_share=0.0), NUMBERS, np.random.default_rng(3))
    assert set(labels["quadrants"].argmax(axis=1)) == {1, 3}
    np.testing.assert_array_equal(labels["quadrants"].max(axis=1), 1)
    np.testing.assert_array_equal(labels["arousal"][:, 1], labels["quadrants"][:, 1])


def test_an_epoch_is_seeded():
    one, two = (
        draw_patches(EXAMPLES, recipe(mixup=0.2), NUMBERS, np.random.default_rng(4)) for _ in "ab"
    )
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1]["quadrants"], two[1]["quadrants"])


def test_auxiliary_targets_are_those_of_the_patchs_time():
    times = np.arange(0.5, 6.5, 0.5)
    one = replace(example(0, -8.0), auxiliary=times[:, np.newaxis] * [1, 10], auxiliary_times=times)
    pretext = Pretext(
        "test",
        NUMBERS,
        network="convolutional",
        task="embeddings",
        datasets={"pop": PretextDataset(1.0, Augmentation(0, 0, 0, 0))},
        dropout=0.0,
        patches=400,
        schedule=SCHEDULE,
    )
    patches, targets = draw_patches({"pop": [one]}, pretext, NUMBERS, np.random.default_rng(5))
    assert set(targets) == {"auxiliary"}
    # The ramp gives a patch's time: its median frame, since a few are masked.
    frames = 200
    centre = (np.median(patches, axis=(1, 2)) + 8) * (frames - 1) * NUMBERS.frame_seconds
    np.testing.assert_allclose(targets["auxiliary"][:, 1], 10 * targets["auxiliary"][:, 0])
    assert np.abs(targets["auxiliary"][:, 0] - centre).max() < 0.25 + 4 * NUMBERS.frame_seconds


def test_only_the_heads_that_the_recipe_weights_have_targets():
    one = recipe(loss_weights={"quadrants": 1.0})
    _, targets = draw_patches(EXAMPLES, one, NUMBERS, np.random.default_rng(5))
    assert set(targets) == {"quadrants"}
