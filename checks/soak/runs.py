"""Start, kill, monitor and compare runs of ``quadpred batch``."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import SCRIPT, clean_environment, read_rows
from tests.limits import HANG

_started: list[subprocess.Popen] = []


def start(*arguments: object) -> subprocess.Popen:
    """Start ``quadpred batch`` in a process group of its own."""
    process = subprocess.Popen(
        [SCRIPT, "batch", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=clean_environment(),
        start_new_session=True,
    )
    _started.append(process)
    return process


def end_all() -> None:
    """End runs that a failed test has left."""
    for process in _started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    _started.clear()


def finish(process: subprocess.Popen) -> tuple[int, str]:
    """Wait for the end of a run; return its exit code and messages."""
    try:
        _, messages = process.communicate(timeout=HANG)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    text = messages.decode("utf-8", "backslashreplace")
    assert "Traceback" not in text, text[-3000:]
    return process.returncode, text


def count_results(output: Path) -> int:
    """Return the number of result files."""
    return sum(1 for _ in output.glob("album*/*"))


def wait_for(process: subprocess.Popen, reached: Callable[[], bool]) -> None:
    """Wait until a condition is true; the run must not end before."""
    deadline = time.monotonic() + HANG
    while not reached():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def kill_and_resume(
    arguments: tuple[object, ...],
    progress: Callable[[], int],
    points: range,
    seconds: float,
    kills: int,
    seed: int,
) -> tuple[int, str]:
    """Kill a run with SIGKILL several times, resume it each time, and let the last run end.

    Each kill is at random: up to `seconds` after one of the `points` of progress.
    """
    chance = random.Random(seed)
    for point in sorted(chance.choices(points, k=kills)):
        process = start(*arguments)
        wait_for(process, lambda point=point: progress() >= point)
        time.sleep(chance.uniform(0, seconds))
        assert process.poll() is None
        process.kill()
        process.communicate()
        assert not is_left(process.pid)
    return finish(start(*arguments))


def is_left(group: int) -> bool:
    """Return whether workers outlive the killed run."""
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    return True


def crash(process: subprocess.Popen, file: Path, times: int | None = None) -> int:
    """Crash each worker that reads a file with SIGSEGV; return the number of crashes.

    The number is limited by `times`, if given.
    """
    crashes = 0
    while process.poll() is None and crashes != times:
        for worker in _workers_of(process):
            if _has_open(worker, file):
                os.kill(worker, signal.SIGSEGV)
                while _has_open(worker, file):
                    time.sleep(0.01)
                crashes += 1
        time.sleep(0.01)
    return crashes


def _workers_of(process: subprocess.Popen) -> list[int]:
    # The workers of a cluster are children of the thread that monitors them.
    threads = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(number) for children in threads for number in children.read_text().split()]


def _has_open(worker: int, file: Path) -> bool:
    try:
        return any(
            os.readlink(f"/proc/{worker}/fd/{number}") == str(file)
            for number in os.listdir(f"/proc/{worker}/fd")
        )
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


@dataclass
class Memory:
    """Resident memory of the parent process of a run, without its workers."""

    samples: list[tuple[int, int]]

    def growth(self) -> int:
        """Return the growth in bytes from the second to the last fifth of the tracks."""
        last = self.samples[-1][0]
        early = max(size for done, size in self.samples if 0.2 * last <= done <= 0.4 * last)
        late = max(size for done, size in self.samples if done >= 0.8 * last)
        return late - early


def watch_memory(process: subprocess.Popen, progress: Callable[[], int]) -> Memory:
    """Sample the resident memory and the progress of a run until its end."""
    samples = []
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except FileNotFoundError:
            break
        sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
        if sizes:
            samples.append((progress(), int(sizes[0]) * 1024))
        time.sleep(0.1)
    return Memory(samples)


def content(output: Path) -> dict[str, bytes]:
    """Return the contents of all result files, without the state of the run."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and ".quadpred" not in path.relative_to(output).parts
    }


def rows_of(output: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a table."""
    return read_rows((output / name).read_bytes())


def check(output: Path, good: set[str], bad: set[str]) -> None:
    """Check that each track has one row, and that broken tracks are listed as failures."""
    rows = rows_of(output, "manifest.csv")
    assert sorted(row["file"] for row in rows) == sorted(good | bad)
    assert {row["file"] for row in rows if row["status"] == "ok"} == good
    failures = rows_of(output, "failures.csv")
    assert sorted(row["file"] for row in failures) == sorted(bad)
    assert all(row["reason"].endswith(".") for row in failures)
