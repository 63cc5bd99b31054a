"""Odd but readable signals, all in one run beside an ordinary one."""

import numpy as np
import pytest
import soundfile

GOOD = "good.wav"
NUMBERS = ("q1", "q2", "q3", "q4", "arousal", "valence")
# Name, status, duration, and words of the one message about it.
EXPECTED = [
    ("silence.wav", "silent", 2.0, "is silent"),
    ("constant.wav", "ok", 2.0, None),
    ("holes.wav", "ok", 2.0, "4 samples were not numbers"),
    ("ten samples.wav", "short", 10 / 16000, "shorter than one patch"),
    ("half a second.wav", "short", 0.5, "shorter than one patch"),
    ("one second.wav", "ok", 1.0, None),
    ("8 kHz.wav", "ok", 2.0, None),
    ("96 kHz.wav", "ok", 2.0, None),
    ("24 bit.wav", "ok", 2.0, None),
    ("over full scale.wav", "ok", 2.0, "exceed full scale"),
    ("six channels.wav", "ok", 2.0, None),
    ("vorbis.ogg", "ok", 2.0, None),
    ("opus.opus", "ok", 2.0, None),
    ("opus in ogg.ogg", "ok", 2.0, None),
    ("opus in webm.webm", "ok", 2.0, None),
    ("aac.m4a", "ok", 2.0, None),
    ("mp3.mp3", "ok", 2.0, None),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise, silence, encode):
    folder = tmp_path_factory.mktemp("odd")

    def write(name, samples, rate=16000, subtype="PCM_16", **more):
        soundfile.write(folder / name, samples, rate, subtype=subtype, **more)

    holes = noise(2)
    holes[[10, 11, 500, 501]] = np.nan, np.inf, -np.inf, np.nan
    write(GOOD, noise(3))
    write("silence.wav", silence(2))
    write("constant.wav", np.full(32000, 0.5))
    write("holes.wav", holes, subtype="FLOAT")
    write("nothing but holes.wav", np.full(32000, np.nan), subtype="FLOAT")
    write("ten samples.wav", noise(1)[:10])
    write("half a second.wav", noise(0.5))
    write("one second.wav", noise(1))
    write("8 kHz.wav", noise(2, rate=8000), 8000)
    write("96 kHz.wav", noise(2, rate=96000), 96000)
    write("24 bit.wav", noise(2), subtype="PCM_24")
    write("over full scale.wav", 20 * noise(2), subtype="FLOAT")
    write("six channels.wav", np.stack([noise(2, seed) for seed in range(6)], axis=1))
    write("vorbis.ogg", noise(2, rate=44100), 44100, subtype="VORBIS")
    write("opus.opus", noise(2, rate=48000), 48000, subtype="OPUS", format="OGG")
    write("mp3.mp3", noise(2, rate=44100), 44100, subtype="MPEG_LAYER_III")
    encode(folder / "opus in ogg.ogg", "libopus", noise(2, rate=48000), 48000)
    encode(folder / "opus in webm.webm", "libopus", noise(2, rate=48000), 48000)
    encode(folder / "aac.m4a", "aac", noise(2, rate=44100), 44100)
    return folder


@pytest.fixture(scope="module")
def run(folder, quadpred):
    names = [GOOD, *(name for name, *_ in EXPECTED), "nothing but holes.wav"]
    return quadpred("predict", "--format", "csv", "-j", "2", *names, folder=folder)


def test_the_run_succeeds(run):
    assert run.code == 0
    assert len(run.rows()) == len(EXPECTED) + 2


def test_the_others_leave_the_ordinary_file_alone(run, folder, quadpred):
    alone = quadpred("predict", "--format", "csv", GOOD, folder=folder)
    assert alone.code == 0
    assert alone.messages == ""
    assert run.output.splitlines()[:2] == alone.output.splitlines()


@pytest.mark.parametrize(("name", "status", "duration", "words"), EXPECTED)
def test_status_duration_and_message(run, name, status, duration, words):
    row = run.row(name)
    assert row["status"] == status
    # Lossy codecs pad their ends; of the others microseconds are written.
    tolerance = 1e-6 if name.endswith(".wav") else 0.06
    assert float(row["duration"]) == pytest.approx(duration, abs=tolerance)
    messages = run.messages_on(name)
    assert len(messages) == (words is not None)
    assert all(words in message for message in messages)


@pytest.mark.parametrize("name", [name for name, status, *_ in EXPECTED if status != "silent"])
def test_numbers_are_finite_and_in_their_ranges(run, name):
    row = run.row(name)
    quadrants = [float(row[column]) for column in NUMBERS[:4]]
    # Six decimals are written, so that four of them may miss 1 by two units.
    assert sum(quadrants) == pytest.approx(1, abs=4e-6)
    assert all(0 <= value <= 1 for value in quadrants)
    assert all(-1 <= float(row[column]) <= 1 for column in NUMBERS[4:])
    assert row["quadrant"] == f"Q{int(np.argmax(quadrants)) + 1}"


@pytest.mark.parametrize("name", ["silence.wav", "nothing but holes.wav"])
def test_what_is_silent_has_no_numbers(run, name):
    row = run.row(name)
    assert row["status"] == "silent"
    assert [row[column] for column in (*NUMBERS, "quadrant")] == [""] * 7


def test_a_file_of_nothing_but_holes_is_not_passed_off_as_silence(run):
    messages = run.messages_on("nothing but holes.wav")
    assert any("is silent" in message for message in messages)
    assert any("32000 samples were not numbers" in message for message in messages)


def test_quiet_drops_the_warnings_and_nothing_else(run, folder, quadpred):
    names = ["silence.wav", "holes.wav", "half a second.wav"]
    quiet = quadpred("predict", "-q", "--format", "csv", *names, folder=folder)
    assert quiet.code == 0
    assert quiet.messages == ""
    assert quiet.rows() == [run.row(name) for name in names]


def test_frame_level_has_rows_for_what_has_numbers_only(folder, quadpred):
    names = ["silence.wav", "one second.wav", "half a second.wav"]
    run = quadpred("predict", "--format", "csv", "--level", "frame", *names, folder=folder)
    assert run.code == 0
    header = b"file,time,duration,q1,q2,q3,q4,arousal,valence,quadrant"
    assert run.output.splitlines()[0] == header
    assert [row["file"] for row in run.rows()] == names[1:]
    assert {row["time"] for row in run.rows()} == {"0.000000"}
    assert {row["duration"] for row in run.rows()} == {"0.992000"}
