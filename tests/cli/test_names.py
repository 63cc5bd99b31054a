"""Names that are hard on CSV, JSON, terminals and encodings."""

import json
import os
import xml.etree.ElementTree

import numpy as np
import pytest
import soundfile

# A language's letters, what CSV quotes, what breaks lines, and bytes that aren't UTF-8.
NAMES = [
    b" leading space.wav",
    b"#comment, comma.wav",
    b"$dollar$.wav",
    b"-dash.wav",
    b'a "quoted" b.wav',
    b"it's.wav",
    b"not utf-8 \xff\xe9.wav",
    b"return\rhere.wav",
    b"two\nlines.wav",
    "Größe 音楽.wav".encode(),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("names")
    (folder / "music").mkdir()
    for seed, name in enumerate(NAMES):
        with open(os.path.join(os.fsencode(folder / "music"), name), "wb") as stream:
            soundfile.write(stream, noise(1, seed), 16000, format="WAV")
    return folder


@pytest.fixture(scope="module")
def run(folder, quadpred):
    return quadpred("predict", "--format", "csv", "music", folder=folder)


def expected_names():
    return sorted(os.fsdecode(b"music/" + name) for name in NAMES)


def test_every_name_comes_back_byte_for_byte(run):
    assert run.code == 0
    assert run.messages == ""
    assert [row["file"] for row in run.rows()] == expected_names()
    assert {row["status"] for row in run.rows()} == {"ok"}
    for name in NAMES:
        assert name.replace(b'"', b'""') in run.output


def test_quotes_stand_where_rfc_4180_wants_them_and_nowhere_else(run):
    for name in expected_names():
        quoted = ('"' + name.replace('"', '""') + '",').encode("utf-8", "surrogateescape")
        assert (quoted in run.output) == any(special in name for special in ',"\r\n')


@pytest.mark.parametrize("level", ["file", "frame"])
def test_a_file_holds_the_same_bytes_as_standard_output(folder, quadpred, level):
    arguments = ["predict", "--format", "csv", "--level", level, "music"]
    printed = quadpred(*arguments, folder=folder)
    assert quadpred(*arguments, "-o", f"{level}.csv", folder=folder).code == 0
    assert (folder / f"{level}.csv").read_bytes() == printed.output


@pytest.mark.parametrize("coercion", ["0", "1"])
def test_the_locale_changes_nothing(run, folder, quadpred, coercion):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": coercion}
    assert quadpred("predict", "--format", "csv", "music", folder=folder, **plain) == run


def test_json_keeps_the_names(folder, quadpred):
    objects = json.loads(quadpred("predict", "--format", "json", "music", folder=folder).output)
    assert [one["file"] for one in objects] == expected_names()


def test_a_table_has_one_line_a_file(folder, quadpred):
    run = quadpred("predict", "--format", "table", "music", folder=folder)
    lines = run.output.decode().splitlines()
    assert len(lines) == 1 + len(NAMES)
    assert any(r"two\nlines.wav" in line for line in lines)
    assert not any("\x1b" in line or "\r" in line for line in lines)


def test_messages_have_one_line_a_file(folder, quadpred):
    name = b"no such\nfile\x1b[31m \xff.wav"
    run = quadpred("predict", "--format", "csv", name, folder=folder)
    assert run.code == 1
    assert run.rows()[0]["file"] == os.fsdecode(name)
    (line,) = run.messages.splitlines()
    assert line.startswith(r"quadpred: no such\nfile\x1b[31m \udcff.wav: does not exist")


def test_names_that_look_like_options_follow_two_dashes(folder, quadpred):
    run = quadpred("predict", "--format", "csv", "--", "-dash.wav", folder=folder / "music")
    assert run.code == 0
    assert run.rows()[0]["file"] == "-dash.wav"


def test_output_files_take_the_names(folder, quadpred):
    target = os.fsencode(folder / "arrays")
    os.mkdir(target)
    assert quadpred("predict", "--format", "npz", "-o", target, "music", folder=folder).code == 0
    assert sorted(os.listdir(target)) == sorted(name[:-4] + b".npz" for name in NAMES)


def test_npz_of_means_keeps_the_names_as_bytes(folder, quadpred):
    name = os.path.join(b"music", NAMES[6])
    arguments = ["predict", "--level", "file", "-o", "one.npz", name]
    assert quadpred(*arguments, folder=folder).code == 0
    assert np.load(folder / "one.npz")["files"].tolist() == [name]


def test_pictures_are_titled_with_any_name(folder, quadpred):
    for index, name in enumerate(NAMES):
        if any(odd in name for odd in (b"$", b"\xff", b"\n", b"\r")):
            path = os.path.join(b"music", name)
            picture = f"{index}.svg"
            assert quadpred("predict", "--plot", picture, path, folder=folder).code == 0
            xml.etree.ElementTree.parse(folder / picture)


@pytest.mark.parametrize("name", [b"a:b.aac", b"http:c.aac", b"-d.aac", b"not utf-8 \xff.aac"])
def test_what_ffmpeg_reads_may_have_any_name(name, tmp_path, quadpred, encode, noise):
    encode(tmp_path / "plain.aac", "aac", noise(2, rate=48000), 48000)
    os.rename(tmp_path / "plain.aac", os.path.join(os.fsencode(tmp_path), name))
    run = quadpred("predict", "--format", "csv", "--", name, folder=tmp_path)
    assert run.code == 0, run.messages
    assert run.rows()[0]["file"] == os.fsdecode(name)


def test_what_looks_like_mathematics_is_drawn_as_it_is(tmp_path, quadpred, noise):
    soundfile.write(tmp_path / "$\\frac{$.wav", noise(2), 16000)
    run = quadpred("predict", "-q", "--plot", "one.svg", "$\\frac{$.wav", folder=tmp_path)
    assert run.code == 0, run.messages
    assert (tmp_path / "one.svg").is_file()
