"""Options of ``quadpred predict`` that read the numbers: zone, excerpts, models, lists."""

import csv
import io
import json
import os

import numpy as np
import pytest

import quadpred_plugin
from tests import signals

JOY, SAD = (str(signals.EXAMPLES / f"{name}.ogg") for name in ("q1_joy", "q3_sadness"))


def rows(run):
    return list(csv.DictReader(io.StringIO(run.output.decode())))


def test_a_neutral_zone_changes_names_and_nothing_else(quadpred, tmp_path):
    plain = rows(quadpred("predict", "--format", "csv", JOY, SAD, folder=tmp_path))
    zone = rows(
        quadpred("predict", "--format", "csv", "--min-confidence", "0.9", JOY, SAD, folder=tmp_path)
    )
    for one, other in zip(plain, zone, strict=True):
        best = max(float(one[name]) for name in ("q1", "q2", "q3", "q4"))
        name = one.pop("quadrant")
        assert other.pop("quadrant") == (name if best >= 0.9 else "neutral")
        assert one == other
    assert {row["status"] for row in zone} == {"ok"}


def test_a_neutral_zone_in_frames_and_segments(quadpred, tmp_path):
    arguments = ["predict", "--hop", "0.32", "--min-confidence", "0.8", SAD]
    run = quadpred(*arguments, "--format", "json", "--level", "frame", folder=tmp_path)
    (said,) = json.loads(run.output)
    names, sure = said["frames"]["quadrant"], said["frames"]["confidence"]
    assert "neutral" in names
    for name, confidence in zip(names, sure, strict=True):
        assert (name == "neutral") == (round(confidence, 6) < 0.8)
    assert said["provenance"]["minimum_confidence"] == 0.8
    labels = quadpred(
        *arguments, "--format", "labels", "--hysteresis", "1", folder=tmp_path
    ).output.decode()
    heard = quadpred_plugin.predict(SAD, hop=0.32).interpret(
        quadpred_plugin.Interpretation(0.8, hysteresis=1.0)
    )
    assert [line.split("\t")[2] for line in labels.splitlines()] == [
        one.quadrant.title for one in heard.segments()
    ]


def test_the_most_of_a_quadrant(quadpred, tmp_path):
    (tmp_path / "broken.wav").write_text("no audio")
    arguments = ["predict", "--top", "Q3", "--seconds", "7", JOY, "broken.wav", SAD]
    run = quadpred(*arguments, "--format", "csv", folder=tmp_path)
    assert run.code == 1 and "broken.wav" in run.messages
    joy, broken, sad = rows(run)
    for row, name in ((joy, JOY), (sad, SAD)):
        expected = quadpred_plugin.predict(name).top("Q3", 7)
        assert float(row["start"]) == pytest.approx(expected.start, abs=1e-6)
        assert float(row["score"]) == pytest.approx(expected.score, abs=1e-5)
        assert (row["status"], row["quadrant"], float(row["duration"])) == ("ok", "Q3", 7)
    assert (broken["status"], broken["start"], broken["score"]) == ("error", "", "")
    said = json.loads(quadpred(*arguments, "--format", "json", folder=tmp_path).output)
    assert [one["file"] for one in said] == [JOY, "broken.wav", SAD]


def test_the_most_of_several_quadrants(quadpred, tmp_path):
    arguments = ["--top", "Q3", "--top", "Q1", "--top", "Q3", "--seconds", "7", JOY, SAD]
    run = quadpred("predict", *arguments, "--format", "csv", folder=tmp_path)
    assert (run.code, run.messages) == (0, "")
    found = [(row["file"], row["quadrant"]) for row in rows(run)]
    assert found == [(JOY, "Q3"), (JOY, "Q1"), (SAD, "Q3"), (SAD, "Q1")]
    for row in rows(run):
        expected = quadpred_plugin.predict(row["file"]).top(row["quadrant"], 7)
        assert float(row["start"]) == pytest.approx(expected.start, abs=1e-6)
        assert float(row["score"]) == pytest.approx(expected.score, abs=1e-5)
    listed = quadpred(
        *("predict", "--format", "csv", "--seconds", "7", JOY, SAD),
        folder=tmp_path,
        QUADPRED_PREDICT_TOP="Q3 Q1",
        # Of a variable, which holds for other calls too, there is no complaint.
        QUADPRED_PREDICT_HYSTERESIS="1",
    )
    assert listed.output == run.output


