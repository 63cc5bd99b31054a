"""Scores and calibration errors, against values computed manually and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from quadpred_plugin.evaluation.classification import (
    calibration_error,
    reliability_bins,
    score,
    score_heads,
    weighted_scores,
)


def reference(truth, predicted, classes):
    """Return macro precision, recall and F1, and accuracy, from scikit-learn."""
    macro = precision_recall_fscore_support(
        truth, predicted, labels=list(range(classes)), average="macro", zero_division=0
    )
    return {
        **dict(zip(("precision", "recall", "f1"), macro)),
        "accuracy": accuracy_score(truth, predicted),
    }


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


@pytest.mark.parametrize("classes", [2, 4])
def test_scores_are_those_of_scikit_learn(classes):
    random = np.random.default_rng(classes)
    for count in (1, 2, 5, 30, 1000):
        # Few examples leave classes out, so that some figures are divisions by zero.
        truth, predicted = random.integers(0, classes, (2, count))
        found = score(truth, predicted, classes)
        expected = reference(truth, predicted, classes)
        assert {name: found[name] for name in expected} == {
            name: round(float(value), 4) for name, value in expected.items()
        }
        confusion = confusion_matrix(truth, predicted, labels=list(range(classes)))
        assert found["confusion"] == confusion.tolist()


def test_weighted_scores_are_those_of_repeated_examples():
    random = np.random.default_rng(4)
    truth, predicted = random.integers(0, 4, (2, 60))
    weights = random.integers(0, 4, (5, 60))
    found = weighted_scores(truth, predicted, 4, weights)
    for place, counts in enumerate(weights):
        expected = reference(np.repeat(truth, counts), np.repeat(predicted, counts), 4)
        for name, value in expected.items():
            assert found[name][place] == pytest.approx(value, abs=1e-12), name


def test_signs_follow_from_the_quadrant():
    outputs = {
        "quadrants": np.eye(4),
        "arousal": np.array([0.5, 0.5, -0.5, 0.5]),
        "valence": np.array([0.5, -0.5, -0.5, 0.5]),
    }
    scores = score_heads(np.arange(4), outputs)
    assert scores["quadrants"]["accuracy"] == scores["valence"]["f1"] == 1
    # Q4 is not aroused, but predicted so.
    assert scores["arousal"]["confusion"] == [[1, 1], [0, 2]]
    assert scores["arousal"]["reliability"] == [[0.75, 1, 1]] * 3 + [[0.75, 0, 1]]
    assert scores["arousal"]["calibration_error"] == pytest.approx((3 * 0.25 + 0.75) / 4)
