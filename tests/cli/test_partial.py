"""Files that are analysed in part: their rows, sentences and exit codes; and files left out."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import soundfile

from quadpred_plugin import exports
from quadpred_plugin.audio.suffixes import AUDIO_SUFFIXES
from quadpred_plugin.inference import Model
from quadpred_plugin.model.registry import find_model
from tests.full_decode import ffmpeg

NUMBERS = ("q1", "q2", "q3", "q4", "arousal", "valence")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise, silence):
    folder = tmp_path_factory.mktemp("partial")
    soundfile.write(folder / "good.wav", noise(2), 16000)
    content = (folder / "good.wav").read_bytes()
    (folder / "cut.wav").write_bytes(content[: len(content) * 3 // 4])
    soundfile.write(folder / "silent.flac", silence(2), 16000)
    content = (folder / "silent.flac").read_bytes()
    (folder / "cut silence.flac").write_bytes(content[: len(content) * 3 // 4])
    (folder / "silent.flac").unlink()
    (folder / "cover.jpg").touch()
    (folder / "BACK.JPG").touch()
    (folder / "notes").touch()
    (folder / ".hidden").touch()
    return folder


def test_the_row_has_values_and_the_analysed_duration(folder, quadpred):
    run = quadpred("predict", "--format", "csv", "good.wav", "cut.wav", folder=folder)
    row = run.row("cut.wav")
    assert run.code == 1
    assert row["status"] == "partial"
    assert float(row["duration"]) == pytest.approx(1.5, abs=0.01)
    assert all(-1 <= float(row[name]) <= 1 for name in NUMBERS)
    assert any("is analysed in part: 1.5 s, without" in one for one in run.messages_on("cut.wav"))
    assert run.row("good.wav")["status"] == "ok"


def test_quiet_keeps_the_sentence(folder, quadpred):
    run = quadpred("predict", "-q", "--format", "csv", "cut.wav", folder=folder)
    assert run.code == 1
    assert "is analysed in part" in run.messages_on("cut.wav")[0]


def test_json_has_the_status_and_the_sentence(folder, quadpred):
    run = quadpred("predict", "--format", "json", "cut.wav", folder=folder)
    objects = json.loads(run.output)
    schema = json.loads(Path(exports.__file__).with_name("schema.json").read_text())
    jsonschema.validate(objects, schema)
    assert objects[0]["status"] == "partial"
    assert objects[0]["warnings"][0].startswith("is analysed in part")


def test_silence_of_a_part_is_no_result(folder, quadpred):
    run = quadpred("predict", "--format", "csv", "cut silence.flac", folder=folder)
    assert run.code == 1
    assert run.row("cut silence.flac")["status"] == "error"
    assert any("is silent as far as" in one for one in run.messages_on("cut silence.flac"))


def test_batch_counts_them_in_every_run(folder, quadpred, tmp_path, read_csv):
    for _ in range(2):
        run = quadpred("batch", "-o", tmp_path / "results", "--format", "csv", ".", folder=folder)
        assert run.code == 1
        assert "quadpred: 1 tracks are analysed in part; " in run.messages
        assert "quadpred: files left out by suffix: 3 (2 .jpg, 1 without suffix)." in run.messages
    rows = read_csv((tmp_path / "results" / "manifest.csv").read_bytes())
    (row,) = [row for row in rows if row["file"] == "cut.wav"]
    assert row["status"] == "partial"
    assert "is analysed in part" in row["reason"]
    assert row["result"] == "cut.wav.csv"


def test_files_of_folders_that_are_left_out_are_counted(folder, quadpred):
    run = quadpred("predict", "-r", "--format", "csv", ".", folder=folder)
    assert "quadpred: files left out by suffix: 3 (2 .jpg, 1 without suffix)." in run.messages
    run = quadpred("predict", "--format", "csv", "good.wav", folder=folder)
    assert "left out" not in run.messages


def test_subfolders_that_are_not_searched_are_counted(folder, quadpred, tmp_path):
    for name in ("album", "other", ".hidden"):
        (tmp_path / "music" / name).mkdir(parents=True)
    shutil.copy(folder / "good.wav", tmp_path / "music")
    run = quadpred("predict", "--format", "csv", "music", folder=tmp_path)
    assert run.code == 0
    assert "quadpred: 2 subfolders are left out: -r searches them too." in run.messages
    assert "left out" not in quadpred("predict", "-r", "music", folder=tmp_path).messages


def test_the_stream_is_chosen_by_number(quadpred, tmp_path):
    sources = ("-f", "lavfi", "-i", "sine=300:d=2", "-f", "lavfi", "-i", "sine=3000:d=3")
    ffmpeg(*sources, "-map", "0:a", "-map", "1:a", "-c:a", "flac", tmp_path / "two.mka")
    durations = []
    for number in ("0", "1"):
        words = ("predict", "--format", "csv", "--stream", number, "two.mka")
        run = quadpred(*words, folder=tmp_path)
        assert run.code == 0, run.messages
        durations.append(float(run.row("two.mka")["duration"]))
    assert durations == pytest.approx([2, 3], abs=0.1)
    model = Model(find_model())
    assert model.predict(tmp_path / "two.mka", stream=1).duration == pytest.approx(3, abs=0.1)
    run = quadpred("predict", "--format", "csv", "--stream", "2", "two.mka", folder=tmp_path)
    assert run.code == 1
    assert "has 2 audio streams, counted from 0, and none with the number 2." in run.messages


def test_suffixes_that_ffmpeg_knows_are_taken():
    known = ".dsf .ac3 .dts .ts .asf .3gp .ogv .mka .mp3 .flac"
    assert set(known.split()) <= AUDIO_SUFFIXES
