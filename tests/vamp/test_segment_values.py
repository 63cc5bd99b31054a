"""Segments for hosts: defaults, and values that hosts colour."""

import itertools

import numpy as np

from quadpred_plugin.interpretation import Interpretation
from vamp_wrapper.outputs import SEGMENT_VALUES
from vamp_wrapper.settings import parameters


def test_defaults_are_those_of_the_command_line():
    chosen = {one.identifier: one.default for one in parameters()}
    rules = Interpretation()
    assert [chosen[name] for name in ("minduration", "hysteresis", "minconfidence")] == [
        rules.minimum_segment,
        rules.hysteresis,
        rules.segment_confidence,
    ]


def colour(value, count):
    """Position on the colour scale of Sonic Visualiser's ``RegionLayer``, which is 0 to 1."""
    return min(max(value / max(count - 1, 1), 0.0), 1.0)


def test_quadrants_have_different_colours_in_sonic_visualiser():
    for count in (2, 3, 4):
        for names in itertools.combinations(SEGMENT_VALUES, count):
            found = sorted(colour(SEGMENT_VALUES[name], count) for name in names)
            if set(names) != {"Q2", "Q4"}:
                assert np.diff(found).min() >= 0.24, names
