"""``--rate``, ``--smooth`` and ``--fps``, and hops that are rounded."""

import json

import jsonschema
import numpy as np
import pytest

import quadpred_plugin as qp
from quadpred_plugin.analysis.smoothing import smooth
from tests import signals
from tests.cli.test_formats import SCHEMA

JOY = str(signals.EXAMPLES / "q1_joy.ogg")


def test_rows_at_25_a_second(quadpred, tmp_path):
    arguments = ["predict", "--hop", "0.32", "--rate", "25", "--smooth", "2", JOY]
    run = quadpred(*arguments, "--level", "frame", "--format", "json", folder=tmp_path)
    jsonschema.validate(json.loads(run.output), json.loads(SCHEMA.read_text()))
    (said,) = json.loads(run.output)
    prediction = qp.predict(JOY, hop=0.32)
    times = said["frames"]["time"]
    np.testing.assert_array_equal(times, np.arange(len(times)) / 25)
    assert len(times) == np.ceil(prediction.duration * 25) and said["patch_duration"] == 0.04
    smoothed = smooth(prediction, 2)
    expected = np.interp(np.array(times) + 0.02, smoothed.times + 0.496, smoothed.arousal)
    np.testing.assert_allclose(said["frames"]["arousal"], expected, atol=1e-5)
    # The file's own values are those of the patches.
    assert said["arousal"] == pytest.approx(prediction.summary().arousal, abs=1e-6)
    assert (said["provenance"]["smoothing"], said["provenance"]["rate"]) == (2, 25)


def test_segments_are_smoothed_too(quadpred, tmp_path):
    arguments = ["predict", "--hop", "0.16", "--min-segment", "0", "--format", "labels", JOY]
    labels = [
        quadpred(*arguments, *more, folder=tmp_path).output.splitlines()
        for more in ([], ["--smooth", "5"])
    ]
    assert len(labels[0]) > len(labels[1]) >= 1


def test_an_edit_list_at_a_frame_rate(quadpred, tmp_path):
    run = quadpred("predict", "--format", "edl", "--fps", "29.97", JOY, folder=tmp_path)
    assert b"FCM: DROP FRAME" in run.output and b";" in run.output


def test_a_rounded_hop_is_told_once(quadpred, tmp_path):
    sentence = "quadpred: the hop of 0.04 s is rounded to 0.032 s, a whole number of the model's"
    arguments = ["predict", "--format", "csv", "--hop", "0.04", "--against", "music-4q", JOY]
    run = quadpred(*arguments, folder=tmp_path)
    assert run.messages.count(sentence) == 1
    assert "quadpred: csv has no disagreement between models; json, npz, svl have." in run.messages
    assert "rounded" not in quadpred(*arguments, "-q", folder=tmp_path).messages
    run = quadpred("predict", "--format", "csv", "--hop", "0.096", JOY, folder=tmp_path)
    assert "rounded" not in run.messages


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rate", "25"], "--rate needs values over time"),
        (["--rate", "25", "--format", "labels"], "--rate needs values over time"),
        (["--rate", "0", "--level", "frame"], "--rate"),
        (["--rate", "nan", "--level", "frame"], "--rate must be at most 1000 Hz"),
        (["--rate", "1001", "--level", "frame"], "--rate must be at most 1000 Hz"),
        (["--smooth", "5"], "--smooth changes values over time alone"),
        (["--smooth", "1", "--level", "frame"], "shorter than two hops of 0.992 s"),
        (["--smooth", "nan", "--level", "frame"], "--smooth must be a number of seconds"),
        (["--smooth", "inf", "--level", "frame"], "--smooth must be a number of seconds"),
        (["--smooth", "5", "--intervals", "sections.csv"], "--smooth changes values over time"),
        (["--rate", "25", "--embeddings", "--level", "frame"], "not of the rows of --rate"),
        (["--fps", "25", "--format", "srt"], "--fps is the frame rate of edl"),
        (["--fps", "26", "--format", "edl"], "is not one of"),
    ],
)
def test_wrong_use_is_told_before_any_audio_is_read(quadpred, tmp_path, arguments, sentence):
    run = quadpred("predict", *arguments, "absent.wav", folder=tmp_path)
    assert (run.code, run.output) == (2, b"")
    assert sentence in " ".join(run.messages.split()) and "absent.wav" not in run.messages
