"""The formats agree with each other, and each is read by what others read it with."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import soundfile

from quadpred_plugin import exports

SCHEMA = Path(exports.__file__).with_name("schema.json")
NAMES = ["long.wav", "short.wav", "silent.wav", "empty.wav", "missing.wav"]
STATUSES = ["ok", "short", "silent", "empty", "error"]
NUMBERS = ["q1", "q2", "q3", "q4", "arousal", "valence"]
FILE_COLUMNS = ["file", "status", "duration", *NUMBERS, "quadrant"]
FRAME_COLUMNS = ["file", "time", "duration", *NUMBERS, "quadrant"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, sine, noise, silence):
    folder = tmp_path_factory.mktemp("formats")
    samples = np.concatenate([sine(3), noise(3), sine(3, 1000)])
    soundfile.write(folder / "long.wav", samples, 16000)
    soundfile.write(folder / "short.wav", sine(0.5), 16000)
    soundfile.write(folder / "silent.wav", silence(1), 16000)
    (folder / "empty.wav").touch()
    return folder


@pytest.fixture(scope="module")
def files(folder, quadpred):
    return quadpred("predict", "--format", "csv", *NAMES, folder=folder)


@pytest.fixture(scope="module")
def frames(folder, quadpred):
    arguments = ["predict", "--format", "csv", "--level", "frame", "--hop", "0.5", *NAMES]
    return quadpred(*arguments, folder=folder)


def numbers_of(rows):
    return np.array([[float(row[column]) for column in NUMBERS] for row in rows])


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def test_csv_columns(files, frames):
    assert files.code == frames.code == 1
    assert files.output.splitlines()[0] == ",".join(FILE_COLUMNS).encode()
    assert frames.output.splitlines()[0] == ",".join(FRAME_COLUMNS).encode()
    assert [row["status"] for row in files.rows()] == STATUSES
    assert b"\r" not in files.output + frames.output
    assert b"nan" not in files.output.lower()


def test_times_of_frames_are_a_hop_apart(frames):
    times = [float(row["time"]) for row in frames.rows() if row["file"] == "long.wav"]
    # Half a second is 15.6 frames, which is rounded to 16.
    np.testing.assert_allclose(times, 0.512 * np.arange(len(times)), atol=1e-6)
    assert len(times) == 1 + int((9 - 0.992) / 0.512)


@pytest.mark.parametrize("level", ["file", "frame"])
def test_json(folder, quadpred, files, frames, level):
    arguments = ["predict", "--format", "json", "--level", level, "--hop", "0.5", *NAMES]
    run = quadpred(*arguments, folder=folder)
    assert run.code == 1
    objects = json.loads(run.output, parse_constant=refuse)
    jsonschema.validate(objects, json.loads(SCHEMA.read_text()))
    assert [one["file"] for one in objects] == NAMES
    assert [one["status"] for one in objects] == STATUSES
    for one in objects:
        assert set(FILE_COLUMNS) <= set(one)
        assert isinstance(one["provenance"], dict)
        assert all(isinstance(warning, str) for warning in one["warnings"])
        heard = one["status"] in ("ok", "short")
        assert all(isinstance(one[column], float if heard else type(None)) for column in NUMBERS)
        assert (one["quadrant"] in ("Q1", "Q2", "Q3", "Q4")) == heard
        assert bool(one["warnings"]) == (one["status"] != "ok")
    assert objects[-1]["duration"] is None
    assert set(objects[0]["provenance"]) >= {"model", "sha256", "version", "hop"}
    if level == "frame":
        parts = [one["frames"] for one in objects]
        together = np.concatenate(
            [np.array([part[column] for column in NUMBERS]).T for part in parts]
        )
        np.testing.assert_allclose(together, numbers_of(frames.rows()), atol=1e-6)
        assert [len(part["time"]) for part in parts][1:] == [1, 0, 0, 0]


def test_json_of_means_equals_csv(folder, quadpred, files):
    run = quadpred("predict", "--format", "json", *NAMES, folder=folder)
    for one, row in zip(json.loads(run.output)[:2], files.rows(), strict=False):
        np.testing.assert_allclose(
            [one[column] for column in NUMBERS], numbers_of([row])[0], 0, 1e-6
        )
        assert one["quadrant"] == row["quadrant"]


@pytest.mark.parametrize("name", ["long.wav", "short.wav", "silent.wav", "empty.wav"])
def test_npz_of_frames(folder, quadpred, frames, name):
    output = f"{name} frames.npz"
    assert quadpred("predict", "--hop", "0.5", "-o", output, name, folder=folder).code == 0
    arrays = np.load(folder / output, allow_pickle=False)
    rows = [row for row in frames.rows() if row["file"] == name]
    assert arrays["quadrants"].shape == (len(rows), 4)
    assert arrays["arousal"].shape == arrays["valence"].shape == arrays["times"].shape
    assert str(arrays["status"]) == STATUSES[NAMES.index(name)]
    assert json.loads(str(arrays["provenance"]))["model"]
    heads = [arrays["quadrants"], arrays["arousal"][:, None], arrays["valence"][:, None]]
    expected = numbers_of(rows).reshape(-1, 6)
    np.testing.assert_allclose(np.concatenate(heads, axis=1), expected, atol=1e-6)
    np.testing.assert_allclose(arrays["times"], [float(row["time"]) for row in rows], atol=1e-6)


def test_npy_of_frames_is_what_the_original_script_wrote(folder, quadpred, frames):
    assert quadpred("predict", "--hop", "0.5", "-o", "a.npy", "long.wav", folder=folder).code == 0
    array = np.load(folder / "a.npy", allow_pickle=False)
    assert array.dtype == np.float32
    rows = [row for row in frames.rows() if row["file"] == "long.wav"]
    np.testing.assert_allclose(array, numbers_of(rows)[:, :4], atol=1e-6)


@pytest.mark.parametrize("suffix", ["npz", "npy"])
def test_arrays_of_means_hold_all_files(folder, quadpred, files, suffix):
    output = f"means.{suffix}"
    run = quadpred("predict", "--level", "file", "-o", output, *NAMES, folder=folder)
    assert run.code == 1
    content = np.load(folder / output, allow_pickle=False)
    quadrants = content if suffix == "npy" else content["quadrants"]
    assert quadrants.shape == (len(NAMES), 4)
    np.testing.assert_allclose(quadrants[:2], numbers_of(files.rows()[:2])[:, :4], atol=1e-6)
    assert np.isnan(quadrants[2:]).all()
    if suffix == "npz":
        assert content["status"].tolist() == STATUSES
        assert content["files"].tolist() == [name.encode() for name in NAMES]


@pytest.mark.parametrize("level", ["file", "frame"])
def test_table(folder, quadpred, files, level):
    arguments = ["predict", "--format", "table", "--level", level, *NAMES]
    lines = quadpred(*arguments, folder=folder).output.decode().splitlines()
    columns = FILE_COLUMNS if level == "file" else FRAME_COLUMNS
    assert lines[0].split() == columns
    words = [line.split() for line in lines[1:]]
    assert all(len(line) == len(columns) for line in words)
    # Columns are aligned: each line is as long as the others.
    assert len({len(line) for line in lines}) == 1
    if level == "file":
        assert [line[1] for line in words] == STATUSES
        shown = [float(value) for value in words[0][3:9]]
        np.testing.assert_allclose(shown, numbers_of(files.rows()[:1])[0], atol=0.00501)
        assert words[2][3:] == ["-"] * 7


@pytest.mark.parametrize("suffix", ["csv", "json", "txt", "CSV"])
def test_the_suffix_decides(folder, quadpred, suffix):
    form = {"txt": "table"}.get(suffix, suffix.lower())
    printed = quadpred("predict", "--format", form, *NAMES, folder=folder)
    written = quadpred("predict", "-o", f"suffix.{suffix}", *NAMES, folder=folder)
    assert written.code == 1
    assert written.output == b""
    assert (folder / f"suffix.{suffix}").read_bytes() == printed.output


def test_the_option_wins_over_the_suffix(folder, quadpred, files):
    run = quadpred("predict", "--format", "csv", "-o", "odd.json", *NAMES, folder=folder)
    assert run.code == 1
    assert (folder / "odd.json").read_bytes() == files.output


def test_csv_is_the_default_into_a_pipe(folder, quadpred, files):
    assert quadpred("predict", *NAMES, folder=folder) == files
