"""Widespread hosts: vamp-simple-host and the Python package ``vamp``."""

import json
import os
import subprocess

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from quadpred_plugin.analysis.smoothing import smooth
from tests import signals
from tests.limits import HANG
from vamp_wrapper.outputs import OUTPUTS, SEGMENT_VALUES
from vamp_wrapper.settings import DEFAULT_HOP

HOP = DEFAULT_HOP


@pytest.fixture(scope="module")
def wav(tmp_path_factory):
    """An example piece in the usual format: 16 bits, stereo, 44.1 kHz."""
    samples, rate = soundfile.read(signals.EXAMPLES / "q1_joy.ogg", always_2d=True)
    path = tmp_path_factory.mktemp("wav") / "q1_joy.wav"
    soundfile.write(path, samples, rate)
    return path


@pytest.fixture(scope="module")
def predicted(wav):
    return qp.predict(wav, hop=HOP)


@pytest.fixture(scope="module")
def simple_host(vamp_folder):
    def run(*words):
        return subprocess.run(
            ["vamp-simple-host", *map(str, words)],
            env={**os.environ, "VAMP_PATH": str(vamp_folder)},
            capture_output=True,
            text=True,
            timeout=HANG,
        )

    return run


def test_the_simple_host_lists_the_plugin(simple_host, vamp_folder):
    listing = simple_host("-l")
    assert '[A] [v2] Emotion over Time, "quadpred"' in listing.stdout
    for index, output in enumerate(OUTPUTS):
        assert f'({index}) {output.name}, "{output.identifier}"' in listing.stdout
    ids = simple_host("--list-outputs").stdout.split()
    assert ids == [f"vamp:quadpred:quadpred:{output.identifier}" for output in OUTPUTS]
    categories = simple_host("--list-by-category").stdout
    assert "Classification|Mood|quadpred:quadpred:::" in categories


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.identifier)
def test_the_simple_host_runs_every_output(output, simple_host, wav, predicted):
    run = simple_host(f"quadpred:quadpred:{output.identifier}", wav)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    if output.identifier == "turningpoints":
        # This piece keeps its mood.
        assert not lines
        return
    heads, values = zip(*(line.split(":", 1) for line in lines), strict=True)
    times = [float(head.split(",")[0]) for head in heads]
    if output.per_patch:
        expected = {
            "arousal": predicted.arousal[:, np.newaxis],
            "valence": predicted.valence[:, np.newaxis],
            "taggram": predicted.quadrants,
            "confidence": predicted.quadrants.max(axis=1, keepdims=True),
        }[output.identifier]
        found = np.array([text.split() for text in values], dtype=float)
        count = len(expected)
        assert count <= len(found) <= count + 1
        # The host prints six significant digits.
        np.testing.assert_allclose(found[:count], expected, atol=2e-6)
        # It moves the features of a fixed rate to the nearest multiple of the hop.
        shift = 0 if output.identifier == "taggram" else predicted.patch_duration / 2
        np.testing.assert_allclose(times[:count], predicted.times + shift, atol=1e-6)
    elif output.identifier == "summary":
        assert len(values) == 6 and values[0].endswith(" Q1 happy, excited (most probable)")
        assert values[5].endswith(" valence") and times == [0] * 6
    elif output.identifier == "segments":
        ends = np.add(times, [float(head.split(",")[1]) for head in heads])
        assert times[0] == 0 and (ends[:-1] <= np.add(times[1:], 1e-6)).all()
        assert ends[-1] <= predicted.duration + 0.1
        for text in values:
            value, name, *_ = text.split()
            assert SEGMENT_VALUES[name] == float(value)


