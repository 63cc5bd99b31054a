"""Ctrl-C, which reaches every process of the terminal's foreground group."""

import os
import signal
import time

import pytest
import soundfile

from tests.limits import HANG

FILES = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    """Two hundred names of one file of half a minute."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "music").mkdir()
    soundfile.write(folder / "music" / "000.wav", noise(30), 16000)
    for index in range(1, FILES):
        os.link(folder / "music" / "000.wav", folder / "music" / f"{index:03}.wav")
    return folder


@pytest.fixture(scope="module")
def numbers(folder, quadpred):
    """What each of the files says, less its name."""
    run = quadpred("predict", "--format", "csv", "music/000.wav", folder=folder)
    return {**run.rows()[0], "file": ""}


@pytest.fixture
def start(start_quadpred, folder, tmp_path):
    def begin(*arguments):
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        arguments = ["predict", "--format", "csv", *arguments, "music"]
        return start_quadpred(*arguments, folder=folder, TMPDIR=str(temporary))

    return begin


def wait_for_rows(folder, count):
    """Wait until the unfinished output holds `count` lines."""
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        for path in folder.glob(".quadpred-*"):
            if path.read_bytes().count(b"\n") >= count:
                return
        time.sleep(0.02)
    raise AssertionError("no rows came")


def interrupt(process, times=1):
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    try:
        return process.wait(HANG)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def processes_left(group):
    # Those that have ended are reaped by the system a moment later.
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    return True


def check(process, rows, numbers, tmp_path):
    message = process.stderr.read().decode()
    assert message == f"quadpred: interrupted: {len(rows)} of {FILES} files are done.\n"
    assert 2 <= len(rows) < FILES
    assert [row["file"] for row in rows] == [f"music/{n:03}.wav" for n in range(len(rows))]
    assert all({**row, "file": ""} == numbers for row in rows)
    assert not processes_left(process.pid)
    assert os.listdir(tmp_path / "temporary") == []


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_into_a_file(folder, tmp_path, start, numbers, read_csv, jobs, times):
    output = tmp_path / "results.csv"
    process = start("-j", jobs, "-o", str(output))
    wait_for_rows(tmp_path, 4)
    assert interrupt(process, times) == 130
    assert sorted(os.listdir(tmp_path)) == ["results.csv", "temporary"]
    check(process, read_csv(output.read_bytes()), numbers, tmp_path)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_into_standard_output(tmp_path, start, numbers, read_csv, jobs):
    process = start("-j", jobs)
    first = b"".join(process.stdout.readline() for _ in range(4))
    code = interrupt(process)
    assert code == 130
    check(process, read_csv(first + process.stdout.read()), numbers, tmp_path)


def test_arrays_that_were_finished_are_whole(tmp_path, start_quadpred, folder):
    arrays = tmp_path / "arrays"
    arrays.mkdir()
    arguments = ["predict", "--format", "npy", "-j", "2", "-o", str(arrays), "music"]
    process = start_quadpred(*arguments, folder=folder)
    deadline = time.monotonic() + HANG
    while len(list(arrays.glob("*.npy"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert interrupt(process) == 130
    done = sorted(os.listdir(arrays))
    assert done == [f"{index:03}.npy" for index in range(len(done))]
    assert len({(arrays / name).read_bytes() for name in done}) == 1
    assert not processes_left(process.pid)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_before_anything_is_done(tmp_path, start, jobs):
    process = start("-j", jobs)
    # The header is written before the first file is analysed.
    process.stdout.readline()
    assert interrupt(process) == 130
    assert b"Traceback" not in process.stderr.read()
    assert not processes_left(process.pid)
