"""Files that are missing, empty, cut off or no audio, each beside good ones."""

import os

import pytest
import soundfile

GOOD = ["good.wav", "another.wav"]
# Name, and words of the reason.
FAILING = [
    ("missing.wav", "does not exist"),
    ("empty folder", "has no audio files in it"),
    ("text.mp3", "is not audio that libsndfile or FFmpeg can read"),
    ("random.wav", "is not audio that libsndfile or FFmpeg can read"),
    ("cut.m4a", "is not audio that libsndfile or FFmpeg can read"),
    ("half a header.wav", "is not audio that libsndfile or FFmpeg can read"),
    # What has sound in it of which none can be decoded is not an empty file.
    ("nothing decodable.flac", "decoding stopped"),
    ("nothing decodable.m4a", "could not be decoded"),
]
# Name, and the least and most seconds that half of the file may give.
CUT_OFF = [("cut.mp3", 5, 7), ("cut.flac", 3, 7), ("cut.webm", 5, 7), ("cut.wav", 5.9, 6.1)]
CUT_OFF_UNNOTICED = [("cut.ogg", 4, 7)]
EMPTY = ["zero bytes.wav", "zero bytes.mp3", "header only.wav"]


def half_of(content):
    return content[: len(content) // 2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise, silence, encode):
    folder = tmp_path_factory.mktemp("bad")
    twelve = noise(12, rate=48000)
    random_bytes = noise(2).tobytes()
    soundfile.write(folder / "good.wav", noise(2), 16000)
    soundfile.write(folder / "another.wav", noise(3, seed=1), 16000)
    (folder / "empty folder").mkdir()
    (folder / "text.mp3").write_text("This is no music.\n" * 100)
    (folder / "random.wav").write_bytes(random_bytes)
    for suffix in ("mp3", "flac", "wav", "ogg"):
        whole = folder / f"whole.{suffix}"
        soundfile.write(whole, twelve, 48000)
        (folder / f"cut.{suffix}").write_bytes(half_of(whole.read_bytes()))
    for suffix, codec in (("m4a", "aac"), ("webm", "libopus")):
        whole = folder / f"whole.{suffix}"
        encode(whole, codec, twelve, 48000)
        (folder / f"cut.{suffix}").write_bytes(half_of(whole.read_bytes()))
    (folder / "half a header.wav").write_bytes((folder / "whole.wav").read_bytes()[:30])
    flac = (folder / "whole.flac").read_bytes()
    (folder / "nothing decodable.flac").write_bytes(flac[:200] + random_bytes)
    m4a = (folder / "whole.m4a").read_bytes()
    start, end = m4a.index(b"mdat") + 4, m4a.index(b"moov") - 4
    damaged = m4a[:start] + b"\xff" * (end - start) + m4a[end:]
    (folder / "nothing decodable.m4a").write_bytes(damaged)
    for name in ("zero bytes.wav", "zero bytes.mp3"):
        (folder / name).touch()
    soundfile.write(folder / "header only.wav", silence(0), 16000)
    return folder


@pytest.fixture(scope="module")
def run(folder, quadpred):
    odd = [name for name, *_ in [*FAILING, *CUT_OFF, *CUT_OFF_UNNOTICED]] + EMPTY
    names = [GOOD[0], *odd, GOOD[1]]
    return quadpred("predict", "--format", "csv", "-j", "2", *names, folder=folder)


def test_the_run_continues_and_reports_failed_files(run):
    assert run.code == 1
    assert len(run.rows()) == len(FAILING) + len(CUT_OFF) + len(CUT_OFF_UNNOTICED) + 5


def test_the_good_files_lose_nothing(run, folder, quadpred):
    alone = quadpred("predict", "--format", "csv", *GOOD, folder=folder)
    assert alone.code == 0
    assert [run.row(name) for name in GOOD] == alone.rows()


@pytest.mark.parametrize(("name", "words"), FAILING)
def test_what_fails_has_a_row_and_a_reason(run, name, words):
    row = run.row(name)
    assert row["status"] == "error"
    assert all(row[column] == "" for column in row if column not in ("file", "status", "duration"))
    assert any(words in message for message in run.messages_on(name))


@pytest.mark.parametrize(("name", "words"), FAILING[:3])
def test_one_failure_alone_is_exit_code_1_and_its_reason_survives_quiet(
    folder, quadpred, name, words
):
    run = quadpred("predict", "-q", "--format", "csv", name, folder=folder)
    assert run.code == 1
    assert run.row(name)["status"] == "error"
    assert words in run.messages_on(name)[0]


@pytest.mark.parametrize(("name", "least", "most"), CUT_OFF)
def test_truncated_files_are_analysed_to_their_end_with_a_warning(run, name, least, most):
    row = run.row(name)
    assert row["status"] == "partial"
    assert least < float(row["duration"]) < most
    assert any("is analysed in part" in message for message in run.messages_on(name))
    assert any("that its header states" in message for message in run.messages_on(name))


@pytest.mark.parametrize(("name", "least", "most"), CUT_OFF_UNNOTICED)
def test_what_does_not_show_that_it_is_cut_off_is_shorter(run, name, least, most):
    # Nothing in these states their length.
    row = run.row(name)
    assert row["status"] == "ok"
    assert least < float(row["duration"]) < most


@pytest.mark.parametrize("name", EMPTY)
def test_what_has_no_samples_is_empty(run, name):
    row = run.row(name)
    assert row["status"] == "empty"
    assert float(row["duration"]) == 0
    assert row["q1"] == row["valence"] == row["quadrant"] == ""
    assert "has no samples" in run.messages_on(name)[0]


def test_empty_files_are_no_failure(folder, quadpred):
    assert quadpred("predict", "--format", "csv", *EMPTY, folder=folder).code == 0


def test_messages_are_sentences_of_the_program_alone(run):
    lines = run.messages.splitlines()
    # libmpg123, inside libsndfile, speaks for itself of mp3 files that are cut.
    for line in (line for line in lines if not line.startswith(("Warning: Xing", "Note: "))):
        assert line.startswith("quadpred: "), line
        assert line.endswith("."), line
        assert not line.endswith(".."), line


def test_a_name_that_is_empty_does_not_exist(folder, quadpred):
    run = quadpred("predict", "--format", "csv", "", GOOD[0], folder=folder)
    assert run.code == 1
    assert [row["status"] for row in run.rows()] == ["error", "ok"]
    assert "does not exist" in run.messages


def test_what_is_neither_file_nor_folder_fails_at_once(folder, quadpred):
    # Opening a pipe that nobody writes to would wait for ever.
    os.mkfifo(folder / "pipe.wav")
    arguments = ["predict", "--format", "csv", "-j", "1", "pipe.wav", GOOD[0]]
    run = quadpred(*arguments, folder=folder)
    assert run.code == 1
    assert [row["status"] for row in run.rows()] == ["error", "ok"]


def test_messages_of_native_decoders_are_not_printed(tmp_path, quadpred, encode, noise):
    encode(tmp_path / "one.mp3", "libmp3lame", noise(3, rate=48000), 48000)
    (tmp_path / "two.mp3").write_bytes((tmp_path / "one.mp3").read_bytes() * 2)
    run = quadpred("predict", "--format", "csv", "two.mp3", folder=tmp_path)
    assert all(line.startswith("quadpred: ") for line in run.messages.splitlines()), run.messages
