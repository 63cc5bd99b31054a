"""Fixtures for signals, audio files, and the program as a child process."""

import csv
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests import encoding, signals
from tests.limits import HANG

SCRIPT = Path(sys.executable).with_name("quadpred")

# A folder that doesn't exist, so that the user's own models aren't used.
NO_MODELS = str(Path(__file__).parent / "no models")
os.environ["QUADPRED_MODELS"] = NO_MODELS


def make_silence(seconds, rate=signals.RATE):
    return np.zeros(round(seconds * rate), dtype=np.float32)


@pytest.fixture(scope="session")
def sine():
    """Build a sine of half of full scale: ``sine(seconds, frequency, rate)``."""
    return signals.sine


@pytest.fixture(scope="session")
def noise():
    """Build white noise: ``noise(seconds, seed, rate)``."""
    return signals.noise


@pytest.fixture(scope="session")
def silence():
    """Build digital silence: ``silence(seconds, rate)``."""
    return make_silence


@pytest.fixture(scope="session")
def encode():
    """Write mono samples with one of FFmpeg's codecs: ``encode(path, codec, samples, rate)``."""
    return encoding.encode


@dataclass(frozen=True)
class Run:
    """Exit code, output and messages of one run of the program."""

    code: int
    output: bytes
    messages: str

    def rows(self):
        return read_rows(self.output)

    def row(self, name):
        (found,) = (row for row in self.rows() if row["file"] == name)
        return found

    def messages_on(self, name):
        start = f"quadpred: {name}: "
        return [line for line in self.messages.splitlines() if line.startswith(start)]


def read_rows(content):
    """Parse the bytes of a CSV file, with file names byte-exact."""
    text = content.decode("utf-8", "surrogateescape")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def clean_environment(**more):
    """Return the environment without settings of the program and of Python's buffering."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("QUADPRED_")}
    own.pop("PYTHONUNBUFFERED", None)
    return {**own, "QUADPRED_MODELS": NO_MODELS, **more}


def importing_at_start(code, folder):
    """Return the environment in which each Python, also of worker processes, first runs code.

    Parameters
    ----------
    code : str
    folder : Path
        Where it is written.
    """
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code)
    path = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(path)}


@pytest.fixture(scope="session")
def script():
    """Path of the installed program."""
    return SCRIPT


@pytest.fixture(scope="session")
def read_csv():
    return read_rows


@pytest.fixture(scope="session")
def quadpred():
    """Run the installed program: ``quadpred(*arguments, folder=…)`` gives a `Run`.

    A traceback fails the test.
    """

    def run(*arguments, folder, output=subprocess.PIPE, **environment):
        process = subprocess.run(
            [SCRIPT, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            env=clean_environment(**environment),
            timeout=HANG,
        )
        messages = process.stderr.decode("utf-8", "backslashreplace")
        assert "Traceback" not in messages, messages[-3000:]
        return Run(process.returncode, process.stdout or b"", messages)

    return run


@pytest.fixture(scope="session")
def start_quadpred():
    """Start the installed program in a process group of its own and return the `Popen`."""
    started = []

    def start(*arguments, folder, **environment):
        process = subprocess.Popen(
            [SCRIPT, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(**environment),
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        for stream in (process.stdout, process.stderr):
            stream.close()
