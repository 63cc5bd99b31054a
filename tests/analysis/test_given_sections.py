"""Means of sections, against NumPy and against what Vamp hosts do with a list of segments."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.analysis.given_sections import sections_without_values, with_sections
from quadpred_plugin.exports.columns import rows
from quadpred_plugin.model.pooling import Pooling
from quadpred_plugin.sections.section import Section
from tests.exports.synthetic import random_prediction


def overlap(start, end, first, last):
    return max(0.0, min(end, last) - max(start, first))


@pytest.mark.parametrize("hop", [0.32, 0.992])
def test_means_are_weighted_by_overlap(hop):
    prediction = random_prediction(40, hop=hop, patch=0.992)
    for start, end in ((0, 3), (1.2, 1.3), (0.5, 7.77), (9, 100)):
        weights = [overlap(one, one + 0.992, start, end) for one in prediction.times]
        expected = np.average(prediction.quadrants.astype(float), axis=0, weights=weights)
        found = prediction.summary(start, end)
        np.testing.assert_allclose(found.quadrants, expected, rtol=1e-9)
        assert found.valence == pytest.approx(
            np.average(prediction.valence.astype(float), weights=weights), rel=1e-9
        )


def test_the_whole_file_has_its_own_values():
    pooling = {"quadrants": Pooling(0.8, 0.2), "arousal": Pooling(0.7, -0.1)}
    prediction = replace(random_prediction(30), pooling=pooling)
    whole, part = prediction.summary(), prediction.summary(0, prediction.duration)
    np.testing.assert_allclose(part.quadrants, whole.quadrants, rtol=1e-12)
    assert part.arousal == pytest.approx(whole.arousal, rel=1e-12)


def held_means(times, values, end, boundaries):
    """Mean of each segment as Vamp's host library has it in continuous time.

    A value lasts until the next one, the last one until the end, and is divided among the
    segments that it is in. Segments lie between boundaries, the start and the end.
    """
    ends = [*times[1:], end]
    edges = [0.0, *boundaries, end]
    means = []
    for first, last in itertools.pairwise(edges):
        lengths = [overlap(start, stop, first, last) for start, stop in zip(times, ends)]
        means.append(np.dot(lengths, values) / np.sum(lengths))
    return means


def test_means_are_those_of_vamp_hosts():
    prediction = random_prediction(20, hop=1.0, patch=1.0)
    boundaries, end = [2.5, 3.25, 11.0], 20.0
    sections = [Section(*pair) for pair in zip([0.0, *boundaries], [*boundaries, end])]
    lines = rows(with_sections(prediction, sections), "segment")
    for column, values in ((7, prediction.arousal), (3, prediction.quadrants[:, 0])):
        expected = held_means(prediction.times, values.astype(float), end, boundaries)
        np.testing.assert_allclose([line[column] for line in lines], expected, rtol=1e-9)


def test_sections_beyond_the_end_are_told():
    prediction = random_prediction(10, hop=1.0, patch=1.0)
    assert prediction.duration == 10.25
    given = with_sections(prediction, [Section(0, 4), Section(8, 20, "out"), Section(10, 12)])
    assert [one.start for one in sections_without_values(given)] == [10]
    assert given.warnings == (
        "sections without values: 1 of 3, since no row is within them; the file is 10.250 s long.",
        "sections that end after the file, which is 10.250 s long: 1 of 3; their values are about "
        "what is before its end.",
    )
    _, second, third = rows(given, "segment", ("label",))
    assert second[-1] == "out" and second[1:3] == (8, 12)
    assert third[3:-1] == (None,) * 7 and third[-1] == ""
    assert with_sections(prediction, [Section(0, 10.3)]).warnings == ()


def test_found_segments_have_rows_of_their_quadrant():
    prediction = random_prediction(200, hop=0.5, patch=1.0)
    lines = rows(prediction, "segment")
    found = prediction.segments()
    assert [(line[1], line[2], line[-1]) for line in lines] == [
        (one.start, one.duration, one.quadrant.name) for one in found
    ]
