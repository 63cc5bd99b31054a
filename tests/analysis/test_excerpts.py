"""The clearest excerpt is the best of all excerpts of all quadrants, by a search of our own."""

import numpy as np
import pytest

from quadpred_plugin.analysis.excerpts import find_clearest_excerpt, find_excerpt
from quadpred_plugin.prediction import without_patches
from quadpred_plugin.quadrants import QUADRANT_NAMES
from tests.analysis.made import HOP, PATCH, make


def seconds_of(count):
    """Length of that many patches."""
    return (count - 1) * HOP + PATCH


def made(patches=40, seed=0):
    quadrants = np.random.default_rng(seed).dirichlet(np.ones(4), patches)
    return make(quadrants)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [1, 7, 40])
def test_no_excerpt_of_any_quadrant_is_clearer(seed, count):
    prediction = made(seed=seed)
    excerpt, patches = find_clearest_excerpt(prediction, seconds_of(count))
    means = [
        prediction.quadrants[first : first + count].mean(axis=0, dtype=float)
        for first in range(40 - count + 1)
    ]
    assert excerpt.score == pytest.approx(np.max(means))
    assert patches.stop - patches.start == count
    mean = prediction.quadrants[patches].mean(axis=0, dtype=float)
    assert QUADRANT_NAMES[int(mean.argmax())] == excerpt.quadrant.name
    assert mean.max() == pytest.approx(excerpt.score)
    assert excerpt == find_excerpt(prediction, excerpt.quadrant.name, seconds_of(count))


def test_the_patches_are_within_the_excerpt():
    prediction = made()
    excerpt, patches = find_clearest_excerpt(prediction, 10)
    assert prediction.times[patches.start] >= excerpt.start - 1e-9
    last = prediction.times[patches.stop - 1] + prediction.patch_duration
    assert last <= excerpt.start + 10 + 1e-9


def test_without_patches_there_is_none():
    assert find_clearest_excerpt(without_patches("a", "silent", 3, "is silent.", {}), 2) is None


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_lengths_must_be_positive(seconds):
    with pytest.raises(ValueError, match="must be positive"):
        find_clearest_excerpt(made(), seconds)
