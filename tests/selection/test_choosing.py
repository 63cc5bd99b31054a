"""Which candidates are chosen, and what is counted of the others."""

import numpy as np
import pytest

from quadpred_plugin.errors import AudioError
from quadpred_plugin.selection.candidates import Candidate
from quadpred_plugin.selection.choosing import choose


def candidate(path, quadrant, confidence):
    quadrants = np.full(4, (1 - confidence) / 3)
    quadrants[int(quadrant[1]) - 1] = confidence
    return Candidate(path, 0.0, 30.0, quadrants, 0.5, 0.5, 1.0)


def paths(choice):
    return [one.candidate.path for one in choice.stimuli]


def level(candidate):
    return -20.0


MANY = [
    candidate(f"{quadrant}/{number:02}.wav", quadrant, 0.4 + number / 100)
    for quadrant in ("Q1", "Q2", "Q3", "Q4")
    for number in range(20)
]


def test_the_most_confident_of_each_quadrant_are_chosen():
    choices = choose(MANY, 3, 0, level)
    assert [choice.quadrant for choice in choices] == ["Q1", "Q2", "Q3", "Q4"]
    for choice in choices:
        assert paths(choice) == [f"{choice.quadrant}/{number}.wav" for number in (19, 18, 17)]
        assert (choice.candidates, choice.passed, choice.complete) == (20, 20, True)
        assert [one.level for one in choice.stimuli] == [-20] * 3


def test_the_order_of_the_candidates_does_not_matter():
    same = [candidate(f"{number}.wav", "Q1", 0.7) for number in range(9)]
    expected = ["0.wav", "1.wav", "2.wav"]
    assert paths(choose(same, 3, 0, level)[0]) == expected
    assert paths(choose(same[::-1], 3, 0, level)[0]) == expected


def test_the_minimum_is_not_lowered():
    choices = choose(MANY, 10, 0.55, level)
    for choice in choices:
        assert (choice.candidates, choice.passed, len(choice.stimuli)) == (20, 5, 5)
        assert not choice.complete


@pytest.mark.parametrize(("confidence", "passed"), [(0.8 - 1e-9, 1), (0.79, 0)])
def test_a_confidence_of_the_minimum_passes_as_tables_write_it(confidence, passed):
    assert choose([candidate("a", "Q1", confidence)], 1, 0.8, level)[0].passed == passed


def test_a_group_is_used_once_in_all_quadrants():
    candidates = [
        candidate("a/1", "Q1", 0.9),
        candidate("a/2", "Q1", 0.8),
        candidate("b/1", "Q1", 0.7),
        candidate("b/2", "Q3", 0.5),
        candidate("none", "Q1", 0.6),
    ]
    groups = {"a": "a", "b": "b", "none": None}
    first, _, third, _ = choose(candidates, 2, 0, level, lambda path: groups[path.split("/")[0]])
    # Q3 has one candidate only, so it chooses before Q1.
    assert (paths(first), paths(third)) == (["a/1"], ["b/2"])
    assert (first.repeated, first.unknown) == (2, 1)


def test_what_cannot_be_read_is_named_and_replaced():
    def measure(candidate):
        if candidate.path == "Q2/19.wav":
            raise AudioError("is damaged.")
        return None

    _, second, *_ = choose(MANY, 2, 0, measure)
    assert paths(second) == ["Q2/18.wav", "Q2/17.wav"]
    assert second.unreadable == [("Q2/19.wav", "is damaged.")]


def test_levels_are_measured_of_the_chosen_only():
    measured = []
    choose(MANY, 2, 0, lambda candidate: measured.append(candidate.path))
    assert len(measured) == 8


def test_without_candidates_nothing_is_chosen():
    assert [choice.stimuli for choice in choose([], 2, 0, level)] == [[]] * 4
