"""Bootstrap: groups stay together, intervals are quantiles, standard errors are known ones."""

import numpy as np
import pytest
from scipy import stats

from quadpred_plugin.evaluation.bootstrap import draw_files, percentile_interval


def test_files_of_a_group_are_drawn_together():
    groups = ["b", "a", "b", "c", "b"]
    sets = {"a": [1], "b": [0, 2, 4], "c": [3]}
    sizes = set()
    for drawn in draw_files(groups, 200, 1):
        counts = np.bincount(drawn, minlength=5)
        times = [{counts[file] for file in files} for files in sets.values()]
        assert all(len(one) == 1 for one in times)
        assert sum(one.pop() for one in times) == 3
        sizes.add(len(drawn))
    # Three draws of groups of 1, 3 and 1 files.
    assert sizes == {3, 5, 7, 9}


def test_the_seed_decides():
    first, again, other = (draw_files(range(10), 20, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(one, two) for one, two in zip(first, again))
    assert not all(np.array_equal(one, two) for one, two in zip(first, other))
    assert draw_files(range(10), 0, 0) == []


def test_the_interval_of_a_mean_is_that_of_scipy():
    values = np.random.default_rng(0).normal(size=80)
    means = np.array([values[drawn].mean() for drawn in draw_files(range(80), 4000, 0)])
    reference = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", random_state=1
    ).confidence_interval
    # The scatter of quantiles of 4000 samples.
    assert percentile_interval(means) == pytest.approx(tuple(reference), abs=0.02)


def test_groups_of_equal_files_widen_the_interval():
    # Eight files each of ten groups say as much as ten files.
    groups = np.repeat(np.arange(10), 8)
    values = np.random.default_rng(0).normal(size=10)[groups]

    def width(units):
        means = np.array([values[drawn].mean() for drawn in draw_files(units, 2000, 0)])
        low, high = percentile_interval(means)
        return high - low

    assert width(groups) / width(range(80)) == pytest.approx(np.sqrt(8), rel=0.1)


def test_undefined_samples():
    draws = np.arange(100.0)
    assert percentile_interval(draws) == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])))
    draws[:5] = np.nan
    assert percentile_interval(draws) == pytest.approx(
        tuple(np.quantile(draws[5:], [0.025, 0.975]))
    )
    draws[5] = np.nan
    assert percentile_interval(draws) == (None, None)
    assert percentile_interval(np.zeros(0)) == (None, None)
