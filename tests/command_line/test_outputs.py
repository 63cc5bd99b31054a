"""Formats, targets, and outputs that can't be."""

import json
import os
import xml.etree.ElementTree
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import soundfile

import quadpred_plugin.exports
from tests import signals
from tests.command_line.program import predict, quadpred

JOY, CALM = (signals.EXAMPLES / f"{name}.ogg" for name in ("q1_joy", "q4_calm"))
HEADS = ("q1", "q2", "q3", "q4", "arousal", "valence")


@pytest.fixture(scope="module")
def frames():
    outcome = predict("--level", "frame", "--hop", "0.5", JOY)
    assert outcome.code == 0
    return outcome


def test_the_contract(frames):
    header = b"file,time,duration,q1,q2,q3,q4,arousal,valence,quadrant\n"
    assert frames.out.startswith(header)
    assert b"\r" not in frames.out
    times = np.array([float(row["time"]) for row in frames.rows])
    np.testing.assert_allclose(np.diff(times), 0.512, atol=1e-6)
    assert {row["duration"] for row in frames.rows} == {"0.992000"}
    whole = predict(JOY, CALM)
    assert whole.out.startswith(
        b"file,status,duration,q1,q2,q3,q4,arousal,valence,quadrant\n" + os.fsencode(JOY)
    )
    assert [row["file"] for row in whole.rows] == [str(JOY), str(CALM)]


@pytest.mark.parametrize("level", ["file", "frame"])
def test_json_follows_its_schema(frames, tmp_path, level):
    missing = tmp_path / "missing.wav"
    outcome = quadpred(
        "predict", "--format", "json", "--level", level, "--hop", "0.5", JOY, missing
    )
    assert outcome.code == 1
    first, second = content = json.loads(outcome.out)
    schema = Path(quadpred_plugin.exports.__file__).with_name("schema.json")
    jsonschema.validate(content, json.loads(schema.read_text()))
    assert second["status"] == "error"
    assert second["warnings"] == ["does not exist."]
    assert first["provenance"]["model"]
    if level == "frame":
        for name in HEADS:
            expected = [float(row[name]) for row in frames.rows]
            np.testing.assert_allclose(first["frames"][name], expected, atol=1e-6)


def test_arrays(frames, tmp_path):
    outcome = quadpred("predict", "--hop", "0.5", "-o", tmp_path / "joy.npz", JOY)
    assert outcome.code == 0
    assert quadpred("predict", "--hop", "0.5", "-o", tmp_path / "joy.npy", JOY).code == 0
    content, array = np.load(tmp_path / "joy.npz"), np.load(tmp_path / "joy.npy")
    expected = np.array([[float(row[name]) for name in HEADS] for row in frames.rows])
    np.testing.assert_allclose(content["quadrants"], expected[:, :4], atol=1e-6)
    np.testing.assert_allclose(content["arousal"], expected[:, 4], atol=1e-6)
    np.testing.assert_allclose(content["times"], [float(row["time"]) for row in frames.rows])
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, content["quadrants"])
    assert json.loads(str(content["provenance"]))["hop"] == pytest.approx(0.512)


def test_pictures(tmp_path):
    for suffix in ("png", "svg"):
        assert predict("--plot", tmp_path / f"joy.{suffix}", JOY).code == 0
    assert (tmp_path / "joy.png").read_bytes().startswith(b"\x89PNG\r\n")
    root = xml.etree.ElementTree.parse(tmp_path / "joy.svg").getroot()
    assert root.tag.endswith("svg")
    outcome = predict("--plot", tmp_path / "joy.gif", JOY)
    assert outcome.code == 2
    assert ".png or .svg" in outcome.error


def test_a_table_and_the_suffix(tmp_path):
    assert quadpred("predict", "-o", tmp_path / "all.json", JOY).code == 0
    assert json.loads((tmp_path / "all.json").read_text())[0]["status"] == "ok"
    outcome = quadpred("predict", "--format", "table", JOY, CALM)
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.decode().splitlines()] == [
        "file",
        str(JOY),
        str(CALM),
    ]


