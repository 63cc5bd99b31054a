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
        expected_times = [float(row["time"]) for row in predicted]
        np.testing.assert_allclose(times(rows)[: len(values)], expected_times, atol=1e-6)


def test_outputs_agree_with_each_other(recording, host):
    samples, rate, _ = recording
    features = host(samples, rate)
    quadrants = curve(features["taggram"])
    np.testing.assert_array_equal(
        curve(features["confidence"])[:, 0], quadrants.max(axis=1), strict=True
    )
    (summary,) = features["summary"]
    # A file's value is the mean of its patches, calibrated by the model card's parameters.
    pooling = find_model().pooling
    raised = quadrants.mean(axis=0) ** (1 / pooling["quadrants"].temperature)
    raised[[0, 3]] *= np.exp(pooling["quadrants"].offset)
    chance = (1 + curve(features["arousal"]).mean()) / 2
    arousal = pooling["arousal"]
    log_odds = np.log(chance / (1 - chance)) / arousal.temperature + arousal.offset
    expected = np.append(raised / raised.sum(), np.tanh(log_odds / 2))
    np.testing.assert_allclose(summary.values[:5], expected, atol=1e-6)
    assert summary.label.startswith(f"Q{np.argmax(summary.values[:4]) + 1} ")
    length = len(samples) / rate
    assert length <= summary.duration < length + 4096 / rate + 1e-6
    for output in OUTPUTS:
        values = curve(features[output.identifier])
        assert values.shape[1] == len(output.bins)
        assert values.min() >= output.minimum and values.max() <= output.maximum


def test_segments_are_those_of_the_python_interface(recording, host):
    from quadpred_plugin.analysis.segments import find_segments

    samples, rate, _ = recording
    padded = np.pad(samples, ((0, -len(samples) % 4096), (0, 0)))
    expected = find_segments(qp.predict((padded, rate), hop=HOP), 2.0)
    rows = host(samples, rate)["segments"]
    assert len(rows) > 1
    assert [row.values for row in rows] == [(int(one.quadrant.name[1]),) for one in expected]
    assert [row.label for row in rows] == [
        f"{one.quadrant.name} {one.quadrant.words}" for one in expected
    ]
    np.testing.assert_allclose(times(rows), [one.start for one in expected], atol=1e-6)
    np.testing.assert_allclose(
        [row.duration for row in rows], [one.duration for one in expected], atol=1e-6
    )
    assert min(row.duration for row in rows) >= 2.0


@pytest.mark.parametrize("hop", [0.0, 0.16, 0.32, 0.48])
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
        assert time == round(start * 1e9)
        np.testing.assert_allclose(values, quadrants, atol=BOUND)
