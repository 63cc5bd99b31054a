"""A library that raises what nobody listed costs its file, and the run goes on."""

import struct
import subprocess

import pytest
import soundfile

from tests.conftest import clean_environment, importing_at_start
from tests.limits import HANG

NAMES = ("a.wav", "odd.wav", "z.wav")

ODD_LIBRARIES = """
import av, os, soundfile

def name_of(file):
    if isinstance(file, int):
        return os.readlink(f"/proc/self/fd/{{file}}")
    return getattr(getattr(file, "read", None), "__self__", file).name

def odd(function):
    def call(file, *arguments, **options):
        if "odd" in os.path.basename(name_of(file)):
            raise {error}
        return function(file, *arguments, **options)
    return call

soundfile.SoundFile = odd(soundfile.SoundFile)
av.open = odd(av.open)
"""

PYTHON = """
import quadpred_plugin as qp

model = qp.load_model()
for jobs in (1, 2):
    print(*(one.status for one in model.predict_many(["a.wav", "odd.wav", "z.wav"], jobs=jobs)))
try:
    model.predict("odd.wav")
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def folder(tmp_path, noise):
    for seconds, name in enumerate(NAMES, 1):
        soundfile.write(tmp_path / name, noise(seconds), 16000)
    return tmp_path


@pytest.fixture
def variables(folder):
    """The environment in which libraries raise an error: ``variables(error)``."""

    def write(error):
        return importing_at_start(ODD_LIBRARIES.format(error=error), folder / "libraries")

    return write


ERRORS = {
    "ZeroDivisionError('division by zero')": "ZeroDivisionError: division by zero",
    "LookupError": "LookupError",
    "MemoryError": "there is not enough memory",
}


@pytest.mark.parametrize(("error", "words"), ERRORS.items())
def test_predict(folder, quadpred, variables, error, words):
    run = quadpred("predict", "--format", "csv", *NAMES, folder=folder, **variables(error))
    assert run.code == 1
    assert [row["status"] for row in run.rows()] == ["ok", "error", "ok"]
    assert run.messages == f"quadpred: odd.wav: could not be processed: {words}.\n"


def test_batch(folder, quadpred, variables, read_csv):
    own = variables("ZeroDivisionError('division by zero')")
    run = quadpred("batch", "-q", "-o", "results", "-j", "2", ".", folder=folder, **own)
    assert run.code == 1
    (row,) = read_csv((folder / "results" / "failures.csv").read_bytes())
    assert row["file"] == "odd.wav"
    assert row["reason"] == "could not be processed: ZeroDivisionError: division by zero."


def test_python(folder, script, variables):
    run = subprocess.run(
        [script.with_name("python"), "-c", PYTHON],
        cwd=folder,
        env=clean_environment(**variables("IndexError('odd')")),
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    reason = "AudioError odd.wav: could not be processed: IndexError: odd."
    assert run.stdout.splitlines() == ["ok error ok", "ok error ok", reason], run.stderr


def test_debug_shows_where(folder, script, variables):
    run = subprocess.run(
        [script, "--debug", "predict", "--format", "csv", "odd.wav"],
        cwd=folder,
        env=clean_environment(**variables("IndexError('odd')")),
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert "Traceback" in run.stderr and "sitecustomize.py" in run.stderr
    assert run.stderr.endswith("quadpred: odd.wav: could not be processed: IndexError: odd.\n")


def _page(packet, kind, position, number):
    """Return a page of an Ogg stream, with its checksum."""
    lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    head = b"OggS" + struct.pack("<BBqIIIB", 0, kind, position, 1, number, 0, len(lacing))
    page = bytearray(head + lacing + packet)
    remainder = 0
    for byte in page:
        remainder ^= byte << 24
        for _ in range(8):
            remainder = (remainder << 1) ^ (0x04C11DB7 if remainder & 0x80000000 else 0)
            remainder &= 0xFFFFFFFF
    page[22:26] = struct.pack("<I", remainder)
    return bytes(page)


def speex(rate):
    """Return a second of silence in Speex whose header claims a sample rate."""
    numbers = (1, 80, rate, 0, 4, 1, -1, 160, 0, 1, 0, 0, 0)
    head = b"Speex   " + b"1.2".ljust(20, b"\0") + struct.pack("<13i", *numbers)
    pages = [_page(head, 2, 0, 0), _page(struct.pack("<II", 0, 0), 0, 0, 1)]
    frame = b"\x1d\x9d" + bytes(18)
    pages += [_page(frame, 4 * (n == 49), 160 * (n + 1), n + 2) for n in range(50)]
    return b"".join(pages)


def test_a_speex_file_without_a_rate(folder, quadpred):
    (folder / "eight.spx").write_bytes(speex(8000))
    (folder / "none.spx").write_bytes(speex(0))
    run = quadpred("predict", "--format", "csv", ".", folder=folder)
    assert {row["file"]: row["status"] for row in run.rows()} == {
        **dict.fromkeys([f"./{name}" for name in NAMES], "ok"),
        "./eight.spx": "silent",
        "./none.spx": "error",
    }
