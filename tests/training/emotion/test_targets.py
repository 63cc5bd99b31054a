"""Targets of labels and of ratings over time, and how patches are drawn with them."""

from collections import Counter

import numpy as np

from quadpred_plugin.training.datasets.ratings import Ratings
from quadpred_plugin.training.emotion.emotion_targets import targets_of_label, targets_of_ratings
from quadpred_plugin.training.emotion.sampling import Example, draw_examples
from quadpred_plugin.training.patches import band_statistics
from quadpred_plugin.training.recipes.large_model import Corpus


def degrees(targets, time):
    found = targets.at(time)
    return [found["arousal"].tolist(), found["valence"].tolist()]


def test_a_label_has_signs_and_no_rating():
    # Q2: aroused, negative.
    targets = targets_of_label(1)
    np.testing.assert_array_equal(targets.quadrants, [0, 1, 0, 0])
    assert targets.label == 1
    assert degrees(targets, 3.0) == [[1, 0, 0], [-1, 0, 0]]


def test_ratings_are_of_what_sounded_before_listeners_reacted():
    # Two listeners; measures of 2 s, of which the last was rated by nobody.
    curves = np.array(
        [[[0.2, -0.4], [0.6, 0.0], [np.nan, np.nan]], [[0.4, -0.2], [0.6, 0.2], [np.nan, np.nan]]]
    )
    targets = targets_of_ratings(Ratings(np.array([1.0, 3.0, 5.0]), curves), lag=2.0)
    # The rating at 3 s is about what sounded at 1 s; halfway, it is halfway.
    assert targets.label is None
    np.testing.assert_allclose(degrees(targets, 1.0), [[0, 0.6, 1], [0, 0.1, 1]], atol=1e-7)
    np.testing.assert_allclose(degrees(targets, 0.0), [[0, 0.45, 1], [0, -0.1, 1]], atol=1e-7)
    # One listener's valence is negative on the whole; the other's is 0.
    np.testing.assert_allclose(targets.quadrants, [0.25, 0.75, 0, 0])


def test_each_quadrant_and_corpus_has_its_share():
    examples = {
        "pop": [Example(targets_of_label(0), ["few", "few, degraded"])]
        + [Example(targets_of_label(2), ["many"])] * 9,
        "piano": [Example(targets_of_label(3), ["piano"])],
    }
    corpora = {"pop": Corpus(0.8, 0.25), "piano": Corpus(0.2, 0.5)}
    drawn, targets = draw_examples(
        examples, corpora, 4000, lambda version, _: (version, 0.0), np.random.default_rng(0)
    )
    count = Counter(drawn)
    shares = {name: count[name] / 4000 for name in count}
    # Binomial: a standard deviation below 0.008.
    np.testing.assert_allclose(
        [shares[name] for name in ("few", "few, degraded", "many", "piano")],
        [0.3, 0.1, 0.4, 0.2],
        atol=0.03,
    )
    rows = np.array(drawn) == "many"
    np.testing.assert_array_equal(targets["quadrants"][rows], [[0, 0, 1, 0]] * rows.sum())
    np.testing.assert_array_equal(targets["arousal"][rows], [[-1, 0, 0]] * rows.sum())


def test_statistics_are_numpys():
    parts = [np.random.default_rng(seed).normal(3, 2, (40, 5)) for seed in (1, 2)]
    mean, variance = band_statistics([one.astype(np.float16) for one in parts])
    np.testing.assert_allclose(mean, np.concatenate(parts).mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(variance, np.concatenate(parts).var(axis=0), rtol=1e-2)
