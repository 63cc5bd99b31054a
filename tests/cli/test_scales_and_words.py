"""``--scale`` and ``--words``: further columns of rows in every format that has rows."""

import json

import jsonschema
import numpy as np
import pyarrow.parquet
import pytest

from tests import signals
from tests.cli.test_formats import FILE_COLUMNS, FRAME_COLUMNS, SCHEMA
from tests.test_word_ranges import PLANE, expected

JOY, SAD = (str(signals.EXAMPLES / f"{name}.ogg") for name in ("q1_joy", "q3_sadness"))
SCALED = ["arousal_likert9", "valence_likert9", "arousal_percent", "valence_percent"]
OPTIONS = ["--scale", "likert9", "--scale", "percent", "--words", "words.csv"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "words.csv").write_text(PLANE)
    return tmp_path


def test_columns_are_appended(quadpred, folder):
    (folder / "broken.wav").write_text("no audio")
    run = quadpred(*("predict", "--format", "csv", *OPTIONS, JOY, "broken.wav"), folder=folder)
    joy, broken = run.rows()
    assert run.code == 1 and list(joy) == [*FILE_COLUMNS, *SCALED, "words"]
    arousal, valence = float(joy["arousal"]), float(joy["valence"])
    found = [float(joy[name]) for name in SCALED]
    np.testing.assert_allclose(
        found,
        [5 + 4 * arousal, 5 + 4 * valence, 50 + 50 * arousal, 50 + 50 * valence],
        atol=1e-4,
    )
    assert joy["words"] == expected(arousal, valence)
    assert [broken[name] for name in (*SCALED, "words")] == [""] * 5
    plain = quadpred("predict", "--format", "csv", JOY, folder=folder).rows()[0]
    assert {name: joy[name] for name in plain} == plain


def test_rows_of_patches_in_all_formats(quadpred, folder):
    arguments = ["predict", "--level", "frame", *OPTIONS, SAD]
    rows = quadpred(*arguments, "--format", "csv", folder=folder).rows()
    assert list(rows[0]) == [*FRAME_COLUMNS, *SCALED, "words"]
    for row in rows:
        assert row["words"] == expected(float(row["arousal"]), float(row["valence"]))
    run = quadpred(*arguments, "--format", "json", folder=folder)
    jsonschema.validate(json.loads(run.output), json.loads(SCHEMA.read_text()))
    (said,) = json.loads(run.output)
    assert said["frames"]["words"] == [row["words"] for row in rows]
    assert quadpred(*arguments, "-o", "song.parquet", folder=folder).code == 0
    table = pyarrow.parquet.read_table(folder / "song.parquet").to_pydict()
    assert table["words"] == said["frames"]["words"]
    assert table["valence_percent"] == said["frames"]["valence_percent"]


def test_confidence_and_consistency(quadpred, folder):
    columns = ["--columns", "confidence,consistency"]
    plain = quadpred("predict", "--format", "json", "--level", "frame", SAD, folder=folder)
    (said,) = json.loads(plain.output)
    (row,) = quadpred("predict", "--format", "csv", *columns, SAD, folder=folder).rows()
    assert list(row) == [*FILE_COLUMNS, "confidence", "consistency"]
    for name in ("confidence", "consistency"):
        assert float(row[name]) == pytest.approx(said[name], abs=1e-5)
    rows = quadpred(
        *("predict", "--format", "csv", "--level", "frame", *columns, "--scale", "unit", SAD),
        folder=folder,
    ).rows()
    added = ["confidence", "consistency", "arousal_unit", "valence_unit"]
    assert list(rows[0]) == [*FRAME_COLUMNS, *added]
    for name in ("confidence", "consistency"):
        found = [float(one[name]) for one in rows]
        np.testing.assert_allclose(found, said["frames"][name], atol=1e-5)
    segments = quadpred(
        *("predict", "--format", "csv", "--level", "segment", *columns, SAD), folder=folder
    ).rows()
    centres = np.array([float(one["time"]) + float(one["duration"]) / 2 for one in rows])
    values = np.array(said["frames"]["consistency"])
    for one in segments:
        start, end = float(one["time"]), float(one["time"]) + float(one["duration"])
        inside = (centres >= start) & (centres < end)
        assert float(one["consistency"]) == pytest.approx(values[inside].mean(), abs=1e-4)
        assert float(one["confidence"]) == pytest.approx(
            max(float(one[name]) for name in ("q1", "q2", "q3", "q4")), abs=1e-5
        )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--columns", "confidence,loudness"], "There is no column 'loudness'"),
        (["--columns", "confidence", "--top", "Q1"], "--columns has no effect on the excerpts"),
        (["--scale", "likert7"], "'likert7' is not one of"),
        (["--scale", "unit", "--format", "npz", "-o", "x.npz"], "--scale needs a format of rows"),
        (["--words", "words.csv", "--format", "labels"], "--words needs a format of rows"),
        (["--words", "words.csv", "--top", "Q1"], "--words has no effect on the excerpts"),
        (["--words", "absent.csv"], "absent.csv can't be read"),
        (["--words", "empty.csv"], "empty.csv lacks the columns"),
    ],
)
def test_wrong_use_is_told_before_any_audio_is_read(quadpred, folder, arguments, sentence):
    (folder / "empty.csv").touch()
    run = quadpred("predict", *arguments, "absent.wav", folder=folder)
    assert (run.code, run.output) == (2, b"")
    assert sentence in " ".join(run.messages.split()) and "absent.wav" not in run.messages
