"""Segments against an exhaustive search, smoothing against plain means."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.analysis.segments import find_segments
from quadpred_plugin.analysis.smoothing import smooth
from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.prediction import without_patches
from quadpred_plugin.quadrants import NEUTRAL, QUADRANTS
from tests.analysis.made import HOP, PATCH, make


def one_hot(labels):
    return np.eye(4)[np.asarray(labels)] * 0.6 + 0.1


def labels_of(prediction, segments):
    """Index of the segment's quadrant at each patch's middle."""
    middles = prediction.times + PATCH / 2
    return [
        (*QUADRANTS, NEUTRAL).index(one.quadrant)
        for middle in middles
        for one in segments
        if one.start <= middle < one.start + one.duration
    ]


def score(quadrants, labels):
    return sum(row[label] for row, label in zip(quadrants, labels, strict=True))


@pytest.mark.parametrize("seed", range(30))
def test_no_division_is_better(seed):
    random = np.random.default_rng(seed)
    count, shortest = int(random.integers(1, 8)), int(random.integers(1, 4))
    prediction = make(random.dirichlet(np.full(4, 0.7), count))
    segments = find_segments(prediction, shortest * HOP)
    found = labels_of(prediction, segments)
    best = max(
        score(prediction.quadrants, labels)
        for labels in itertools.product(range(4), repeat=count)
        if min(len(list(run)) for _, run in itertools.groupby(labels)) >= min(shortest, count)
    )
    assert score(prediction.quadrants, found) == pytest.approx(best, abs=1e-6)
    runs = [len(list(run)) for _, run in itertools.groupby(found)]
    assert min(runs) >= min(shortest, count) and len(runs) == len(segments)


def test_segments_join_without_gaps():
    prediction = make(one_hot([0, 0, 0, 2, 2, 1, 1, 1, 1]))
    segments = find_segments(prediction)
    assert [one.quadrant.name for one in segments] == ["Q1", "Q3", "Q2"]
    assert segments[0].start == 0
    for one, following in itertools.pairwise(segments):
        assert one.start + one.duration == pytest.approx(following.start)
    # Halfway between the centres of patches 2 and 3.
    assert segments[1].start == pytest.approx((2 * HOP + 3 * HOP + PATCH) / 2)
    assert segments[-1].start + segments[-1].duration == pytest.approx(8 * HOP + PATCH)


def test_patches_that_do_not_overlap_are_the_borders():
    segments = find_segments(make(one_hot([0, 0, 3, 3]), hop=PATCH))
    assert segments[1].start == pytest.approx(2 * PATCH)


def test_the_last_segment_ends_with_the_signal():
    (segment,) = find_segments(make(one_hot([1]), duration=0.5))
    assert (segment.start, segment.duration) == (0, 0.5)


def test_a_short_run_is_merged_but_a_long_one_is_not():
    labels = [0, 0, 0, 0, 1, 0, 0, 0, 2, 2, 2, 2, 2]
    assert [one.quadrant.name for one in find_segments(make(one_hot(labels)), 2.0)] == ["Q1", "Q3"]
    assert len(find_segments(make(one_hot(labels)), 0.0)) == 4


def test_a_signal_shorter_than_the_minimum_is_one_segment():
    (segment,) = find_segments(make(one_hot([0, 1, 1, 2])), 60.0)
    assert segment.quadrant.name == "Q2"


def test_nothing_has_no_segments():
    nothing = without_patches("test", "silent", 1.0, "is silent.", {"hop": HOP, "patch": PATCH})
    assert find_segments(nothing) == []
    assert smooth(nothing, 5.0) is nothing


def test_an_hour_is_divided_in_little_time():
    random = np.random.default_rng(0)
    prediction = make(random.dirichlet(np.ones(4), 22500), hop=0.16)
    segments = find_segments(prediction, 2.0)
    assert min(one.duration for one in segments) >= 2.0


@pytest.mark.parametrize(("seconds", "reach"), [(2.0, 1), (1.92, 1), (6.4, 5), (100.0, 78)])
def test_smoothing_is_the_mean_of_the_neighbourhood(seconds, reach):
    random = np.random.default_rng(1)
    prediction = make(random.dirichlet(np.ones(4), 40))
    found = smooth(prediction, seconds)
    for name in ("quadrants", "arousal", "valence"):
        curve = getattr(prediction, name).astype(np.float64)
        expected = [
            curve[max(0, index - reach) : index + reach + 1].mean(axis=0) for index in range(40)
        ]
        np.testing.assert_allclose(getattr(found, name), expected, atol=1e-6)
    np.testing.assert_allclose(found.quadrants.sum(axis=1), 1, atol=1e-6)


def test_little_smoothing_changes_nothing():
    prediction = make(one_hot([0, 1, 2]))
    assert smooth(prediction, 0) is prediction
    assert smooth(prediction, 2 * HOP - 0.01) is prediction


@pytest.mark.parametrize("seed", range(20))
def test_no_division_is_better_with_hysteresis_and_a_neutral_zone(seed):
    random = np.random.default_rng(seed)
    count, shortest = int(random.integers(2, 7)), int(random.integers(1, 3))
    penalty, least = float(random.uniform(0.05, 0.8)), float(random.uniform(0.3, 0.7))
    prediction = make(random.dirichlet(np.full(4, 0.7), count))
    prediction = prediction.interpret(Interpretation(minimum_confidence=least))
    segments = find_segments(prediction, shortest * HOP, penalty * HOP)
    found = labels_of(prediction, segments)
    choices = np.column_stack([prediction.quadrants, np.full(count, least)])

    def worth(labels):
        changes = sum(one != other for one, other in itertools.pairwise(labels))
        return score(choices, labels) - penalty * changes

    best = max(
        worth(labels)
        for labels in itertools.product(range(5), repeat=count)
        if min(len(list(run)) for _, run in itertools.groupby(labels)) >= min(shortest, count)
    )
    assert worth(found) == pytest.approx(best, abs=1e-6)


def test_a_change_waits_for_its_hysteresis():
    # Q2 leads by 0.6 for two patches of 0.64 s: 0.77 s.
    prediction = make(one_hot([0, 0, 0, 0, 1, 1, 0, 0, 0, 0]))
    names = [one.quadrant.name for one in find_segments(prediction, 0, 0.38)]
    assert names == ["Q1", "Q2", "Q1"]
    assert [one.quadrant.name for one in find_segments(prediction, 0, 0.39)] == ["Q1"]


def test_without_a_minimum_a_segment_is_neutral_where_its_patches_are():
    quadrants = [[0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.2, 0.1], [0.3, 0.3, 0.2, 0.2], [0, 0, 0, 1]]
    prediction = make(quadrants).interpret(Interpretation(minimum_confidence=0.5))
    assert prediction.patch_quadrants() == ["Q1", "neutral", "neutral", "Q4"]
    names = [one.quadrant.name for one in find_segments(prediction)]
    assert names == ["Q1", "neutral", "Q4"]


RULES = {"minimum_duration": 2.0, "hysteresis": 0.5, "minimum_confidence": 0.35}


def spans(labels, quiet=(), confidence=0.7, **rules):
    """Segments of patches of half a second without overlap, alike in confidence."""
    rows = np.full((len(labels), 4), (1 - confidence) / 3, dtype=np.float32)
    rows[np.arange(len(labels)), np.array(labels) - 1] = confidence
    mask = np.isin(np.arange(len(labels)), quiet)
    made = replace(make(rows, hop=0.5, duration=len(labels) / 2), patch_duration=0.5, quiet=mask)
    found = find_segments(made, **(RULES | rules))
    return [(one.start, one.start + one.duration, one.quadrant.name) for one in found]


def test_single_patches_and_tails_do_not_make_segments():
    assert spans([3] * 10 + [1] * 2 + [3] * 10) == [(0, 11, "Q3")]
    # A tail of reverberation that the network calls angry.
    assert spans([3] * 16 + [2] * 8, quiet=range(16, 24)) == [(0, 8, "Q3")]
    assert spans([2] * 2 + [3] * 16, quiet=range(2)) == [(1, 9, "Q3")]


def test_a_long_pause_is_a_gap_and_a_short_one_is_not():
    labels = [1] * 10 + [2] * 8 + [1] * 10
    assert spans(labels, quiet=range(10, 18)) == [(0, 5, "Q1"), (9, 14, "Q1")]
    assert spans([1] * 22, quiet=range(10, 12)) == [(0, 11, "Q1")]


def test_what_is_uncertain_has_no_segment():
    assert spans([1, 2, 3, 4] * 6, confidence=0.3) == []
    nothing = dict.fromkeys(RULES, 0.0)
    assert len(spans([1, 2, 3, 4] * 6, confidence=0.3, **nothing)) == 24


def test_silence_alone_has_no_segment():
    assert spans([1] * 8, quiet=range(8)) == []


def test_the_defaults_are_those_that_were_chosen_on_real_pieces():
    rules = Interpretation()
    assert (rules.minimum_segment, rules.hysteresis, rules.segment_confidence) == (5, 0.5, 0.3)
    made = make(one_hot([0] * 20 + [2] * 20))
    assert made.segments() == find_segments(made, 5, 0.5, 0.3)
    former = replace(made, interpretation=Interpretation(0, 2, 0, 0))
    assert former.segments() == find_segments(made, 2)
