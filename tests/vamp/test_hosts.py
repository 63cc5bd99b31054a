"""Widespread hosts: vamp-simple-host and the Python package ``vamp``."""

import json
import os
import subprocess

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from tests import signals
from tests.limits import HANG
from vamp_wrapper.outputs import OUTPUTS
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
        np.testing.assert_allclose(times[:count], predicted.times, atol=1e-6)
    else:
        durations = [float(head.split(",")[1]) for head in heads]
        assert times[0] == 0
        np.testing.assert_allclose(times[1:], np.add(times, durations)[:-1], atol=1e-6)
        assert times[-1] + durations[-1] == pytest.approx(predicted.duration, abs=HOP + 0.1)
        if output.identifier == "segments":
            assert all(text.split()[1] == f"Q{text.split()[0]}" for text in values)
        else:
            assert values[0].endswith(" Q1 happy, excited") and len(values) == 1


COLLECT = """
import json, sys
import soundfile, vamp
samples, rate = soundfile.read(sys.argv[1], dtype="float32", always_2d=True)
found = {}
for output in sys.argv[2:]:
    shape, features = next(iter(vamp.collect(samples.T, rate, "quadpred:quadpred", output).items()))
    if shape == "list":
        found[output] = [
            {"time": float(one["timestamp"]), "duration": float(one["duration"]),
             "label": one["label"], "values": [float(value) for value in one["values"]]}
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


@pytest.mark.parametrize("output", ["arousal", "valence", "taggram", "confidence"])
def test_the_python_host_collects_curves(output, collected, predicted):
    shape, step, values = collected[output]
    assert shape == ("matrix" if output == "taggram" else "vector")
    assert step == pytest.approx(HOP, abs=1e-6)
    expected = {
        "taggram": predicted.quadrants,
        "confidence": predicted.quadrants.max(axis=1),
    }.get(output, getattr(predicted, output, None))
    # TensorFlow uses one thread in the plugin and several in this process.
    np.testing.assert_allclose(values[: len(expected)], expected, atol=1e-6)
    assert len(expected) <= len(values) <= len(expected) + 1


def test_the_python_host_collects_segments(collected, predicted):
    from quadpred_plugin.analysis.segments import find_segments

    expected = find_segments(predicted, 2.0)
    assert [one["label"] for one in collected["segments"]] == [
        f"{one.quadrant.name} {one.quadrant.words}" for one in expected
    ]
    starts = [one["time"] for one in collected["segments"]]
    np.testing.assert_allclose(starts, [one.start for one in expected], atol=1e-3)
    (summary,) = collected["summary"]
    means = predicted.summary()
    np.testing.assert_allclose(
        summary["values"], [*means.quadrants, means.arousal, means.valence], atol=0.01
    )


def test_standard_output_is_the_hosts_own(simple_host, wav):
    lines = simple_host("quadpred:quadpred:arousal", wav).stdout.splitlines()
    for line in lines:
        float(line.split(":")[0])
        float(line.split(":")[1])
