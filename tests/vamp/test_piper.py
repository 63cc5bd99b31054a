"""The helpers that Sonic Visualiser starts: its load checker, and its server of plugins."""

import json
import os
import resource
import subprocess

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from quadpred_plugin.analysis.smoothing import smooth
from tests import signals
from tests.limits import HANG
from vamp_wrapper.outputs import OUTPUTS, SEGMENT_VALUES
from vamp_wrapper.settings import DEFAULT_HOP, parameters

HELPERS = "/usr/lib/sonic-visualiser"
BLOCK = 4096
HOP = DEFAULT_HOP
SECONDS = 10

# TensorFlow uses one thread in the plugin and several here, so the last bits of float32 may
# differ; in trials they don't. JSON preserves every bit.
BOUND = 1e-6


def test_the_load_checker_accepts_the_plugin(library):
    before = processor_seconds()
    run = subprocess.run(
        [f"{HELPERS}/vamp-plugin-load-checker", "vampGetPluginDescriptor"],
        input=f"{library}\n",
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    assert run.stdout.strip() == f"SUCCESS|{library}|"
    # It gives all libraries of a machine 15 seconds together.
    assert processor_seconds() - before < 3


def processor_seconds():
    """Processor time of all children that have ended, which doesn't depend on the load."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Server:
    """A process that answers one line of JSON with another."""

    def __init__(self, process):
        self._process = process

    def request(self, method, **params):
        question = {"method": method, "id": 1, "params": params}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer["method"] == method and answer["id"] == 1
        assert "error" not in answer, answer["error"]
        return answer["result"]


@pytest.fixture(scope="module")
def server(vamp_folder):
    process = subprocess.Popen(
        [f"{HELPERS}/piper-vamp-simple-server", "json"],
        env={**os.environ, "VAMP_PATH": str(vamp_folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Server(process)
    process.stdin.close()
    try:
        assert process.wait(timeout=HANG) == 0
    finally:
        process.kill()
        process.stdout.close()


@pytest.fixture(scope="module")
def samples():
    """The start of an example piece, a multiple of the block size: shape (samples, 2)."""
    count = SECONDS * 44100 // BLOCK * BLOCK
    found, rate = soundfile.read(
        signals.EXAMPLES / "q1_joy.ogg", frames=count, dtype="float32", always_2d=True
    )
    assert rate == 44100 and len(found) == count
    return found


@pytest.fixture(scope="module")
def finished(server, samples):
    """The server's answers from loading the plugin to its last features."""
    loaded = server.request("load", key="quadpred:quadpred", inputSampleRate=44100, adapterFlags=[])
    handle = loaded["handle"]
    configuration = {
        "channelCount": 2,
        "framing": {"blockSize": BLOCK, "stepSize": BLOCK},
        "parameterValues": loaded["defaultConfiguration"]["parameterValues"],
    }
    configured = server.request("configure", handle=handle, configuration=configuration)
    for start in range(0, len(samples), BLOCK):
        seconds, rest = divmod(start, 44100)
        block = {
            "timestamp": {"s": seconds, "n": rest * 1_000_000_000 // 44100},
            "inputBuffers": samples[start : start + BLOCK].T.tolist(),
        }
        assert server.request("process", handle=handle, processInput=block)["features"] == {}
    return loaded, configured, server.request("finish", handle=handle)["features"]


@pytest.fixture(scope="module")
def predicted(samples):
    return qp.predict((samples, 44100), hop=HOP)


def test_it_is_listed_in_its_category(server):
    (listed,) = server.request("list")["available"]
    assert listed["key"] == "quadpred:quadpred"
    assert listed["category"] == ["Classification", "Mood"]
    assert [one["identifier"] for one in listed["basicOutputInfo"]] == [
        output.identifier for output in OUTPUTS
    ]
    assert [one["basic"]["identifier"] for one in listed["parameters"]] == [
        parameter.identifier for parameter in parameters()
    ]


def test_it_is_configured_as_asked(finished):
    loaded, configured, _ = finished
    framing = {"blockSize": BLOCK, "stepSize": BLOCK}
    assert loaded["defaultConfiguration"]["framing"] == framing
    assert configured["framing"] == framing
    for output, described in zip(OUTPUTS, configured["outputList"], strict=True):
        assert described["basic"]["identifier"] == output.identifier
        extents = described["configured"]["extents"]
        bounds = (output.minimum, output.maximum)
        assert (extents["min"], extents["max"]) == pytest.approx(bounds)
        if len(output.bins) > 1:
            assert described["configured"]["binNames"] == list(output.bins)


@pytest.mark.parametrize("output", ["arousal", "valence", "taggram", "confidence"])
def test_curves_are_those_of_the_library(output, finished, predicted):
    features = finished[2][output]
    expected = {
        "arousal": predicted.arousal,
        "valence": predicted.valence,
        "taggram": predicted.quadrants,
        "confidence": predicted.quadrants.max(axis=1),
    }[output]
    values = np.array([one["featureValues"] for one in features])
    np.testing.assert_allclose(values, expected.reshape(len(expected), -1), atol=BOUND)
    shift = (predicted.patch_duration - (HOP if output == "taggram" else 0)) / 2
    np.testing.assert_allclose(times(features), predicted.times + shift, atol=1e-6)


def test_settings_hold_although_it_selects_a_program(server, samples):
    """It sets parameters and then selects a program, if there is one."""
    loaded = server.request("load", key="quadpred:quadpred", inputSampleRate=44100, adapterFlags=[])
    assert "programs" not in loaded["staticData"] or not loaded["staticData"]["programs"]
    values = dict(loaded["defaultConfiguration"]["parameterValues"])
    values |= {"hop": 0.16, "smoothing": 5}
    configuration = {
        "channelCount": 2,
        "framing": {"blockSize": BLOCK, "stepSize": BLOCK},
        "parameterValues": values,
        "currentProgram": "default",
    }
    handle = loaded["handle"]
    server.request("configure", handle=handle, configuration=configuration)
    for start in range(0, len(samples), BLOCK):
        block = {
            "timestamp": {"s": 0, "n": 0},
            "inputBuffers": samples[start : start + BLOCK].T.tolist(),
        }
        server.request("process", handle=handle, processInput=block)
    features = server.request("finish", handle=handle)["features"]["arousal"]
    expected = smooth(qp.predict((samples, 44100), hop=0.16), 5)
    np.testing.assert_allclose(np.diff(times(features)), 0.16, atol=1e-6)
    found = [one["featureValues"][0] for one in features]
    np.testing.assert_allclose(found, expected.arousal, atol=BOUND)


def test_segments_and_summary_have_durations_and_labels(finished, predicted):
    segments = finished[2]["segments"]
    durations = [one["duration"]["s"] + one["duration"]["n"] / 1e9 for one in segments]
    assert (times(segments)[1:] >= np.add(times(segments), durations)[:-1] - 1e-6).all()
    for segment in segments:
        assert segment["featureValues"] == [SEGMENT_VALUES[segment["label"][:2]]]
    summary = finished[2]["summary"]
    means = predicted.summary()
    found = [one["featureValues"][0] for one in summary]
    np.testing.assert_allclose(found, [*means.quadrants, means.arousal, means.valence], atol=BOUND)
    (most_probable,) = (one["label"] for one in summary if "(most probable)" in one["label"])
    assert most_probable.startswith(means.quadrant)


def times(features):
    return np.array([one["timestamp"]["s"] + one["timestamp"]["n"] / 1e9 for one in features])
