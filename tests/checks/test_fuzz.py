"""Damaged and absurd audio ends in a row with a status."""

import contextlib
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from quadpred_plugin.audio.decoding import open_decoder
from quadpred_plugin.audio.ffmpeg import _decode
from quadpred_plugin.errors import AudioError
from tests.tree import ROOT

REGRESSIONS = sorted((Path(__file__).parents[2] / "checks" / "fuzz" / "regressions").iterdir())
MEBIBYTE = 1 << 20


def test_five_hundred_damaged_files_end_in_a_status(tmp_path):
    page, keep = tmp_path / "page.md", tmp_path / "found"
    words = ["--count", "500", "--page", page, "--keep", keep]
    run = subprocess.run(
        [sys.executable, "-m", "checks.fuzz", *words], cwd=ROOT, capture_output=True, text=True
    )
    assert run.stdout.splitlines()[-1] == "500 files: 0 findings.", run.stdout + run.stderr
    assert run.returncode == 0
    rows = [line.split("|") for line in page.read_text().splitlines() if line.startswith("| ")]
    kinds = [row for row in rows if "." in row[1]]
    assert len(kinds) >= 12
    assert sum(int(row[2]) for row in kinds) == 500
    # Enough files can still be decoded, so that not all fail at the first byte.
    assert sum(int(row[3]) for row in kinds) > 100


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.name)
def test_what_once_raised_is_a_row(path, quadpred, capfd):
    with contextlib.suppress(AudioError), open_decoder(path) as decoder:
        for _ in decoder.blocks:
            pass
    # PyAV prints exceptions that are raised within a callback of FFmpeg.
    assert capfd.readouterr().err == ""
    run = quadpred("predict", "-q", "--format", "csv", path.name, folder=path.parent)
    (row,) = run.rows()
    assert row["status"] in ("error", "partial", "short", "empty")
    assert run.code == (1 if row["status"] in ("error", "partial") else 0)


def header(path, rate, channels, samples):
    """Write a wav file with an arbitrary header."""
    data = np.asarray(samples, "<i2").tobytes()
    words = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + words + b"data" + struct.pack("<I", len(data))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data)


@pytest.mark.parametrize("rate", [1, 999, 1_000_001, 2**31 - 1])
def test_a_rate_that_no_recording_has_is_named(rate, tmp_path):
    header(tmp_path / "rate.wav", rate, 1, np.zeros(4000))
    with (
        pytest.raises(AudioError, match=f"claims a sample rate of {rate} Hz"),
        open_decoder(tmp_path / "rate.wav"),
    ):
        pass


def test_many_channels_take_no_more_memory(tmp_path):
    samples = np.arange(1024 * 4000) % 1000
    header(tmp_path / "wide.wav", 16000, 1024, samples)
    expected = soundfile.read(tmp_path / "wide.wav", dtype="float32")[0]
    tracemalloc.start()
    with open_decoder(tmp_path / "wide.wav") as decoder:
        assert decoder.channels == 1024
        for block in decoder.blocks:
            np.testing.assert_array_equal(block, expected[: len(block)])
            expected = expected[len(block) :]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(expected) == 0
    # The file has 16 MiB as floats; a block 2 MiB, and comparing makes copies of it.
    assert peak < 10 * MEBIBYTE


def test_frames_of_changing_formats_are_all_heard(tmp_path, encode, noise):
    parts = []
    for rate in (48000, 24000):
        encode(tmp_path / "part.aac", "aac", noise(1, rate=rate), rate)
        parts.append((tmp_path / "part.aac").read_bytes())
    (tmp_path / "both.aac").write_bytes(b"".join(parts))
    with open_decoder(tmp_path / "both.aac") as decoder:
        frames = sum(map(len, decoder.blocks))
    assert decoder.account.complaints == []
    assert frames / decoder.sample_rate == pytest.approx(2, abs=0.2)


def test_a_file_without_end_of_damaged_parts_is_given_up():
    class Packet:
        pos, size = 0, 10

        def __bytes__(self):
            return bytes(10)

        def decode(self):
            raise ValueError

    read = iter([Packet() for _ in range(5000)])
    context = SimpleNamespace(name="", sample_rate=16000, layout=SimpleNamespace(nb_channels=1))
    container = SimpleNamespace(format=SimpleNamespace(name=""), demux=lambda stream: read)
    decoder = _decode(container, SimpleNamespace(codec_context=context), 1)
    assert list(decoder.blocks) == []
    assert decoder.account.stopped
    assert len(list(read)) == 5000 - 1001


def test_a_length_that_no_file_has_is_none_that_is_missing(tmp_path, noise):
    path = tmp_path / "endless.flac"
    soundfile.write(path, noise(1), 16000)
    content = bytearray(path.read_bytes())
    # A stream's header may leave out its number of samples.
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    path.write_bytes(content)
    assert soundfile.info(path).frames == 2**63 - 1
    with open_decoder(path) as decoder:
        assert decoder.account.declared_seconds is None


def test_what_is_called_mp3_and_is_none_is_not_searched(tmp_path, capfd):
    (tmp_path / "random.mp3").write_bytes(np.random.default_rng(0).bytes(3000))
    with pytest.raises(AudioError), open_decoder(tmp_path / "random.mp3"):
        pass
    assert capfd.readouterr().err == ""
