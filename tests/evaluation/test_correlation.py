"""Correlations against scipy, errors against plain NumPy, undefined cases."""

import numpy as np
import pytest
from scipy import stats

from quadpred_plugin.evaluation.correlation import (
    MEASURES,
    bias,
    compare_values,
    concordance,
    is_constant,
    pearson,
    ranks,
    root_mean_square_error,
    spearman,
)


def made(count, seed, step=None):
    """Return correlated columns; with a step, rounded so that values repeat."""
    random = np.random.default_rng(seed)
    first = random.normal(size=count)
    second = 0.4 * first + random.normal(size=count) + 0.3
    if step:
        first, second = (np.round(one / step) * step for one in (first, second))
    return first, second


@pytest.mark.parametrize("step", [None, 0.5], ids=["distinct", "ties"])
@pytest.mark.parametrize("count", [3, 10, 500])
def test_correlations_are_those_of_scipy(count, step):
    for seed in range(5):
        first, second = made(count, seed, step)
        np.testing.assert_array_equal(ranks(first), stats.rankdata(first))
        if np.ptp(first) and np.ptp(second):
            assert pearson(first, second) == pytest.approx(stats.pearsonr(first, second).statistic)
            expected = stats.spearmanr(first, second).statistic
            assert spearman(first, second) == pytest.approx(expected, abs=1e-12)


def test_concordance_is_the_formula_of_lin():
    first, second = made(50, 1)
    moments = np.cov(first, second, bias=True)
    expected = 2 * moments[0, 1] / (np.trace(moments) + (first.mean() - second.mean()) ** 2)
    assert concordance(first, second) == pytest.approx(expected)
    assert concordance(first, first) == pytest.approx(1)
    # The same shape elsewhere on the scale correlates fully, and agrees less.
    assert pearson(first, first / 2 + 1) == pytest.approx(1)
    assert concordance(first, first / 2 + 1) < 0.7


def test_errors():
    rated, predicted = np.array([0.0, 0.5, -0.5]), np.array([0.3, 0.9, -0.5])
    assert bias(rated, predicted) == pytest.approx(0.7 / 3)
    assert root_mean_square_error(rated, predicted) == pytest.approx(np.sqrt(0.25 / 3))


@pytest.mark.parametrize("constant", [np.zeros(5), np.full(5, 0.3), np.array([0.1 + 0.2, 0.3] * 2)])
def test_a_constant_side_has_no_correlation(constant):
    other = np.arange(float(len(constant)))
    assert is_constant(constant)
    for sides in ((constant, other), (other, constant)):
        found = compare_values(*sides)
        assert [name for name, value in found.items() if np.isnan(value)] == [
            "pearson",
            "spearman",
            "ccc",
        ]
        assert found["bias"] == pytest.approx(np.mean(sides[1] - sides[0]))


def test_fewer_than_two_values():
    single = compare_values(np.array([0.2]), np.array([0.5]))
    assert np.isnan(single["pearson"]) and single["bias"] == pytest.approx(0.3)
    nothing = compare_values(np.zeros(0), np.zeros(0))
    assert list(nothing) == list(MEASURES) and np.isnan(list(nothing.values())).all()


def test_float32_is_summed_in_double_precision():
    first, second = (one.astype(np.float32) for one in made(1000, 3))
    expected = stats.pearsonr(first.astype(np.float64), second.astype(np.float64)).statistic
    assert pearson(first + np.float32(0), second) == pytest.approx(expected, abs=1e-12)
