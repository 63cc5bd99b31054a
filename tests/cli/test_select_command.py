"""``quadpred select``: what is chosen from results and from files, what is refused."""

import csv
import os
import shutil

import numpy as np
import pytest
import soundfile

from tests.conftest import read_rows
from tests.signals import EXAMPLES

RATE = 16000
HEADER = "file,status,duration,q1,q2,q3,q4,arousal,valence,quadrant\n"
PIECES = ("q1_joy.ogg", "q2_anger.ogg", "q3_sadness.ogg", "q4_calm.ogg")
# A fixed model: what the pieces are taken for doesn't depend on the default.
MODEL = "music-4q"
NAMES = ("a, comma.wav", "two\nlines.wav", 'quo"te.wav', "b/\udce9.wav", "b/five.wav")


def write_tone(path, decibels):
    """A sine of 1 kHz in both channels, 3 s long, whose loudness is its peak's level."""
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * 1000 * np.arange(3 * RATE) / RATE)
    path.parent.mkdir(exist_ok=True)
    with open(os.fsencode(path), "wb") as stream:
        soundfile.write(stream, np.stack([wave, wave], axis=1), RATE, format="WAV")


def write_results(path, values):
    """Write a table of ``quadpred predict``: ``{name: (quadrant, confidence)}``."""
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
        stream.write(HEADER)
        for name, (quadrant, confidence) in values.items():
            shares = [(1 - confidence) / 3] * 4
            shares[int(quadrant[1]) - 1] = confidence
            csv.writer(stream).writerow([name, "ok", 3.0, *shares, 0.25, -0.5, quadrant])


@pytest.fixture
def folder(tmp_path):
    """Five tones of -20, -21 … LUFS, and their results."""
    for place, name in enumerate(NAMES):
        write_tone(tmp_path / name, -20 - place)
    values = dict(
        zip(NAMES, [("Q1", 0.9), ("Q2", 0.8), ("Q3", 0.7), ("Q4", 0.6), ("Q4", 0.85)], strict=True)
    )
    write_results(tmp_path / "results.csv", values)
    return tmp_path


@pytest.fixture
def select(quadpred, folder):
    def run(*arguments, table="stimuli.csv"):
        done = quadpred("select", "-o", table, *arguments, folder=folder)
        path = folder / table
        return done, read_rows(path.read_bytes()) if path.is_file() else None

    return run


def test_tracks_of_results_with_names_values_and_levels(select):
    run, rows = select("--from", "results.csv", "--per-quadrant", "1")
    assert (run.code, run.output) == (0, b"")
    assert run.messages.splitlines()[0] == "quadpred: Q1: 1 of 1 chosen; 1 track."
    assert [row["file"] for row in rows] == [*NAMES[:3], NAMES[4]]
    assert [row["quadrant"] for row in rows] == ["Q1", "Q2", "Q3", "Q4"]
    levels = [-20, -21, -22, -24]
    assert [float(row["level"]) for row in rows] == pytest.approx(levels, abs=0.1)
    assert [float(row["confidence"]) for row in rows] == pytest.approx([0.9, 0.8, 0.7, 0.85])
    assert {(row["start"], row["end"]) for row in rows} == {("0.000000", "3.000000")}
    # The distances to the arousal and valence that the probabilities imply.
    first = 1 - (abs(0.25 - (0.9 - 0.1 / 3)) + abs(-0.5 - (0.9 - 0.1 / 3))) / 4
    assert float(rows[0]["consistency"]) == pytest.approx(first, abs=1e-6)


def test_the_minimum_holds_and_each_quadrant_is_told(select):
    run, rows = select("--from", "results.csv", "--per-quadrant", "2", "--min-confidence", "0.85")
    assert run.code == 1
    assert [row["file"] for row in rows] == [NAMES[0], NAMES[4]]
    words = "of them with a confidence of 0.85 or more"
    assert run.messages.splitlines() == [
        f"quadpred: Q1: 1 of 2 chosen; 1 track, 1 {words}.",
        f"quadpred: Q2: 0 of 2 chosen; 1 track, 0 {words}, the next with 0.80.",
        f"quadpred: Q3: 0 of 2 chosen; 1 track, 0 {words}, the next with 0.70.",
        f"quadpred: Q4: 1 of 2 chosen; 2 tracks, 1 {words}, the next with 0.60.",
    ]


