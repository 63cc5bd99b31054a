"""Wrong use: exit code 2, a sentence on standard error, nothing else done."""

import os

import pytest
import soundfile


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("use")
    soundfile.write(folder / "good.wav", noise(1), 16000)
    soundfile.write(folder / "another.wav", noise(1, seed=1), 16000)
    return folder


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name at least one audio file or folder"),
        (["--hop", "0", "good.wav"], "A hop of 0 s can't be used"),
        (["--hop", "-1", "good.wav"], "A hop of -1 s can't be used"),
        (["--hop", "nan", "good.wav"], "--hop"),
        (["--hop", "inf", "good.wav"], "--hop"),
        (["--hop", "1e300", "good.wav"], "--hop"),
        (["--hop", "0.001", "good.wav"], "it must be one frame"),
        (["--hop", "soon", "good.wav"], "not a valid float"),
        (["--format", "npz", "good.wav"], "A .npz file needs a name: give -o"),
        (["--format", "npy", "good.wav"], "A .npy file needs a name: give -o"),
        (["--format", "xml", "good.wav"], "is not one of"),
        (["--level", "bar", "good.wav"], "is not one of"),
        (["-o", "results.xml", "good.wav"], "has an unknown suffix"),
        (["--plot", "picture.gif", "good.wav"], "ends in .png or .svg"),
        (["--plot", "picture.png", "good.wav", "another.wav"], "give --plot a folder"),
        (["--force", "--skip-existing", "good.wav"], "exclude each other"),
        (["--model", "music-4q", "-m", "e", "good.wav"], "exclude each other"),
        (["-m", "x", "good.wav"], "is not one of"),
        (["-s", "z", "good.wav"], "is not one of"),
        (["-j", "0", "good.wav"], "not in the range"),
        (["--loud", "good.wav"], "No such option"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_predict(folder, quadpred, arguments, words):
    before = sorted(os.listdir(folder))
    run = quadpred("predict", *arguments, folder=folder)
    assert run.code == 2
    assert run.output == b""
    assert words in run.messages
    assert sorted(os.listdir(folder)) == before


def test_an_infinite_hop_is_not_called_short(folder, quadpred):
    assert (
        "too short" not in quadpred("predict", "--hop", "inf", "good.wav", folder=folder).messages
    )


def test_a_command_that_is_none(folder, quadpred):
    run = quadpred("listen", "good.wav", folder=folder)
    assert run.code == 2
    assert "No such command 'listen'" in run.messages


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["good.wav"], "No such command 'good.wav': 'quadpred predict' analyses files"),
        (["prdict", "good.wav"], "No such command 'prdict'. Did you mean 'predict'?"),
        (["live", "good.wav"], "good.wav isn't standard input: write - and add '< FILE'"),
    ],
    ids=" ".join,
)
def test_the_way_out_is_named(folder, quadpred, arguments, words):
    run = quadpred(*arguments, folder=folder)
    assert (run.code, run.output) == (2, b"")
    assert words in run.messages


def test_what_isnt_a_recording_is_named(quadpred, tmp_path):
    (tmp_path / "song.mid").write_bytes(b"MThd\0\0\0\6\0\0\0\1\1\xe0")
    names = ("song.mid", "https://example.org/song.mp3", "-")
    run = quadpred("predict", *names, folder=tmp_path)
    assert run.code == 1
    assert "-: is standard input, which can't be read twice: write it to a" in run.messages
    assert "song.mid: has notes, not sound: render the MIDI file to audio" in run.messages
    assert "https://example.org/song.mp3: is an address: copy the file to" in run.messages


def test_a_hop_longer_than_the_file_gives_one_patch(folder, quadpred):
    hop = ["--hop", "3600", "--level", "frame", "--format", "csv"]
    run = quadpred("predict", *hop, "good.wav", folder=folder)
    assert run.code == 0
    assert len(run.rows()) == 1


def test_the_shortest_hop_is_one_frame(folder, quadpred):
    hop = ["--hop", "0.032", "--level", "frame", "--format", "csv"]
    run = quadpred("predict", *hop, "good.wav", folder=folder)
    assert run.code == 0
    assert [row["time"] for row in run.rows()] == ["0.000000", "0.032000"]


def test_the_environment_is_checked_like_options(folder, quadpred):
    run = quadpred("predict", "good.wav", folder=folder, QUADPRED_PREDICT_HOP="0")
    assert run.code == 2
    assert "can't be used" in run.messages
