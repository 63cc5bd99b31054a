"""Segments for hosts: gaps where it is quiet or uncertain, and values that hosts colour."""

import itertools

import numpy as np
import pytest

from quadpred_plugin.prediction import Prediction
from vamp_wrapper.levels import LevelMeter
from vamp_wrapper.outputs import SEGMENT_VALUES
from vamp_wrapper.segmentation import SegmentRules, labelled_segments
from vamp_wrapper.settings import parameters

HOP = 0.5
RULES = SegmentRules(2.0, 0.5, 0.35)


def prediction(quadrants, confidence=0.7):
    """Patches without overlap, each with the same confidence in one quadrant."""
    rows = np.full((len(quadrants), 4), (1 - confidence) / 3, dtype=np.float32)
    rows[np.arange(len(quadrants)), np.array(quadrants) - 1] = confidence
    times = np.arange(len(quadrants)) * HOP
    zeros = np.zeros(len(quadrants), dtype=np.float32)
    return Prediction("x", "ok", len(quadrants) * HOP, times, HOP, HOP, rows, zeros, zeros)


def spans(quadrants, quiet=(), confidence=0.7, rules=RULES):
    mask = np.isin(np.arange(len(quadrants)), quiet)
    found = labelled_segments(prediction(quadrants, confidence), mask, rules)
    return [(one.start, one.start + one.duration, one.quadrant.name) for one in found]


def test_single_patches_and_tails_do_not_make_segments():
    assert spans([3] * 10 + [1] * 2 + [3] * 10) == [(0, 11, "Q3")]
    # A tail of reverberation that the network calls angry.
    assert spans([3] * 16 + [2] * 8, quiet=range(16, 24)) == [(0, 8, "Q3")]
    assert spans([2] * 2 + [3] * 16, quiet=range(2)) == [(1, 9, "Q3")]


def test_a_long_pause_is_a_gap_and_a_short_one_is_not():
    quadrants = [1] * 10 + [2] * 8 + [1] * 10
    assert spans(quadrants, quiet=range(10, 18)) == [(0, 5, "Q1"), (9, 14, "Q1")]
    assert spans([1] * 22, quiet=range(10, 12)) == [(0, 11, "Q1")]


def test_what_is_uncertain_has_no_segment():
    assert spans([1, 2, 3, 4] * 6, confidence=0.3) == []
    no_minimum = SegmentRules(0.0, 0.0, 0.0)
    assert len(spans([1, 2, 3, 4] * 6, confidence=0.3, rules=no_minimum)) == 24


def test_silence_alone_has_no_segment():
    assert spans([1] * 8, quiet=range(8)) == []


def test_defaults_are_those_that_were_chosen_on_real_pieces():
    """4Q and renders of VGMIDI: 8 segments a minute before, 1.5 to 3 with these."""
    chosen = {one.identifier: one.default for one in parameters()}
    assert [chosen[name] for name in ("minduration", "hysteresis", "minconfidence")] == [
        5,
        0.5,
        0.3,
    ]


@pytest.mark.parametrize("block", [1, 100, 512, 5000])
def test_levels_do_not_depend_on_blocks(block):
    random = np.random.default_rng(1)
    # Each of ten frames is 6 dB below the one before it, and so is the rest of half a frame.
    samples = random.uniform(-1, 1, 512 * 10 + 256).astype(np.float32)
    samples *= np.float32(0.5) ** np.repeat(np.arange(11), 512)[: len(samples)]
    meter = LevelMeter(512)
    for start in range(0, len(samples), block):
        meter.process(samples[start : start + block])
    # 35 dB below the loudest frame are 5.8 times 6 dB.
    np.testing.assert_array_equal(meter.quiet(np.arange(11), 1), [False] * 6 + [True] * 5)
    assert not meter.quiet(np.array([0]), 31).any()


def colour(value, count):
    """Position on the colour scale of Sonic Visualiser's ``RegionLayer``, which is 0 to 1."""
    return min(max(value / max(count - 1, 1), 0.0), 1.0)


def test_quadrants_have_different_colours_in_sonic_visualiser():
    for count in (2, 3, 4):
        for names in itertools.combinations(SEGMENT_VALUES, count):
            found = sorted(colour(SEGMENT_VALUES[name], count) for name in names)
            if set(names) != {"Q2", "Q4"}:
                assert np.diff(found).min() >= 0.24, names
