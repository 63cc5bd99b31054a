"""Segments for hosts: defaults, and values that hosts colour."""

import itertools

import numpy as np
import pytest

import quadpred_plugin as qp
from quadpred_plugin.interpretation import Interpretation
from tests import signals
from tests.vamp.python_host import instance
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


def test_a_host_gets_the_segments_of_predict():
    """At the plugin's own hop; with a pause, which is a gap in both."""
    samples = signals.example("q3_sadness")[: 24 * signals.RATE].copy()
    samples[10 * signals.RATE : 17 * signals.RATE] *= 1e-3
    with instance(signals.RATE) as one:
        assert one.initialise(step=len(samples))
        rows = one.run(samples)["segments"]
        hop = one.get("hop")
    prediction = qp.predict((samples, signals.RATE), hop=hop)
    expected = prediction.segments()
    assert prediction.quiet.any() and len(expected) >= 2
    assert [row[0] / 1e9 for row in rows] == pytest.approx([one.start for one in expected])
    assert [row[1] / 1e9 for row in rows] == pytest.approx([one.duration for one in expected])
    assert [row[2] for row in rows] == [one.quadrant.title for one in expected]
