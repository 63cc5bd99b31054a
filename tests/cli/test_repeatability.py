"""The same bytes whatever runs beside a file, and a start that loads little."""

import subprocess
import sys

import pytest
import soundfile

from tests import signals
from tests.limits import HANG

HEAVY = {"essentia", "tensorflow", "matplotlib", "numpy", "av", "soundfile", "soxr"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, sine, noise):
    folder = tmp_path_factory.mktemp("repeat")
    soundfile.write(folder / "noise.wav", noise(40), 16000)
    soundfile.write(folder / "short.wav", noise(0.2), 16000)
    soundfile.write(folder / "sine.flac", sine(20, rate=44100), 44100)
    (folder / "text.mp3").write_text("no music")
    return folder


NAMES = ["noise.wav", "text.mp3", "sine.flac", "short.wav", str(signals.EXAMPLES / "q1_joy.ogg")]
FORMS = [["--format", "csv"], ["--format", "csv", "--level", "frame"], ["--format", "json"]]


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_the_number_of_processes_changes_nothing(folder, quadpred, form):
    one, two = (
        quadpred("predict", *form, "--hop", "0.25", "-j", jobs, *NAMES, folder=folder)
        for jobs in ("1", "2")
    )
    assert one.code == 1
    assert one.output == two.output
    assert one.messages_on("text.mp3") == two.messages_on("text.mp3") != []


def test_other_files_and_their_order_change_nothing(folder, quadpred):
    form = ["predict", "--format", "csv", "-j", "1"]
    forwards = quadpred(*form, *NAMES, folder=folder).rows()
    backwards = quadpred(*form, *NAMES[::-1], folder=folder).rows()
    assert forwards == backwards[::-1]
    for index in (2, 3):
        assert quadpred(*form, NAMES[index], folder=folder).rows() == [forwards[index]]


@pytest.mark.parametrize("arguments", [["--help"], ["predict", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(script, arguments):
    run = subprocess.run(
        [sys.executable, "-X", "importtime", script, *arguments],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert "click" in modules
    assert not modules & HEAVY
    assert "quadpred" in run.stdout
