"""Descriptors that hosts read: identifiers, names, ranges, programs and outputs."""

import itertools
import re

import pytest

from quadpred_plugin.model.registry import list_models
from tests import signals
from tests.vamp.python_host import descriptor, instance
from vamp_wrapper.library import descriptor_address
from vamp_wrapper.settings import DEFAULT_HOP

IDENTIFIER = re.compile(r"[a-z0-9_-]+")


def parameter(name):
    found = descriptor()
    for index in range(found.parameterCount):
        one = found.parameters[index].contents
        if one.identifier == name.encode():
            return one
    raise KeyError(name)


def value_names(one):
    names = []
    while one.valueNames[len(names)] is not None:
        names.append(one.valueNames[len(names)].decode())
    return names


def test_there_is_one_plugin_for_hosts_of_this_interface():
    assert descriptor_address(2, 0)
    assert descriptor_address(3, 0) == descriptor_address(2, 0)
    assert descriptor_address(1, 0) == 0
    assert descriptor_address(2, 1) == 0


def test_texts_are_there():
    found = descriptor()
    assert (found.identifier, found.vampApiVersion) == (b"quadpred", 2)
    for text in (found.name, found.description, found.maker, found.copyright):
        assert text.decode()
    assert "CC BY-NC-SA" in found.copyright.decode()


def test_identifiers_are_those_that_sessions_hold():
    found = descriptor()
    names = [found.parameters[index].contents.identifier for index in range(found.parameterCount)]
    assert names == [b"model", b"hop", b"smoothing", b"minduration"]
    with instance(44100) as one:
        outputs = [one.output(index) for index in range(6)]
    assert [output["identifier"] for output in outputs] == [
        *(b"arousal", b"valence", b"taggram", b"segments", b"summary", b"confidence")
    ]
    assert all(IDENTIFIER.fullmatch(name.decode()) for name in names)


def test_parameters_are_whole():
    found = descriptor()
    for index in range(found.parameterCount):
        one = found.parameters[index].contents
        assert one.name and one.description and one.unit is not None
        assert one.minValue <= one.defaultValue <= one.maxValue and one.minValue < one.maxValue
        if one.isQuantized:
            steps = (one.maxValue - one.minValue) / one.quantizeStep
            assert abs(steps - round(steps)) < 1e-5
            assert len(value_names(one)) == round(steps) + 1
            default = (one.defaultValue - one.minValue) / one.quantizeStep
            assert abs(default - round(default)) < 1e-5


def test_every_installed_model_can_be_chosen():
    names = value_names(parameter("model"))
    cards = [card.name for card in list_models()]
    assert names[0] == f"default ({cards[0]})"
    assert sorted(names[1:]) == sorted(cards)


def test_a_model_chosen_by_name_is_the_default_one():
    samples = signals.example("q4_calm")[: 4 * signals.RATE]
    found = []
    names = value_names(parameter("model"))
    for index in (0, names.index(list_models()[0].name)):
        with instance(signals.RATE) as one:
            one.set(model=index)
            assert one.initialise()
            found.append(one.run(samples))
    assert found[0] == found[1]


def test_output_descriptors():
    with instance(44100) as one:
        arousal, valence, taggram, segments, summary, confidence = map(one.output, range(6))
    for curve, low in ((arousal, -1), (valence, -1), (taggram, 0), (confidence, 0)):
        assert (curve["minValue"], curve["maxValue"]) == (low, 1)
        assert (curve["sampleType"], curve["hasDuration"], curve["isQuantized"]) == (1, 0, 0)
        assert curve["sampleRate"] == pytest.approx(1 / DEFAULT_HOP)
    assert taggram["binNames"] == ["Q1 A+V+", "Q2 A+V−", "Q3 A−V−", "Q4 A−V+"]
    assert (segments["minValue"], segments["maxValue"], segments["quantizeStep"]) == (1, 4, 1)
    for one in (segments, summary):
        assert (one["sampleType"], one["hasDuration"]) == (2, 1)
    assert [one["binCount"] for one in (arousal, taggram, segments)] == [1, 4, 1]
    assert arousal["hasFixedBinCount"] == 1
    # Sonic Visualiser would show features with fixed bins and a duration as notes.
    assert (summary["hasFixedBinCount"], summary["binCount"], summary["binNames"]) == (0, 0, [])


@pytest.mark.parametrize("hop", [0.0, 0.16, 0.32, 0.48, 0.64])
@pytest.mark.parametrize("rate", [11025, 16000, 22050, 44100, 48000, 96000])
def test_frame_rates_follow_the_hop(hop, rate):
    with instance(rate) as one:
        one.set(hop=hop)
        found = one.output(2)["sampleRate"]
    assert rate / found == pytest.approx((hop or 0.992) * rate, abs=0.5)
    if hop:
        # A whole number of samples at every usual rate: nothing is rounded.
        assert round(rate / found) == pytest.approx(hop * rate)


def test_values_are_kept_within_their_ranges():
    with instance(44100) as one:
        longest = parameter("hop").maxValue
        pairs = ((0.5, 0.48), (5, longest), (-1, 0), (0.17, 0.16), (float("nan"), DEFAULT_HOP))
        for given, kept in pairs:
            one.set(hop=given)
            assert one.get("hop") == pytest.approx(kept)
        one.set(smoothing=1e9, minduration=3.3)
        assert one.get("smoothing") == 30
        assert one.get("minduration") == pytest.approx(3.3)
        one.set(model=99)
        assert one.get("model") == parameter("model").maxValue


def test_the_default_program_is_the_state_of_a_new_instance():
    found = descriptor()
    assert found.programs[0] == b"default"
    with instance(44100) as one:
        assert found.getCurrentProgram(one.handle) == 0
        names = ("model", "hop", "smoothing", "minduration")
        before = [one.get(name) for name in names]
        assert before == [pytest.approx(parameter(name).defaultValue) for name in names]
        one.set(hop=0.16, smoothing=4)
        found.selectProgram(one.handle, 0)
        assert [one.get(name) for name in names] == before


def test_setting_defaults_changes_nothing():
    samples = signals.example("q2_anger")[: 6 * signals.RATE]
    results = []
    for prepare in (
        lambda one: None,
        lambda one: one.descriptor.selectProgram(one.handle, 0),
        lambda one: one.set(
            **{
                name: parameter(name).defaultValue
                for name in ("model", "hop", "smoothing", "minduration")
            }
        ),
    ):
        with instance(signals.RATE) as one:
            prepare(one)
            assert one.initialise()
            results.append(one.run(samples))
    assert results[0] == results[1] == results[2]


def test_smoothing_and_minimum_duration_do_what_they_say():
    samples = signals.example("q1_joy")
    runs = {}
    for smoothing, minimum in ((0, 0), (0, 8), (5, 0)):
        with instance(signals.RATE) as one:
            one.set(smoothing=smoothing, minduration=minimum)
            assert one.initialise()
            runs[smoothing, minimum] = one.run(samples)
    plain, merged, smoothed = runs[0, 0], runs[0, 8], runs[5, 0]
    assert merged["taggram"] == plain["taggram"]
    assert len(merged["segments"]) < len(plain["segments"])
    assert min(row[1] for row in merged["segments"]) >= 8e9
    roughness = [
        sum(abs(b[3][0] - a[3][0]) for a, b in itertools.pairwise(rows))
        for rows in (plain["arousal"], smoothed["arousal"])
    ]
    assert roughness[1] < roughness[0] / 2
    assert smoothed["summary"] == plain["summary"]
