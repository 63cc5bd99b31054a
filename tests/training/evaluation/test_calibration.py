"""Calibration: a known miscalibration is recovered, and pooling corrects it."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from quadpred_plugin.model.pooling import Pooling, pool
from quadpred_plugin.training.evaluation.calibration import fit_folds, fit_pooling, pooling_by_fold
from quadpred_plugin.training.evaluation.scoring import score_clips, score_folds

HEADS = ("quadrants", "arousal", "valence")


def clips_of_one_patch(temperature, count=4000, seed=1, offset=0.0):
    """Return labels drawn from known probabilities, and outputs with scaled, shifted log-odds.

    For quadrants, the offset applies to those of positive valence.
    """
    random = np.random.default_rng(seed)
    logits = random.normal(0, 1.5, (count, 4))
    chances = softmax(logits, axis=1)
    truth = np.array([random.choice(4, p=row) for row in chances])
    predicted = softmax((logits + offset * np.array([1, 0, 0, 1])) * temperature, axis=1)
    high = chances[:, [0, 1]].sum(axis=1)
    positive = chances[:, [0, 3]].sum(axis=1)
    outputs = []
    for index in range(count):
        row = {"quadrants": predicted[index : index + 1]}
        for head, chance in (("arousal", high[index]), ("valence", positive[index])):
            log_odds = temperature * (np.log(chance / (1 - chance)) + offset)
            row[head] = np.array([np.tanh(log_odds / 2)])
        outputs.append(row)
    return truth, outputs


@pytest.mark.parametrize(("temperature", "offset"), [(0.5, 0), (1.0, 0.6), (2.0, -0.4)])
def test_known_temperature_and_offset_are_recovered(temperature, offset):
    truth, outputs = clips_of_one_patch(temperature, offset=offset)
    found = fit_pooling(truth, outputs)
    for head in HEADS:
        assert found[head].temperature == pytest.approx(temperature, rel=0.08), head
        assert found[head].offset == pytest.approx(-offset, abs=0.12), head


def test_two_classes_match_logistic_regression():
    truth, outputs = clips_of_one_patch(2.0, 500, offset=0.5)
    means = np.array([one["valence"][0] for one in outputs])
    log_odds = np.log((1 + means) / (1 - means))[:, np.newaxis]
    reference = LogisticRegression(C=1e9, tol=1e-9).fit(log_odds, np.isin(truth, (0, 3)))
    found = fit_pooling(truth, outputs)["valence"]
    assert 1 / found.temperature == pytest.approx(reference.coef_[0, 0], rel=0.01)
    assert found.offset == pytest.approx(reference.intercept_[0], abs=0.005)


def test_fitted_pooling_calibrates_clips():
    truth, outputs = clips_of_one_patch(2.0, offset=0.8)
    before = score_clips(truth, outputs)["clip"]
    after = score_clips(truth, outputs, fit_pooling(truth, outputs))["clip"]
    for head in HEADS:
        assert before[head]["calibration_error"] > 0.05
        assert after[head]["calibration_error"] < 0.03
        assert after[head]["f1"] > before[head]["f1"] + 0.02


def test_each_fold_is_pooled_by_a_fit_on_the_others():
    folds = [
        clips_of_one_patch(temperature, 600, seed, offset)
        for seed, (temperature, offset) in enumerate(((1, 0), (1, 0), (3, 2)))
    ]
    found = pooling_by_fold(folds)
    assert found[0] == fit_folds(folds[1:])
    assert found[2]["quadrants"].temperature == pytest.approx(1, rel=0.2)
    assert found[2]["arousal"].offset == pytest.approx(0, abs=0.25)
    assert pooling_by_fold(folds[:1]) == [{}]
    scores = score_folds(folds, found)
    assert scores["clips"] == 1800
    alone = score_clips(*folds[1], found[1])["clip"]["arousal"]["f1"]
    assert scores["folds"]["clip"]["arousal"][1] == alone
    assert alone < score_clips(*folds[1])["clip"]["arousal"]["f1"]


def test_pooling_is_a_mean_with_a_temperature_and_an_offset():
    random = np.random.default_rng(2)
    patches = softmax(random.normal(size=(7, 4)), axis=1).astype(np.float32)
    mean = patches.mean(axis=0, dtype=np.float64)
    np.testing.assert_array_equal(pool(patches), mean)
    np.testing.assert_allclose(pool(patches, Pooling(0.5)), softmax(np.log(mean) / 0.5), rtol=1e-12)
    balance = patches[:, 0] - (1 - patches[:, 0])
    logit = np.log(mean[0] / (1 - mean[0]))
    assert pool(balance) == pytest.approx(2 * mean[0] - 1, abs=1e-7)
    assert pool(balance, Pooling(0.5)) == pytest.approx(np.tanh(logit / 0.5 / 2), abs=1e-6)
    shifted = np.tanh((logit / 0.5 - 1.3) / 2)
    assert pool(balance, Pooling(0.5, -1.3)) == pytest.approx(shifted, abs=1e-6)
    positive = softmax(np.log(mean) / 0.5 + np.array([-1.3, 0, 0, -1.3]))
    np.testing.assert_allclose(pool(patches, Pooling(0.5, -1.3)), positive, rtol=1e-12)
    confident = Pooling(0.3, 1.0)
    assert pool(np.array([1.0, 1.0]), confident) == 1 and pool(np.array([-1.0]), confident) == -1
