"""``--intervals`` and ``--level segment``: a row per section."""

import json

import jsonschema
import numpy as np
import pyarrow.parquet
import pytest
import soundfile

import quadpred_plugin as qp
from tests import signals
from tests.cli.test_formats import FRAME_COLUMNS, SCHEMA

JOY = str(signals.EXAMPLES / "q1_joy.ogg")
TABLE = 'start,end,label\n0,5,"verse, quiet"\n5,12.5,"two\nlines"\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sections.csv").write_text(TABLE)
    return tmp_path


def test_a_row_per_section(quadpred, folder):
    arguments = ["predict", "--intervals", "sections.csv", JOY]
    run = quadpred(*arguments, "--format", "csv", folder=folder)
    rows = run.rows()
    assert run.code == 0 and list(rows[0]) == [*FRAME_COLUMNS, "label"]
    assert [row["label"] for row in rows] == ["verse, quiet", "two\nlines"]
    prediction = qp.predict(JOY)
    for row, (start, end) in zip(rows, ((0, 5), (5, 12.5)), strict=True):
        expected = prediction.summary(start, end)
        assert (float(row["time"]), float(row["duration"])) == (start, end - start)
        found = [float(row[f"q{number}"]) for number in range(1, 5)]
        np.testing.assert_allclose(found, expected.quadrants, atol=1e-5)
        assert row["quadrant"] == expected.quadrant
    run = quadpred(*arguments, "--format", "json", folder=folder)
    jsonschema.validate(json.loads(run.output), json.loads(SCHEMA.read_text()))
    (said,) = json.loads(run.output)
    assert said["segments"]["label"] == ["verse, quiet", "two\nlines"]
    assert said["arousal"] == pytest.approx(prediction.summary().arousal, abs=1e-5)
    assert quadpred(*arguments, "-o", "a.parquet", folder=folder).code == 0
    table = pyarrow.parquet.read_table(folder / "a.parquet").to_pydict()
    assert table["label"] == said["segments"]["label"]


def test_found_segments_are_those_of_all_formats(quadpred, folder):
    arguments = ["predict", "--hop", "0.32", "--min-segment", "3", JOY]
    rows = quadpred(*arguments, "--format", "csv", "--level", "segment", folder=folder).rows()
    labels = quadpred(*arguments, "--format", "labels", folder=folder).output.decode()
    assert list(rows[0]) == FRAME_COLUMNS
    assert [f"{row['time']} {row['quadrant']}" for row in rows] == [
        f"{line.split(chr(9))[0]} {line.split(chr(9))[2][:2]}" for line in labels.splitlines()
    ]


def test_sections_of_several_files(quadpred, folder):
    for name in ("a.wav", "silent.wav"):
        samples = signals.noise(4) if name == "a.wav" else np.zeros(64000)
        soundfile.write(folder / name, samples, 16000)
    (folder / "broken.wav").write_text("no audio")
    (folder / "all.csv").write_text(
        "file,start,end\na.wav,0,2\na.wav,1,9\na.wav,7,9\nsilent.wav,0,1\nbroken.wav,0,1\n"
    )
    names = ("a.wav", "broken.wav", "silent.wav")
    run = quadpred(*("predict", "--intervals", "all.csv", "--format", "csv", *names), folder=folder)
    assert run.code == 1
    assert [(row["file"], row["time"][0], bool(row["q1"])) for row in run.rows()] == [
        ("a.wav", "0", True),
        ("a.wav", "1", True),
        ("a.wav", "7", False),
        ("broken.wav", "0", False),
        ("silent.wav", "0", False),
    ]
    assert "a.wav: sections without values: 1 of 3" in run.messages
    assert "a.wav: sections that end after the file, which is 4.000 s long: 1 of 3" in run.messages
    within = quadpred(
        *("predict", "-q", "--intervals", "sections.csv", "--format", "csv", "silent.wav"),
        folder=folder,
    )
    assert (within.code, within.messages, len(within.rows())) == (0, "", 2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--intervals", "sections.csv", "b.wav"], "of one audio file, not of 2"),
        (["--intervals", "sections.csv", "--level", "frame"], "leave --level out"),
        (
            ["--intervals", "sections.csv", "--format", "npz", "-o", "x.npz"],
            "needs a format of rows",
        ),
        (["--intervals", "sections.csv", "--format", "labels"], "needs a format of rows"),
        (["--intervals", "sections.csv", "--top", "Q1"], "has no effect on the excerpts of --top"),
        (["--intervals", "absent.csv"], "absent.csv can't be read"),
        (["--intervals", "sections.csv", "--tier", "x"], "A tier is part of a TextGrid"),
        (["--tier", "x"], "--tier is an option of --intervals"),
        (["--level", "segment", "--format", "npy", "-o", "x.npy"], "no level segment"),
    ],
)
def test_wrong_use_is_told_before_any_audio_is_read(quadpred, folder, arguments, sentence):
    run = quadpred("predict", *arguments, "absent.wav", folder=folder)
    assert (run.code, run.output) == (2, b"")
    assert sentence in " ".join(run.messages.split()) and "absent.wav" not in run.messages