def test_an_excerpt_that_is_longer_than_the_file(quadpred, tmp_path, noise):
    import soundfile

    soundfile.write(tmp_path / "short.wav", noise(3), 16000)
    arguments = ["predict", "--format", "csv", "--top", "Q1", "--seconds", "12", "short.wav"]
    run = quadpred(*arguments, folder=tmp_path)
    assert run.code == 0
    assert run.messages_on("short.wav") == [
        "quadpred: short.wav: is 3.0 s long, shorter than an excerpt of 12 s: its rows are about "
        "the whole file."
    ]
    (row,) = rows(run)
    assert (float(row["start"]), float(row["duration"])) == (0, 3)
    assert quadpred(*arguments, "-q", folder=tmp_path).messages == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seconds", "5", JOY],
        ["--top", "Q1", "--min-confidence", "0.5", JOY],
        ["--top", "Q1", "--min-segment", "2", JOY],
        ["--top", "Q1", "--hysteresis", "0", JOY],
        ["--top", "Q1", "--against", "music-4q", JOY],
        ["--top", "Q1", "--embeddings", JOY],
        ["--top", "Q1", "--format", "npz", "-o", "x.npz", JOY],
        ["--top", "Q1", "--level", "frame", JOY],
        ["--min-confidence", "2", JOY],
        ["-0", JOY],
        ["--from-file", "nowhere.txt"],
        ["--against", "no-such-model", JOY],
    ],
)
def test_what_does_not_go_together_is_said(quadpred, tmp_path, arguments):
    run = quadpred("predict", *arguments, folder=tmp_path)
    assert (run.code, run.output) == (2, b"")
    assert "Error: " in run.messages
    assert not list(tmp_path.iterdir())


def test_models_that_disagree(quadpred, tmp_path):
    run = quadpred(
        *("predict", "--against", "music-4q", "--format", "json", "--level", "frame", JOY, SAD),
        folder=tmp_path,
    )
    assert run.code == 0
    for said in json.loads(run.output):
        own, other = (
            quadpred_plugin.predict(said["file"], model).quadrants.astype(float)
            for model in ("default", "music-4q")
        )
        middle = (own + other) / 2
        expected = sum((one * np.log2(one / middle)).sum(axis=1) / 2 for one in (own, other))
        assert said["frames"]["disagreement"] == pytest.approx(expected, abs=1e-4)
        assert said["disagreement"] == pytest.approx(expected.mean(), abs=1e-4)
        assert [one["model"] for one in said["provenance"]["against"]] == ["music-4q"]


@pytest.mark.parametrize("null", [False, True])
def test_a_list_of_paths(quadpred, tmp_path, noise, null):
    import soundfile

    names = ["one.wav", "with space.wav", os.fsdecode(b"not utf-8 \xff.wav")]
    names += ["two\nlines.wav"] if null else []
    for name in names:
        soundfile.write(os.fsencode(tmp_path / name), noise(1), 16000, format="WAV")
    end = b"\0" if null else b"\r\n"
    (tmp_path / "list").write_bytes(end.join(map(os.fsencode, names)) + end)
    arguments = ["predict", "--format", "json", "--from-file", "list", *(["-0"] if null else [])]
    run = quadpred(*arguments, folder=tmp_path)
    assert run.code == 0
    assert [one["file"] for one in json.loads(run.output)] == names
