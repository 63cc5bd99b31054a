"""Descriptors that hosts read: identifiers, names, ranges, programs and outputs."""

import ast
import itertools
import math
import re
import subprocess

import pytest

from quadpred_plugin.model.registry import installed_models, list_models
from tests import signals
from tests.conftest import clean_environment
from tests.limits import HANG
from tests.vamp.python_host import descriptor, descriptor_address, instance
from vamp_wrapper.settings import DEFAULT_HOP, FIRST_OWN_NUMBER, SHIPPED_NUMBERS, models

IDENTIFIER = re.compile(r"[a-z0-9_-]+")
NAMES = ("model", "hop", "smoothing", "minduration", "hysteresis", "minconfidence")


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
    assert [name.decode() for name in names] == list(NAMES)
    with instance(44100) as one:
        outputs = [one.output(index) for index in range(7)]
    assert [output["identifier"].decode() for output in outputs] == [
        *("arousal", "valence", "taggram", "segments", "summary", "confidence", "turningpoints")
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


def test_audacity_accepts_every_default_and_every_bound():
    """It prints a value with up to six digits and compares what it reads with the float32 bounds.

    ``IsInRange`` of its floating-point validator, which refused a default of 0.64 with a maximum of
    0.64, since float32 rounds this one down.
    """
    found = descriptor()
    for index in range(found.parameterCount):
        one = found.parameters[index].contents
        with instance(44100) as plugin:
            default = plugin.get(one.identifier.decode())
        assert default == one.defaultValue
        for value in (one.minValue, one.defaultValue, one.maxValue):
            for digits in (3, 6):
                shown = float(f"{value:.{digits}f}")
                assert one.minValue <= shown <= one.maxValue, one.identifier


def test_every_installed_model_can_be_chosen():
    names = value_names(parameter("model"))
    cards = [card.name for card in list_models()]
    assert names[0] == f"default ({cards[0]})"
    assert sorted(names[1:]) == sorted(cards)


def test_the_numbers_of_shipped_models_never_change():
    """Sessions store them. New ones are appended here and in `settings.SHIPPED_NUMBERS`."""
    assert SHIPPED_NUMBERS == (
        *("compact", "music-4q", "speech-both", "speech-english", "speech-english-cpc"),
        *("speech-mandarin", "large"),
    )
    assert {card.name for card in installed_models().shipped} <= set(SHIPPED_NUMBERS)
    assert len(SHIPPED_NUMBERS) < FIRST_OWN_NUMBER


OWN = """
import json, sys
from pathlib import Path
from quadpred_plugin.model.registry import find_model, user_folder
from vamp_wrapper.settings import models, parameters
card = json.loads(find_model("music-4q").graph.with_suffix(".json").read_text())
for name in ("zither", "aulos")[: int(sys.argv[1])]:
    (user_folder() / f"{name}.json").write_text(json.dumps({**card, "name": name}))
    (user_folder() / f"{name}.pb").write_bytes(find_model("music-4q").graph.read_bytes())
print({number: card.name for number, card in models().items()})
print(parameters()[0].value_names)
"""


def test_own_models_follow_after_a_gap(script, tmp_path):
    def run(count):
        process = subprocess.run(
            [script.with_name("python"), "-c", OWN, str(count)],
            env=clean_environment(QUADPRED_MODELS=str(tmp_path)),
            capture_output=True,
            text=True,
            timeout=HANG,
            check=True,
        )
        return map(ast.literal_eval, process.stdout.splitlines())

    shipped, _ = run(0)
    numbers, names = run(2)
    assert numbers == {**shipped, 20: "aulos", 21: "zither"}
    assert (len(names), names[19:]) == (22, ("(not installed)", "aulos", "zither"))


@pytest.mark.parametrize("number", [19, 99])
def test_a_number_without_a_model_is_refused(number, capfd):
    """The nearest number would be another model, without a word."""
    with instance(44100) as one:
        one.set(model=number)
        assert one.get("model") == number
        assert one.output(2)["sampleRate"] == pytest.approx(1 / DEFAULT_HOP)
        assert not one.initialise()
    assert f"No installed model has the number {number}" in capfd.readouterr().err


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_an_infinite_number_is_refused_as_one_beyond_the_models(number, capfd):
    with instance(44100) as one:
        one.set(model=number)
        assert one.get("model") not in models()
        assert not one.initialise()
    assert "No installed model has the number" in capfd.readouterr().err


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
        found = [one.output(index) for index in range(7)]
    arousal, valence, taggram, segments, summary, confidence, turning_points = found
    for curve, low in ((arousal, -1), (valence, -1), (taggram, 0), (confidence, 0)):
        assert (curve["minValue"], curve["maxValue"]) == (low, 1)
        assert (curve["hasDuration"], curve["isQuantized"]) == (0, 0)
    # Hosts move features of a fixed rate to its grid, away from the centres of their seconds.
    assert taggram["sampleType"] == 1
    assert taggram["sampleRate"] == pytest.approx(1 / DEFAULT_HOP)
    for curve in (arousal, valence, confidence):
        assert (curve["sampleType"], curve["sampleRate"]) == (2, 0)
        assert b"centre" in curve["description"]
    assert taggram["binNames"] == ["Q1 A+V+", "Q2 A+V−", "Q3 A−V−", "Q4 A−V+"]
    assert (segments["minValue"], segments["maxValue"], segments["quantizeStep"]) == (0, 3, 0.75)
    for one in (segments, summary):
        assert (one["sampleType"], one["hasDuration"]) == (2, 1)
    assert (turning_points["sampleType"], turning_points["hasDuration"]) == (2, 0)
    assert [one["binCount"] for one in found] == [1, 1, 4, 1, 1, 1, 1]
    assert all(one["hasFixedBinCount"] == 1 for one in found)


@pytest.mark.parametrize("hop", [0.0, 0.16, 0.32, 0.48, 0.64, 0.8])
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
        one.set(hysteresis=-1, minconfidence=2)
        assert (one.get("hysteresis"), one.get("minconfidence")) == (0, 1)


def test_there_are_no_programs_and_parameters_stay_as_set():
    """Sonic Visualiser's server sets parameters, then selects a program."""
    found = descriptor()
    assert (found.programCount, bool(found.programs)) == (0, False)
    with instance(44100) as one:
        assert found.getCurrentProgram(one.handle) == 0
        before = [one.get(name) for name in NAMES]
        assert before == [pytest.approx(parameter(name).defaultValue) for name in NAMES]
        one.set(hop=0.16, smoothing=4)
        found.selectProgram(one.handle, 0)
        found.selectProgram(one.handle, 7)
        assert one.get("hop") == pytest.approx(0.16) and one.get("smoothing") == 4


def test_parameters_hold_in_whatever_order_they_are_set():
    settings = {"model": 2, "hop": 0.32, "smoothing": 2, "minduration": 2, "hysteresis": 0}
    samples = signals.example("q2_anger")[: 6 * signals.RATE]
    results = []
    for orders in ((list(settings), []), ([], list(settings)), ([], list(settings)[::-1])):
        with instance(signals.RATE) as one:
            for name in orders[0]:
                one.set(**{name: settings[name]})
            assert one.initialise()
            for name in orders[1]:
                one.set(**{name: settings[name]})
            assert {name: one.get(name) for name in settings} == pytest.approx(settings)
            results.append(one.run(samples))
    assert results[0] == results[1] == results[2]


def test_setting_defaults_changes_nothing():
    samples = signals.example("q2_anger")[: 6 * signals.RATE]
    results = []
    for prepare in (
        lambda one: None,
        lambda one: one.set(**{name: parameter(name).defaultValue for name in NAMES}),
    ):
        with instance(signals.RATE) as one:
            prepare(one)
            assert one.initialise()
            results.append(one.run(samples))
    assert results[0] == results[1]


def test_smoothing_and_minimum_duration_do_what_they_say():
    samples = signals.example("q1_joy")
    runs = {}
    for smoothing, minimum in ((0, 0), (0, 8), (5, 0)):
        with instance(signals.RATE) as one:
            one.set(smoothing=smoothing, minduration=minimum, hysteresis=0, minconfidence=0)
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