COLLECT = """
import json, sys
import soundfile, vamp
samples, rate = soundfile.read(sys.argv[1], dtype="float32", always_2d=True)
found = {}
for output in sys.argv[2:]:
    shape, features = next(iter(vamp.collect(samples.T, rate, "quadpred:quadpred", output).items()))
    if shape == "list":
        found[output] = [
            {"time": float(one["timestamp"]), "duration": float(one.get("duration", 0)),
             "label": one.get("label", ""), "values": [float(value) for value in one["values"]]}
            for one in features
        ]
    else:
        step, values = features
        found[output] = [shape, float(step), values.tolist()]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def collected(vamp_folder, wav, script):
    identifiers = [output.identifier for output in OUTPUTS]
    run = subprocess.run(
        [script.with_name("python"), "-c", COLLECT, wav, *identifiers],
        env={**os.environ, "VAMP_PATH": str(vamp_folder)},
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("output", ["arousal", "valence", "confidence"])
def test_the_python_host_collects_curves_with_exact_times(output, collected, predicted):
    expected = predicted.confidence() if output == "confidence" else getattr(predicted, output)
    rows = collected[output]
    assert len(expected) <= len(rows) <= len(expected) + 1
    found = [one["values"][0] for one in rows[: len(expected)]]
    # TensorFlow uses one thread in the plugin and several in this process.
    np.testing.assert_allclose(found, expected, atol=1e-6)
    starts = [one["time"] for one in rows[: len(expected)]]
    np.testing.assert_allclose(starts, predicted.times + predicted.patch_duration / 2, atol=1e-6)


def test_the_python_host_collects_the_taggram(collected, predicted):
    shape, step, values = collected["taggram"]
    assert shape == "matrix" and step == pytest.approx(HOP, abs=1e-6)
    count = len(predicted)
    np.testing.assert_allclose(values[:count], predicted.quadrants, atol=1e-6)
    assert count <= len(values) <= count + 1


def test_the_python_host_collects_segments_and_summary(collected, predicted):
    assert all(one["label"][:2] in SEGMENT_VALUES for one in collected["segments"])
    means = predicted.summary()
    np.testing.assert_allclose(
        [one["values"][0] for one in collected["summary"]],
        [*means.quadrants, means.arousal, means.valence],
        atol=0.01,
    )


PARAMETERS = """
import json, sys
import soundfile, vamp
samples, rate = soundfile.read(
    sys.argv[1], frames=int(sys.argv[2]), dtype="float32", always_2d=True
)
for parameters in map(json.loads, sys.argv[3:]):
    try:
        found = vamp.collect(samples.T, rate, "quadpred:quadpred", "arousal", parameters)
    except Exception as error:
        print(json.dumps(type(error).__name__))
    else:
        print(json.dumps([[float(one["timestamp"]), float(one["values"][0])]
                          for one in found["list"]]))
"""


def test_the_python_host_sets_parameters(vamp_folder, wav, script):
    """In any order; beyond their range, the nearest value counts, but no other model."""
    # Whole blocks, so that the host pads none.
    frames = 86 * 4096
    chosen = [
        {"smoothing": 5, "hop": 0.16},
        {"hop": 0.16, "smoothing": 5},
        {"hop": 99, "minconfidence": -1, "smoothing": -5},
        {"model": 99},
    ]
    run = subprocess.run(
        [script.with_name("python"), "-c", PARAMETERS, wav, str(frames), *map(json.dumps, chosen)],
        env={**os.environ, "VAMP_PATH": str(vamp_folder)},
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    smoothed, again, beyond, refused = map(json.loads, run.stdout.splitlines())
    assert smoothed == again and isinstance(refused, str)
    assert "No installed model has the number 99" in run.stderr
    signal = soundfile.read(wav, frames=frames, dtype="float32", always_2d=True)
    expected = smooth(qp.predict(signal, hop=0.16), 5), qp.predict(signal, hop=0.8)
    for found, one in zip((smoothed, beyond), expected, strict=True):
        times, values = np.array(found).T
        np.testing.assert_allclose(times, one.centres, atol=1e-6)
        np.testing.assert_allclose(values, one.arousal, atol=1e-6)


def test_standard_output_is_the_hosts_own(simple_host, wav):
    lines = simple_host("quadpred:quadpred:arousal", wav).stdout.splitlines()
    for line in lines:
        float(line.split(":")[0])
        float(line.split(":")[1])
