"""``quadpred live`` on real pipes: the file's numbers, unusual streams, Ctrl-C, a terminal."""

import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

import quadpred_plugin
from quadpred_plugin.live import predict_causally
from tests import signals
from tests.conftest import SCRIPT, clean_environment
from tests.limits import HANG

ANGER = signals.EXAMPLES / "q2_anger.ogg"


@pytest.fixture(scope="module")
def music():
    samples, rate = soundfile.read(ANGER, dtype="float32", always_2d=True)
    # Quiet first: the running peak and the whole file's differ for long.
    samples[: 4 * rate] *= 0.2
    return samples[: 9 * rate], rate


@pytest.fixture(scope="module")
def wav(music, tmp_path_factory):
    path = tmp_path_factory.mktemp("live") / "music.wav"
    soundfile.write(path, *music, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def expected(wav):
    return predict_causally(wav, quadpred_plugin.load_model(), hop=0.32)


def start(*arguments, **streams):
    return subprocess.Popen(
        [SCRIPT, "live", *arguments],
        env=clean_environment(),
        **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        | streams,
    )


def lines_of(output):
    return [json.loads(line) for line in output.decode().splitlines()]


def check(found, expected, tolerance=1e-6):
    assert len(found) == len(expected)
    assert [one["time"] for one in found] == pytest.approx(expected.times.tolist())
    for index, name in enumerate(("q1", "q2", "q3", "q4")):
        values = [one[name] for one in found]
        assert values == pytest.approx(expected.quadrants[:, index].tolist(), abs=tolerance)
    for name in ("arousal", "valence"):
        values = [one[name] for one in found]
        assert values == pytest.approx(getattr(expected, name).tolist(), abs=tolerance)
    assert [one["quadrant"] for one in found] == expected.patch_quadrants()


@pytest.mark.parametrize("chunk", [1000, 100_000])
def test_a_pipe_gives_the_files_numbers(wav, expected, chunk):
    process = start("--hop", "0.32", "-")
    content = wav.read_bytes()
    for first in range(0, len(content), chunk):
        process.stdin.write(content[first : first + chunk])
        process.stdin.flush()
    output, messages = process.communicate(timeout=HANG)
    assert (process.returncode, messages) == (0, b"")
    check(lines_of(output), expected)


def test_a_header_that_does_not_know_the_length(wav, expected):
    content = bytearray(wav.read_bytes())
    # What ffmpeg writes into a pipe.
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    output, messages = start("--hop", "0.32", "-").communicate(bytes(content), timeout=HANG)
    assert messages == b""
    check(lines_of(output), expected)


@pytest.mark.parametrize(("name", "kind", "scale"), [("s16le", "<i2", 32768), ("f32le", "<f4", 1)])
def test_raw_samples(wav, expected, name, kind, scale):
    samples, rate = soundfile.read(wav, dtype="float32", always_2d=True)
    raw = np.round(samples * scale).astype(kind) if scale > 1 else samples.astype(kind)
    options = ["--raw", "--rate", str(rate), "--channels", str(samples.shape[1])]
    process = start(*options, "--sample-format", name, "--hop", "0.32", "-")
    output, messages = process.communicate(raw.tobytes(), timeout=HANG)
    assert (process.returncode, messages) == (0, b"")
    check(lines_of(output), expected)


def test_a_line_comes_before_the_stream_continues(music):
    """The first second alone gives its line: nothing waits for what comes after."""
    samples, rate = music
    process = start("--raw", "--rate", str(rate), "--channels", str(samples.shape[1]), "-")
    loud = (np.clip(samples[5 * rate :], -1, 1) * 32767).astype("<i2")
    # The patch ends after 0.992 s; the resampler holds back less than 0.1 s.
    process.stdin.write(loud[: int(1.1 * rate)].tobytes())
    process.stdin.flush()
    ready, _, _ = select.select([process.stdout], [], [], HANG)
    assert ready and json.loads(process.stdout.readline())["time"] == 0
    process.stdin.close()
    process.wait(timeout=HANG)
    process.stdout.close()
    process.stderr.close()


def test_the_running_peak_becomes_the_files(wav, expected):
    """Where the loudest sample is past, the numbers are those of ``predict``."""
    whole = quadpred_plugin.predict(wav, hop=0.32)
    mono = soundfile.read(wav, always_2d=True)[0].mean(axis=1)
    # The chain's own samples peak a little elsewhere: half a second for the resampler.
    after = np.abs(mono).argmax() / 44100 + 0.5
    late = expected.times + expected.patch_duration > after
    early = expected.times + expected.patch_duration < 3.9
    assert late.sum() > 2 and early.sum() > 5
    assert expected.quadrants[late] == pytest.approx(whole.quadrants[late], abs=1e-6)
    assert np.abs(expected.quadrants[early] - whole.quadrants[early]).max() > 0.05
    assert expected.provenance["level"] == "running peak"


def test_silence_has_no_numbers_before_the_first_sound(noise):
    samples = np.concatenate([np.zeros(32000), noise(2)])
    raw = (samples * 32767).astype("<i2").tobytes()
    output, _ = start("--raw", "--rate", "16000", "-").communicate(raw, timeout=HANG)
    found = lines_of(output)
    assert [one["status"] for one in found] == ["silent", "silent", "ok", "ok"]
    assert found[0]["q1"] is None and found[0]["quadrant"] is None and found[0]["peak"] == 0
    assert found[3]["q1"] + found[3]["q2"] + found[3]["q3"] + found[3]["q4"] == pytest.approx(1)


@pytest.mark.parametrize("content", [b"", b"no audio at all" * 1000, b"RIFF"])
def test_a_stream_that_is_no_audio(content):
    process = start("-")
    output, messages = process.communicate(content, timeout=HANG)
    assert (process.returncode, output) == (1, b"")
    assert messages.startswith(b"quadpred: standard input: is not audio")
    assert messages.count(b"\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["--raw", "-"], ["--rate", "16000", "-"], ["-", "--device", "0"], ["--hop", "0.001", "-"]],
)
def test_wrong_use(arguments):
    process = start(*arguments)
    output, messages = process.communicate(b"", timeout=HANG)
    assert (process.returncode, output) == (2, b"")
    assert b"Error: " in messages and b"Traceback" not in messages


def test_devices_need_a_package_or_a_device():
    process = start("--device", "no such device")
    output, messages = process.communicate(b"", timeout=HANG)
    assert (process.returncode, output) == (1, b"")
    assert re.match(rb"quadpred: device no such device: [^\n]+\.\n$", messages)


def test_ctrl_c_ends_in_good_order(wav):
    process = start("-")
    process.stdin.write(wav.read_bytes()[:400_000])
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["time"] == 0
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=HANG)
    assert process.returncode == 130
    assert messages == b"quadpred: interrupted.\n"


