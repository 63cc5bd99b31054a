"""Curves at a given rate, against NumPy's interpolation of single columns."""

from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.analysis.resampling import resample
from quadpred_plugin.analysis.smoothing import smooth
from quadpred_plugin.prediction import without_patches
from tests.exports.synthetic import random_prediction


@pytest.mark.parametrize("rate", [0.5, 25, 30000 / 1001, 30, 60])
def test_values_are_interpolated_at_exact_times(rate):
    prediction = replace(random_prediction(40, hop=0.32, patch=0.992), duration=13.6)
    found = resample(prediction, rate)
    count = len(found)
    assert count == np.ceil(13.6 * rate)
    np.testing.assert_array_equal(found.times, np.arange(count) / rate)
    assert found.hop == found.patch_duration == 1 / rate
    middles = (np.arange(count) + 0.5) / rate
    for mine, own in (
        (found.arousal, prediction.arousal),
        (found.quadrants[:, 2], prediction.quadrants[:, 2]),
    ):
        expected = np.interp(middles, prediction.times + 0.496, own)
        np.testing.assert_allclose(mine, expected, atol=1e-6)
    np.testing.assert_allclose(found.quadrants.sum(axis=1), 1, atol=1e-6)
    assert found.provenance["rate"] == rate


def test_an_hour_has_no_drift():
    prediction = replace(random_prediction(3629, hop=0.992, patch=0.992), duration=3600.0)
    found = resample(prediction, 25)
    assert len(found) == 90000 and found.times[-1] == 89999 / 25


def test_the_values_of_the_file_and_of_sections_stay():
    prediction = random_prediction(60, hop=0.32, patch=0.992)
    changed = resample(smooth(prediction, 3), 30)
    assert changed.original == prediction
    assert changed.summary() == prediction.summary() == smooth(prediction, 3).summary()
    assert changed.summary(2, 5) == prediction.summary(2, 5)
    assert changed.provenance["smoothing"] == 3


def test_pauses_keep_their_place():
    quiet = np.zeros(60, dtype=bool)
    quiet[20:40] = True
    prediction = replace(random_prediction(60, hop=0.5, patch=1.0), quiet=quiet)
    found = resample(prediction, 20)
    changes = np.flatnonzero(np.diff(found.quiet))
    np.testing.assert_allclose(found.times[changes + 1], [10.25, 20.25], atol=0.05)


def test_one_patch_is_constant_and_none_is_none():
    one = resample(random_prediction(1), 25)
    assert len(np.unique(one.arousal)) == 1 and len(one) > 25
    nothing = without_patches("x", "silent", 2.0, "is silent.", {})
    assert resample(nothing, 25) == nothing


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), 1000.5])
def test_other_rates_are_refused(rate):
    with pytest.raises(ValueError, match="A rate must be above 0"):
        resample(random_prediction(5), rate)
