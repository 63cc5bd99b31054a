"""Curves: lag, smoothing, ends, and correlations within and across files."""

import numpy as np
import pytest
from scipy import stats
from scipy.ndimage import uniform_filter1d

from quadpred_plugin.evaluation.curves import Curve, across_files, pair, within_files
from quadpred_plugin.evaluation.outputs import predicted_curve

PATCH = 0.992


def predicted(count=60, seed=0, hop=PATCH):
    values = np.random.default_rng(seed).uniform(-1, 1, count).astype(np.float32)
    return predicted_curve(np.arange(count) * hop, PATCH, values)


def test_a_patch_stands_for_its_centre():
    curve = predicted_curve(np.array([0.0, 1.0]), 1.0, np.array([0.2, 0.6]))
    times = np.array([-0.1, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 3.1])
    expected = [np.nan, 0.2, 0.2, 0.4, 0.6, 0.6, 0.6, np.nan]
    np.testing.assert_allclose(curve.at(times), expected)
    # A single patch, whatever the hop, has its own length.
    single = predicted_curve(np.array([0.0]), PATCH, np.array([0.3]))
    np.testing.assert_allclose(single.at(np.array([0.0, 1.9, 2.0])), [0.3, 0.3, np.nan])


@pytest.mark.parametrize("lag", [0.0, 2.0, 3.5])
def test_a_delay_is_undone_by_the_lag(lag):
    curve = predicted()
    rated = Curve(curve.times + lag, curve.values / 2 + 0.1)
    found = within_files([rated], [curve], lag=lag)
    assert found["pearson"][0] == pytest.approx(1)
    assert found["spearman"][0] == pytest.approx(1)
    assert found["ccc"][0] < 0.9
    if lag:
        assert abs(within_files([rated], [curve])["pearson"][0]) < 0.9


def test_interpolation_and_correlation_are_those_of_numpy_and_scipy():
    curve = predicted(hop=0.32)
    random = np.random.default_rng(1)
    rated = Curve(np.arange(1, 18, 0.5), random.uniform(-1, 1, 34))
    ratings, values = pair(rated, curve, lag=0.7)
    np.testing.assert_array_equal(ratings, rated.values)
    np.testing.assert_allclose(values, np.interp(rated.times - 0.7, curve.times, curve.values))
    found = within_files([rated], [curve], lag=0.7)["pearson"][0]
    assert found == pytest.approx(stats.pearsonr(ratings, values).statistic)


def test_smoothing_is_a_centred_average():
    curve = predicted(hop=0.5)
    # Five patches: two on either side of the centre.
    smoothed = curve.smoothed(2.4)
    expected = uniform_filter1d(curve.values.astype(np.float64), 5)
    np.testing.assert_allclose(smoothed.values[2:-2], expected[2:-2], atol=1e-6)
    assert smoothed.values[0] == pytest.approx(curve.values[:3].mean(), abs=1e-6)
    assert (smoothed.begin, smoothed.end) == (curve.begin, curve.end)
    assert curve.smoothed(0.9) is curve
    one = predicted(1)
    assert one.smoothed(10) is one


def test_ratings_outside_of_the_audio_and_missing_ones_are_left_out():
    curve = predicted(10)
    rated = Curve(np.array([0.5, 1.0, 5.0, 30.0]), np.array([0.1, 0.2, np.nan, 0.4]))
    ratings, values = pair(rated, curve)
    assert ratings.tolist() == [0.1, 0.2] and len(values) == 2
    # With a lag, the first rating would be about music before the beginning.
    assert pair(rated, curve, lag=0.6)[0].tolist() == [0.2]


def test_across_files_compares_means_at_the_rated_times():
    random = np.random.default_rng(2)
    curves = [predicted(40, seed) for seed in range(6)]
    # Each file is rated in another part.
    times = [np.sort(random.uniform(2, 38, 20)) for _ in curves]
    rated = [Curve(one, random.uniform(-1, 1, 20)) for one in times]
    means = [
        np.interp(one - 1, curve.times, curve.values).mean() for one, curve in zip(times, curves)
    ]
    ratings = [one.values.mean() for one in rated]
    found = across_files(rated, curves, lag=1)
    assert found["pearson"] == pytest.approx(stats.pearsonr(ratings, means).statistic)
    assert found["bias"] == pytest.approx(np.mean(means) - np.mean(ratings))


def test_constant_curves_and_files_without_common_times():
    curve, flat = predicted(20), predicted_curve(np.arange(20.0), 1.0, np.full(20, 0.5))
    times = np.arange(1, 15.0)
    rated = Curve(times, np.sin(times))
    found = within_files(
        [rated, Curve(times, np.full(14, 0.25)), rated, Curve(times + 100, rated.values)],
        [curve, curve, flat, curve],
    )
    for values in found.values():
        assert np.isnan(values).tolist() == [False, True, True, True]
    # The last file has no place among the means.
    across = across_files([rated, Curve(times + 100, times)], [curve, curve])
    assert np.isnan(across["pearson"]) and np.isfinite(across["rmse"])
    assert np.isnan(across_files([], [])["bias"])
