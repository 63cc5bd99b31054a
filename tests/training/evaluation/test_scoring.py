"""Scores and calibration errors, against values computed manually."""

import numpy as np
import pytest

from quadpred_plugin.training.evaluation.scoring import (
    calibration_error,
    reliability_bins,
    score,
    score_clips,
)


def test_scores_of_known_predictions():
    truth = np.array([0, 0, 0, 1, 1, 2])
    predicted = np.array([0, 0, 1, 1, 0, 1])
    scores = score(truth, predicted, 3)
    assert scores["confusion"] == [[2, 1, 0], [1, 1, 0], [0, 1, 0]]
    # Precision 2/3, 1/3, none; recall 2/3, 1/2, 0; F1 2/3, 2/5, 0.
    assert scores["precision"] == pytest.approx((2 / 3 + 1 / 3) / 3, abs=1e-4)
    assert scores["recall"] == pytest.approx((2 / 3 + 1 / 2) / 3, abs=1e-4)
    assert scores["f1"] == pytest.approx((2 / 3 + 2 / 5) / 3, abs=1e-4)
    assert scores["accuracy"] == pytest.approx(0.5)


def test_calibration_error_of_known_bins():
    # Ten bins of two: at confidence 0.6 half are correct, at 0.9 all.
    confidence = np.array([0.6] * 10 + [0.9] * 10)
    probabilities = np.stack([confidence, 1 - confidence], axis=1)
    truth = np.array([0, 1] * 5 + [0] * 10)
    assert calibration_error(reliability_bins(truth, probabilities)) == pytest.approx(
        (0.1 + 0.1) / 2
    )


def test_calibration_error_of_certain_predictions():
    probabilities = np.eye(4)[[0, 1, 2, 3] * 5]
    truth = np.array([0, 1, 2, 3] * 5)
    assert calibration_error(reliability_bins(truth, probabilities)) == 0
    assert calibration_error(reliability_bins((truth + 1) % 4, probabilities)) == 1


def test_a_clip_is_the_mean_of_its_patches():
    quadrants = np.array([[0.6, 0.2, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1], [0.6, 0.2, 0.1, 0.1]])
    outputs = [
        {"quadrants": quadrants, "arousal": np.array([0.5, 0.5, -0.1]), "valence": -np.ones(3)},
        {"quadrants": quadrants[:1], "arousal": np.array([-0.2]), "valence": np.ones(1)},
    ]
    scores = score_clips(np.array([0, 3]), outputs)
    assert (scores["patches"], scores["clips"]) == (4, 2)
    assert scores["clip"]["quadrants"]["confusion"][0] == [1, 0, 0, 0]
    assert scores["clip"]["quadrants"]["confusion"][3] == [1, 0, 0, 0]
    assert scores["patch"]["quadrants"]["confusion"][0] == [2, 1, 0, 0]
    # Q1 is aroused and pleasant, Q4 calm and pleasant.
    assert scores["patch"]["arousal"]["accuracy"] == 0.75
    assert scores["clip"]["arousal"]["accuracy"] == 1
    assert scores["clip"]["valence"]["accuracy"] == 0.5