def test_one_per_folder(select):
    run, rows = select("--from", "results.csv", "--per-quadrant", "1", "--one-per", "folder")
    assert run.code == 1
    assert "left out for another one of the same folder" in run.messages
    assert len({os.path.dirname(row["file"]) for row in rows}) == len(rows) == 2


def test_files_that_changed_or_are_gone_are_named(select, folder):
    os.utime(folder / NAMES[0], (4e9, 4e9))
    (folder / NAMES[2]).unlink()
    run, rows = select("--from", "results.csv", "--per-quadrant", "1")
    assert run.code == 1
    assert [row["file"] for row in rows] == [NAMES[1], NAMES[4]]
    assert f"{NAMES[0]}: was changed after the results were written" in run.messages
    assert f"{NAMES[2]}: doesn't exist any more" in run.messages


def test_a_file_that_cannot_be_read_is_replaced_by_the_next(select, folder):
    with open(folder / NAMES[4], "wb") as stream:
        stream.write(b"no music")
    os.utime(folder / NAMES[4], (1e9, 1e9))
    run, rows = select("--from", "results.csv", "--per-quadrant", "1")
    assert run.code == 1
    assert rows[3]["file"] == NAMES[3]
    assert f"quadpred: {NAMES[4]} is not audio" in run.messages


