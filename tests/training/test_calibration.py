"""Temperatures: known ones are found again, and what is pooled with them is calibrated."""

import numpy as np
import pytest
from scipy.special import softmax

from quadpred_plugin.pooling import pool
from quadpred_plugin.training.calibration import (
    fit_temperatures,
    pooled_temperatures,
    temperatures_by_fold,
)
from quadpred_plugin.training.scoring import score_clips, score_folds

HEADS = ("quadrants", "arousal", "valence")


def clips_of_one_patch(temperature, count=4000, seed=1):
    """Clips whose labels are drawn from the truth, and a network that is too sure by a factor."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 1.5, (count, 4))
    chances = softmax(logits, axis=1)
    truth = np.array([random.choice(4, p=row) for row in chances])
    said = softmax(logits * temperature, axis=1)
    high = chances[:, [0, 1]].sum(axis=1)
    glad = chances[:, [0, 3]].sum(axis=1)
    outputs = []
    for index in range(count):
        row = {"quadrants": said[index : index + 1]}
        for head, chance in (("arousal", high[index]), ("valence", glad[index])):
            row[head] = np.array([np.tanh(temperature * np.log(chance / (1 - chance)) / 2)])
        outputs.append(row)
    return truth, outputs


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_known_temperature_is_found(temperature):
    truth, outputs = clips_of_one_patch(temperature)
    found = fit_temperatures(truth, outputs)
    for head in HEADS:
        assert found[head] == pytest.approx(temperature, rel=0.08), head


def test_pooled_with_it_clips_are_calibrated():
    truth, outputs = clips_of_one_patch(2.0)
    before = score_clips(truth, outputs)["clip"]
    after = score_clips(truth, outputs, fit_temperatures(truth, outputs))["clip"]
    for head in HEADS:
        assert before[head]["calibration_error"] > 0.05
        assert after[head]["calibration_error"] < 0.03
        assert after[head]["f1"] == before[head]["f1"]


def test_each_fold_has_temperatures_of_the_others():
    folds = [
        clips_of_one_patch(temperature, 600, seed) for seed, temperature in enumerate((1, 1, 3))
    ]
    found = temperatures_by_fold(folds)
    assert found[0] == pooled_temperatures(folds[1:])
    assert found[2]["quadrants"] == pytest.approx(1, rel=0.2)
    assert temperatures_by_fold(folds[:1]) == [{}]
    scores = score_folds(folds, found)
    assert scores["clips"] == 1800
    alone = score_clips(*folds[1])["clip"]["arousal"]["f1"]
    assert scores["folds"]["clip"]["arousal"][1] == alone


def test_pooling_is_a_mean_with_a_temperature():
    random = np.random.default_rng(2)
    patches = softmax(random.normal(size=(7, 4)), axis=1).astype(np.float32)
    mean = patches.mean(axis=0, dtype=np.float64)
    np.testing.assert_array_equal(pool(patches), mean)
    np.testing.assert_allclose(pool(patches, 0.5), softmax(np.log(mean) / 0.5), rtol=1e-12)
    balance = patches[:, 0] - (1 - patches[:, 0])
    logit = np.log(mean[0] / (1 - mean[0]))
    assert pool(balance) == pytest.approx(2 * mean[0] - 1, abs=1e-7)
    assert pool(balance, 0.5) == pytest.approx(np.tanh(logit / 0.5 / 2), abs=1e-6)
    assert pool(np.array([1.0, 1.0]), 0.3) == 1 and pool(np.array([-1.0]), 0.3) == -1
