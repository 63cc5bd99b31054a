"""Values of the plugin against those of the command line, at every usual sample rate."""

import math

import numpy as np
import pytest
import soundfile
import soxr

import quadpred_plugin as qp
from quadpred_plugin.model.registry import find_model
from tests import signals
from tests.vamp.features import curve, times
from vamp_wrapper.outputs import OUTPUTS
from vamp_wrapper.settings import DEFAULT_HOP

HOP = DEFAULT_HOP
PATCH = 0.992

# Identical in trials. TensorFlow uses one thread in both, but the order of sums may depend on
# the batches, which changes the last bits of float32.
BOUND = 1e-6


@pytest.fixture(scope="module", params=[(16000, 1), (44100, 2), (48000, 1), (48000, 6)], ids=str)
def recording(request, tmp_path_factory):
    """An example piece at a sample rate and with a number of channels: samples and file."""
    rate, channels = request.param
    piece, original = soundfile.read(signals.EXAMPLES / "q1_joy.ogg", always_2d=True)
    resampled = soxr.resample(piece, original, rate)
    columns = [resampled[:, index % 2] * 0.9**index for index in range(channels)]
    path = tmp_path_factory.mktemp("recording") / "piece.wav"
    soundfile.write(path, np.stack(columns, axis=1), rate, subtype="FLOAT")
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return samples, rate, path


@pytest.fixture(scope="module")
def predicted(recording, quadpred):
    _, _, path = recording
    run = quadpred(
        *("predict", "--format", "csv", "--level", "frame", "--hop", str(HOP), path),
        folder=path.parent,
    )
    return run.rows()


def test_frames_are_those_of_the_command_line(recording, predicted, host):
    samples, rate, _ = recording
    features = host(samples, rate)
    expected = {
        "taggram": [[float(row[name]) for name in ("q1", "q2", "q3", "q4")] for row in predicted],
        "arousal": [[float(row["arousal"])] for row in predicted],
        "valence": [[float(row["valence"])] for row in predicted],
    }
    assert len(predicted) == math.floor((len(samples) / rate - PATCH) / HOP) + 1
    for output, values in expected.items():
        rows = features[output]
        # The zeros that pad the last block may complete one more patch.
        assert len(predicted) <= len(rows) <= len(predicted) + 1
        # The csv has six digits after the point.
        assert np.abs(curve(rows)[: len(values)] - values).max() < 0.5e-6 + BOUND
        # A column of the grid lasts one hop around its centre; rows of the program have starts.
        shift = (PATCH - HOP) / 2 if output == "taggram" else PATCH / 2
        expected_times = [float(row["time"]) + shift for row in predicted]
        np.testing.assert_allclose(times(rows)[: len(values)], expected_times, atol=1e-6)


def test_outputs_agree_with_each_other(recording, host):
    samples, rate, _ = recording
    features = host(samples, rate)
    quadrants = curve(features["taggram"])
    np.testing.assert_array_equal(
        curve(features["confidence"])[:, 0], quadrants.max(axis=1), strict=True
    )
    summary = features["summary"]
    values = curve(summary)[:, 0]
    # A file's value is the mean of its patches, calibrated by the model card's parameters.
    pooling = find_model().pooling
    raised = quadrants.mean(axis=0) ** (1 / pooling["quadrants"].temperature)
    raised[[0, 3]] *= np.exp(pooling["quadrants"].offset)
    chance = (1 + curve(features["arousal"]).mean()) / 2
    arousal = pooling["arousal"]
    log_odds = np.log(chance / (1 - chance)) / arousal.temperature + arousal.offset
    expected = np.append(raised / raised.sum(), np.tanh(log_odds / 2))
    np.testing.assert_allclose(values[:5], expected, atol=1e-6)
    names = ["Q1 happy, excited", "Q2 angry, tense", "Q3 sad, gloomy", "Q4 calm, tender"]
    names[np.argmax(values[:4])] += " (most probable)"
    assert [row.label for row in summary] == [*names, "arousal", "valence"]
    length = len(samples) / rate
    assert all(length <= row.duration < length + 4096 / rate + 1e-6 for row in summary)
    for output in OUTPUTS:
        for row in features[output.identifier]:
            assert len(row.values) == len(output.bins)
            assert output.minimum <= min(row.values) and max(row.values) <= output.maximum


def test_turning_points_are_those_of_the_python_interface(host):
    pieces = [signals.example(name)[: 15 * signals.RATE] for name in ("q2_anger", "q4_calm")]
    samples = np.concatenate(pieces)
    padded = np.pad(samples, (0, -len(samples) % 4096))
    (expected, *_) = found = qp.predict((padded, signals.RATE), hop=HOP).turning_points()
    rows = host(samples, signals.RATE)["turningpoints"]
    assert expected.time == pytest.approx(15, abs=1.5)
    np.testing.assert_allclose(times(rows), [one.time for one in found], atol=1e-6)
    np.testing.assert_allclose(curve(rows)[:, 0], [one.strength for one in found], atol=1e-5)
    assert rows[0].label == f"{expected.before.name} to {expected.after.name}"
    assert [row.duration for row in rows] == [None] * len(rows)


@pytest.mark.parametrize("hop", [0.0, 0.16, 0.32, 0.48, 0.8])
def test_other_hops_are_those_of_the_python_interface(hop):
    from tests.vamp.python_host import instance

    samples = signals.example("q2_anger")[: 12 * signals.RATE]
    expected = qp.predict((samples, signals.RATE), hop=hop or None)
    with instance(float(signals.RATE)) as one:
        one.set(hop=hop)
        assert one.initialise()
        rows = one.run(samples)["taggram"]
    assert len(expected) <= len(rows) <= len(expected) + 1
    for (time, _, _, values), start, quadrants in zip(
        rows, expected.times, expected.quadrants, strict=False
    ):
        assert abs(time - round((start + (PATCH - (hop or PATCH)) / 2) * 1e9)) <= 1
        np.testing.assert_allclose(values, quadrants, atol=BOUND)