def test_files_that_changed_are_used_if_allowed(select, folder):
    os.utime(folder / NAMES[0], (4e9, 4e9))
    run, rows = select("--from", "results.csv", "--per-quadrant", "1", "--allow-changed")
    assert (run.code, rows[0]["file"]) == (0, NAMES[0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name audio files or folders, or results by --from."),
        (("--from", "gone"), "does not exist"),
        (("--from", "results.csv", "a, comma.wav"), "excludes PATHS"),
        (("--from", "results.csv", "-r", "--hop", "1"), "excludes -r and --hop"),
        (("--from", "other.csv"), "isn't a result of 'quadpred predict"),
        (("--from", "nan.csv"), "it is damaged"),
        (("--from", "empty.csv"), "empty.csv has no tracks."),
        (("--allow-changed", "a, comma.wav"), "--allow-changed is an option of --from."),
        (("--from", "results.csv", "--fade", "1"), "--fade is an option of --audio"),
        (("--from", "results.csv", "--audio", "cut", "--seconds", "0.9"), "don't fit into 0.9 s"),
        (("--from", "results.csv", "--seconds", "2"), "has no values of patches"),
        (("--from", "results.csv", "--seconds", "0"), "--seconds"),
        (("--from", "results.csv", "--per-quadrant", "0"), "--per-quadrant"),
        (("--from", "results.csv", "--min-confidence", "80"), "--min-confidence"),
        (("--from", "results.csv", "--one-per", "label"), "--one-per"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_written(select, folder, arguments, sentence):
    (folder / "other.csv").write_text("file,mood\na.wav,happy\n")
    (folder / "empty.csv").write_text(HEADER)
    (folder / "nan.csv").write_text(HEADER + "five.wav,ok,3,nan,0.2,0.3,0.4,0,0,Q4\n")
    before = sorted(folder.rglob("*"))
    run, rows = select(*arguments)
    assert (run.code, rows) == (2, None)
    assert sentence in run.messages
    assert sorted(folder.rglob("*")) == before


def test_the_table_s_suffix_and_existing_files(select, folder):
    run, _ = select("--from", "results.csv", table="stimuli.txt")
    assert run.code == 2 and "ends in .csv" in run.messages
    (folder / "stimuli.csv").write_text("mine")
    run, _ = select("--from", "results.csv")
    assert run.code == 2 and "stimuli.csv exists: --force replaces it." in run.messages
    (folder / "cut").mkdir()
    (folder / "cut" / "Q2-01.wav").write_text("mine")
    run, _ = select("--from", "results.csv", "--audio", "cut", table="other.csv")
    assert run.code == 2 and "Q2-01.wav exists: --force replaces it." in run.messages
    arguments = ("--from", "results.csv", "--per-quadrant", "1", "--audio", "cut", "--force")
    run, rows = select(*arguments)
    assert run.code == 0
    for row in rows:
        assert soundfile.info(folder / "cut" / row["audio"]).frames == 3 * RATE


@pytest.fixture(scope="module")
def pieces(tmp_path_factory, quadpred):
    """The example pieces with their values of patches."""
    folder = tmp_path_factory.mktemp("pieces")
    for name in PIECES:
        shutil.copyfile(EXAMPLES / name, folder / name)
    for form in ("json", "csv", "parquet"):
        run = quadpred(
            *("predict", "--model", MODEL, "--level", "frame", "--hop", "0.496"),
            *("-o", f"frames.{form}", *PIECES),
            folder=folder,
        )
        assert run.code == 0, run.messages
    return folder


def test_excerpts_are_those_of_the_patches_from_files_and_from_results(pieces, quadpred):
    arguments = ("select", "-q", "--seconds", "8", "--per-quadrant", "4")
    runs = {}
    for form in ("json", "csv", "parquet"):
        run = quadpred(
            *arguments, "--from", f"frames.{form}", "-o", f"from_{form}.csv", folder=pieces
        )
        assert run.code == 1
        runs[form] = read_rows((pieces / f"from_{form}.csv").read_bytes())
    run = quadpred(
        *(*arguments, "--model", MODEL, "--hop", "0.496", "--audio", "cut", "-o", "direct.csv"),
        *PIECES,
        folder=pieces,
    )
    assert run.code == 1
    direct = read_rows((pieces / "direct.csv").read_bytes())
    assert sorted(row["file"] for row in direct) == sorted(PIECES)
    patches = read_rows((pieces / "frames.csv").read_bytes())
    for row in direct:
        start, end = float(row["start"]), float(row["end"])
        assert end - start == pytest.approx(8, abs=1e-6)
        times = [one for one in patches if one["file"] == row["file"]]
        inside = [
            one
            for one in times
            if start - 1e-5 <= float(one["time"]) <= end - float(one["duration"]) + 1e-5
        ]
        for column in ("arousal", "valence"):
            mean = np.mean([float(one[column]) for one in inside])
            assert float(row[column]) == pytest.approx(mean, abs=2e-6)
        probability = np.mean([float(one[row["quadrant"].lower()]) for one in inside])
        assert float(row["confidence"]) == pytest.approx(probability, abs=2e-6)
        cut = soundfile.info(pieces / "cut" / row["audio"])
        assert cut.frames == 8 * cut.samplerate
    for rows in runs.values():
        assert [row["file"] for row in rows] == [row["file"] for row in direct]
        for row, expected in zip(rows, direct, strict=True):
            assert row["quadrant"] == expected["quadrant"]
            for column in ("start", "end", "confidence", "consistency", "arousal", "level"):
                assert float(row[column]) == pytest.approx(float(expected[column]), abs=1e-5)


def test_tracks_shorter_than_an_excerpt_are_told(pieces, quadpred):
    run = quadpred(
        *("select", "--from", "frames.json", "--seconds", "60", "-o", "long.csv"), folder=pieces
    )
    assert run.code == 1
    assert "quadpred: 4 tracks are shorter than 60 s." in run.messages
    assert read_rows((pieces / "long.csv").read_bytes()) == []


def test_whole_files_have_the_values_of_predict(pieces, quadpred):
    predicted = quadpred("predict", "--model", MODEL, "--format", "csv", *PIECES, folder=pieces)
    by_name = {row["file"]: row for row in predicted.rows()}
    run = quadpred(
        *("select", "-q", "--model", MODEL, "-o", "whole.csv", "--per-quadrant", "4", *PIECES),
        folder=pieces,
    )
    assert run.code == 1
    for row in read_rows((pieces / "whole.csv").read_bytes()):
        expected = by_name[row["file"]]
        assert row["end"] == expected["duration"]
        for column in ("arousal", "valence"):
            assert row[column] == expected[column]
        assert row["confidence"] == expected[row["quadrant"].lower()]
