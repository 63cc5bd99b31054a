"""Turning points, excerpts, consistency and disagreement against independent computations."""

import dataclasses

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from quadpred_plugin.analysis.consistency import consistency
from quadpred_plugin.analysis.disagreement import divergence, with_disagreement
from quadpred_plugin.analysis.excerpts import find_excerpt
from quadpred_plugin.analysis.turning_points import find_turning_points
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.prediction import without_patches
from tests.analysis.made import HOP, PATCH, make

NOTHING = without_patches("nothing.wav", "silent", 2.0, "is silent.", {})


def random_quadrants(count, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(4), count)


def on_plane(points):
    """Make a prediction whose path goes through points (valence, arousal)."""
    path = np.asarray(points, dtype=np.float32)
    return dataclasses.replace(
        make(random_quadrants(len(path))), valence=path[:, 0], arousal=path[:, 1]
    )


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("quadrant", ["Q1", "Q4"])
def test_no_excerpt_has_a_higher_mean(seed, quadrant):
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 40))
    prediction = make(random_quadrants(count, seed))
    seconds = float(random.uniform(PATCH, count * HOP))
    column = prediction.quadrants[:, int(quadrant[1]) - 1].astype(np.float64)
    ends = prediction.times + PATCH
    means = []
    for first in range(count):
        inside = (prediction.times >= prediction.times[first] - 1e-9) & (
            ends <= prediction.times[first] + seconds + 1e-6
        )
        # An excerpt that extends beyond the end has fewer patches.
        if inside.sum() == int((seconds - PATCH) / HOP + 1e-6) + 1:
            means.append(column[inside].mean())
    found = find_excerpt(prediction, quadrant, seconds)
    assert found.score == pytest.approx(max(means), abs=1e-6)
    assert found.quadrant.name == quadrant
    assert found.duration == pytest.approx(seconds)
    assert 0 <= found.start <= prediction.duration - seconds + 1e-9


def test_an_excerpt_longer_than_the_file_is_the_file():
    prediction = make(random_quadrants(5))
    found = prediction.top("Q2", 60)
    assert (found.start, found.duration) == (0, prediction.duration)
    assert found.score == pytest.approx(prediction.quadrants[:, 1].mean(), abs=1e-6)
    assert NOTHING.top("Q2", 60) is None


@pytest.mark.parametrize(("quadrant", "seconds"), [("Q5", 30), ("Q1", 0), ("Q1", float("nan"))])
def test_an_excerpt_needs_a_quadrant_and_a_length(quadrant, seconds):
    with pytest.raises(ValueError, match=r"\.$"):
        find_excerpt(make(random_quadrants(5)), quadrant, seconds)


def test_turns_are_where_the_path_jumps():
    # 30 patches each; jumps after 30 and 60, the second one smaller.
    prediction = on_plane([(0.5, 0.5)] * 30 + [(-0.5, -0.5)] * 30 + [(-0.5, 0.1)] * 30)
    first, second = find_turning_points(prediction, window=6.0, least=0.5)
    for point, frame, strength in ((first, 30, np.sqrt(2)), (second, 60, 0.6)):
        assert point.time == pytest.approx((frame - 0.5) * HOP + PATCH / 2)
        assert point.strength == pytest.approx(strength, abs=1e-6)
    assert len(find_turning_points(prediction, window=6.0, least=1.0)) == 1


def test_the_novelty_is_the_distance_of_two_means():
    random = np.random.default_rng(5)
    path = random.uniform(-1, 1, (60, 2)).astype(np.float32)
    prediction = on_plane(path)
    reach = 4
    for point in find_turning_points(prediction, window=reach * HOP, least=0.0):
        frame = round((point.time - PATCH / 2) / HOP + 0.5)
        before, after = path[frame - reach : frame].mean(0), path[frame : frame + reach].mean(0)
        assert point.strength == pytest.approx(float(np.linalg.norm(after - before)), abs=1e-5)
        assert (
            point.before.name
            == f"Q{prediction.quadrants[frame - reach : frame].mean(0).argmax() + 1}"
        )


def test_turns_keep_a_window_apart_and_the_ends_have_none():
    prediction = on_plane(np.random.default_rng(1).uniform(-1, 1, (400, 2)))
    points = find_turning_points(prediction, window=10 * HOP, least=0.0)
    times = np.array([one.time for one in points])
    assert len(points) > 5 and np.all(np.diff(times) > 10 * HOP - 1e-9)
    assert times[0] >= 9 * HOP and times[-1] <= prediction.times[-1] - 8 * HOP
    assert find_turning_points(on_plane([(0, 0)] * 5), window=6.0) == []
    assert NOTHING.turning_points() == []


def test_consistency_has_both_ends():
    certain = np.eye(4)
    signs = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
    assert consistency(certain, signs[:, 0], signs[:, 1]) == pytest.approx(np.ones(4))
    assert consistency(certain, -signs[:, 0], -signs[:, 1]) == pytest.approx(np.zeros(4))
    # Uniform quadrants imply 0; a head at 1 has half the maximum distance.
    assert consistency(np.full((1, 4), 0.25), [1.0], [0.0]) == pytest.approx([0.75])


def test_divergence_is_scipys():
    one, other = random_quadrants(50, 1), random_quadrants(50, 2)
    expected = jensenshannon(one, other, base=2, axis=1) ** 2
    assert divergence(np.stack([one, other])) == pytest.approx(expected, abs=1e-9)
    three = divergence(np.stack([np.eye(4)[[0]], np.eye(4)[[1]], np.eye(4)[[2]]]))
    assert three == pytest.approx([np.log2(3)])
    assert divergence(np.stack([one, one, one])) == pytest.approx(np.zeros(50), abs=1e-12)


def test_models_are_compared_on_the_same_patches():
    one, other = make(random_quadrants(9, 1)), make(random_quadrants(9, 2))
    compared = with_disagreement([one, other])
    assert np.array_equal(compared.quadrants, one.quadrants)
    assert compared.disagreement.shape == (9,)
    assert len(compared.provenance["against"]) == 1
    with pytest.raises(ValueError, match="different patches"):
        with_disagreement([one, make(random_quadrants(8))])
    assert with_disagreement([NOTHING, NOTHING]).disagreement.shape == (0,)


def test_a_summary_is_neutral_below_the_least_confidence():
    prediction = make([[0.5, 0.3, 0.1, 0.1]] * 3)
    assert prediction.summary().quadrant == "Q1"
    assert prediction.summary().confidence == pytest.approx(0.5)
    neutral = prediction.interpret(Interpretation(minimum_confidence=0.51))
    assert neutral.summary().quadrant == "neutral"
    assert neutral.provenance["minimum_confidence"] == 0.51
    assert np.array_equal(neutral.quadrants, prediction.quadrants)
    named = neutral.interpret(Interpretation(minimum_confidence=0.5))
    assert named.summary().quadrant == "Q1"
    assert neutral.interpret(Interpretation()).provenance == prediction.provenance


@pytest.mark.parametrize("values", [(-0.1, 2, 0), (1.1, 2, 0), (0, -1, 0), (0, 2, float("nan"))])
def test_an_interpretation_in_range(values):
    with pytest.raises(ValueError, match="not"):
        Interpretation(*values)