def copies(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(JOY.read_bytes())


def test_folders(tmp_path):
    copies(tmp_path, "b.ogg", "a/2.ogg", "a/1.ogg", ".hidden.ogg", "a/text.txt")
    shallow, deep = predict(tmp_path), predict("-r", tmp_path)
    assert [row["file"] for row in shallow.rows] == [str(tmp_path / "b.ogg")]
    expected = [str(tmp_path / name) for name in ("b.ogg", "a/1.ogg", "a/2.ogg")]
    assert [row["file"] for row in deep.rows] == expected


def test_same_stems_lose_nothing(tmp_path):
    copies(tmp_path / "in", "a/song.ogg", "b/song.ogg", "b/song.oga", "other.ogg")
    out = tmp_path / "out"
    out.mkdir()
    outcome = quadpred(
        "predict", "-r", "--format", "npy", "-o", out, "--plot", out, tmp_path / "in"
    )
    assert outcome.code == 0, outcome.error
    found = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    names = ["a/song.ogg", "b/song.oga", "b/song.ogg", "other"]
    assert found == sorted(f"{name}.{suffix}" for name in names for suffix in ("npy", "png"))


def test_existing_outputs(tmp_path):
    target = tmp_path / "result.csv"
    target.write_text("mine")
    outcome = predict("-o", target, JOY)
    assert outcome.code == 2
    assert f"{target} exists: --force replaces it" in outcome.error
    assert predict("-o", target, "--skip-existing", JOY).code == 0
    assert target.read_text() == "mine"
    assert predict("-o", target, "--force", JOY).code == 0
    assert target.read_text().startswith("file,status")
    assert predict("--force", "--skip-existing", JOY).code == 2


def test_outputs_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    outcome = predict("-o", tmp_path / "file" / "result.csv", JOY)
    assert outcome.code == 2
    assert "can't be made" in outcome.error
    outcome = predict("-o", "/proc/result.csv", JOY)
    assert outcome.code != 0
    assert "/proc" in outcome.error


def test_a_full_disk():
    with open("/dev/full", "wb") as full:
        import subprocess

        from tests.command_line.program import COMMAND

        run = subprocess.run(
            [*COMMAND, "predict", "--format", "csv", str(JOY)],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    assert run.returncode == 1
    assert b"Traceback" not in run.stderr
    assert b"No space left" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name at least one"),
        (["--hop", "0", str(JOY)], "hop"),
        (["--hop", "-1", str(JOY)], "hop"),
        (["--hop", "nan", str(JOY)], "hop"),
        (["--hop", "0.001", str(JOY)], "hop"),
        (["--format", "npz", str(JOY)], "give -o"),
        (["-s", "e", "--model", "default", str(JOY)], "exclude each other"),
        (["--jobs", "0", str(JOY)], "jobs"),
        (["-o", "result.xyz", str(JOY)], "suffix"),
        (["--plot", "one.png", str(JOY), str(CALM)], "name a folder"),
    ],
)
def test_wrong_use(arguments, message):
    outcome = quadpred("predict", *arguments)
    assert outcome.code == 2
    assert message in outcome.error
    assert outcome.out == b""


def test_the_original_flags():
    assert predict("-m", "e", "-i", JOY).rows == predict(JOY).rows
    outcome = predict("-s", "e", "-m", "m", JOY)
    assert outcome.code == 2
    assert "isn't public" in outcome.error


def test_options_from_the_environment(monkeypatch):
    monkeypatch.setenv("QUADPRED_PREDICT_LEVEL", "frame")
    assert predict(JOY).out.startswith(b"file,time,")


def test_quiet(tmp_path):
    soundfile.write(tmp_path / "short.wav", signals.noise(0.5), 16000)
    loud, quiet = predict(tmp_path / "short.wav"), predict("-q", tmp_path / "short.wav")
    assert loud.error
    assert quiet.error == ""
    assert loud.out == quiet.out
