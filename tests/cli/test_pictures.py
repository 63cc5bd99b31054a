"""Taggrams are real pictures."""

import struct
import xml.etree.ElementTree

import pytest
import soundfile

CSV = ["predict", "--format", "csv"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise, silence):
    folder = tmp_path_factory.mktemp("pictures")
    soundfile.write(folder / "noise.wav", noise(5), 16000)
    soundfile.write(folder / "short.wav", noise(0.3), 16000)
    soundfile.write(folder / "silence.wav", silence(2), 16000)
    return folder


def size_of_png(path):
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert content.endswith(b"IEND\xaeB`\x82")
    return struct.unpack(">II", content[16:24])


@pytest.mark.parametrize("name", ["noise", "short"])
def test_png(folder, quadpred, name):
    assert quadpred(*CSV, "--plot", f"{name}.png", f"{name}.wav", folder=folder).code == 0
    width, height = size_of_png(folder / f"{name}.png")
    assert width >= 800
    assert height >= 300


def test_svg(folder, quadpred):
    assert quadpred(*CSV, "--plot", "noise.svg", "noise.wav", folder=folder).code == 0
    root = xml.etree.ElementTree.parse(folder / "noise.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 10


def test_pictures_change_no_result(folder, quadpred):
    names = ["noise.wav", "short.wav", "silence.wav"]
    plain = quadpred(*CSV, *names, folder=folder)
    drawn = quadpred(*CSV, "--plot", "all", *names, folder=folder)
    assert drawn == plain
    # What has no numbers has no picture.
    assert sorted(path.name for path in (folder / "all").iterdir()) == ["noise.png", "short.png"]
    for path in (folder / "all").iterdir():
        size_of_png(path)


def test_a_silent_file_alone_is_no_failure(folder, quadpred):
    run = quadpred(*CSV, "--plot", "silence.png", "silence.wav", folder=folder)
    assert run.code == 0
    assert run.rows()[0]["status"] == "silent"
    assert not (folder / "silence.png").exists()