def test_nobody_reads_any_more(wav):
    process = start("-")
    process.stdout.close()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(wav.read_bytes())
        process.stdin.close()
    assert process.wait(timeout=HANG) == 1
    assert process.stderr.read() == b""
    process.stderr.close()


def shown_on_a_terminal(wav, *words):
    ours, theirs = pty.openpty()
    with open(wav, "rb") as stream:
        process = start(*words, "-", stdin=stream, stdout=theirs)
        os.close(theirs)
        shown = b""
        deadline = time.monotonic() + HANG
        while time.monotonic() < deadline:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        os.close(ours)
        assert process.wait(timeout=HANG) == 0
        process.stderr.close()
    return shown.decode()


# What sets a colour: SGR with 30 to 49, 90 to 107.
COLOR = re.compile(r"\x1b\[(?:\d+;)*(?:[34]\d|9\d|10[0-7])(?:;\d+)*m")


def test_a_terminal_gets_a_meter(wav):
    shown = shown_on_a_terminal(wav)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert "Q2 angry, tense" in text and "arousal" in text and "█" in text
    assert "{" not in text
    assert COLOR.search(shown)


def test_a_meter_without_colors(wav):
    shown = shown_on_a_terminal(wav, "--no-color")
    assert "Q2 angry, tense" in shown
    assert not COLOR.search(shown)


def test_memory_is_flat():
    """Ten minutes at full speed; the whole hour is `python -m checks.live_hour`."""
    run = subprocess.run(
        [sys.executable, "-m", "checks.live_hour", "--minutes", "10"],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    assert "flat" in run.stdout
