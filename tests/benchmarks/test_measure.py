import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from markers import MarkerError, replace_between_markers  # noqa: E402
from measure import CommandError, Figures, run_measured  # noqa: E402
from methods import ONE_JOB  # noqa: E402
from table import median_figures, render  # noqa: E402
from workloads import Workload  # noqa: E402

from tests.limits import HANG  # noqa: E402

MIB = 2**20
BEGIN, END = "<!-- benchmark:begin -->", "<!-- benchmark:end -->"
HOLD = "import time; held = bytearray(b'x') * (100 * 2**20)"
BUSY = f"""
{HOLD}
while time.process_time() < 0.3:
    pass
print("done")
"""
FACTS = {
    "processor": "P", "cores": "2", "system": "Linux", "Python": "3", "packages": "",
    "date": date(2026, 1, 2).isoformat(),
}  # fmt: skip


def figures(wall: float, peak: int = 200 * MIB) -> Figures:
    return Figures(wall, wall, peak, peak, 1)


def measured_from_a_small_process(code: str) -> tuple[Figures, str]:
    """Measure as `run.py` does: the system counts a child's memory from its parent's size."""
    script = (
        "import json, sys\n"
        "from dataclasses import asdict\n"
        "from measure import run_measured\n"
        "figures, output = run_measured([sys.executable, '-c', sys.argv[1]])\n"
        "print(json.dumps([asdict(figures), output]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, code],
        env={**os.environ, "PYTHONPATH": str(BENCHMARKS)},
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    values, output = json.loads(run.stdout)
    return Figures(**values), output


def test_a_child_is_measured() -> None:
    taken, output = measured_from_a_small_process(BUSY)
    assert output == "done\n"
    assert 0.3 <= taken.cpu_seconds < 1
    assert taken.wall_seconds >= 0.25
    assert 100 * MIB < taken.peak_bytes < 180 * MIB
    assert taken.largest_process_bytes <= taken.peak_bytes


def test_children_of_a_child_count() -> None:
    # All hold their memory at once, long enough for a sample on a busy machine.
    child = f"{HOLD}; print(flush=True); input()"
    parent = f"""
import subprocess, sys, time
children = [subprocess.Popen([sys.executable, "-c", {child!r}], stdin=-1, stdout=-1)
            for _ in range(2)]
for child in children:
    child.stdout.readline()
time.sleep(2)
for child in children:
    child.communicate(b"\\n")
"""
    taken, _ = measured_from_a_small_process(parent)
    assert taken.processes == 3
    assert 200 * MIB < taken.peak_bytes < 320 * MIB
    assert 100 * MIB < taken.largest_process_bytes < 180 * MIB


def test_a_fork_does_not_double_the_memory() -> None:
    fork = f"""
{HOLD}
import os
child = os.fork()
time.sleep(0.3)
if child:
    os.waitpid(child, 0)
"""
    taken, _ = measured_from_a_small_process(fork)
    assert 100 * MIB < taken.peak_bytes < 180 * MIB


def test_a_failure_is_named() -> None:
    with pytest.raises(CommandError, match=r"exit code 3\. Its stderr:\nhelp"):
        run_measured([sys.executable, "-c", "import sys; print('help', file=sys.stderr); exit(3)"])
    with pytest.raises(CommandError, match="can't be run: No such file"):
        run_measured(["/nowhere/at-all"])


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_only_the_text_between_the_markers_changes(tmp_path: Path, newline: bytes) -> None:
    path = tmp_path / "page.md"
    begin, end = BEGIN.encode() + newline, END.encode() + newline
    before, after = b"\xff\x0ctop" + newline + begin, end + b"  tail\x85 without an end"
    path.write_bytes(before + b"old" + newline + after)
    path.chmod(0o640)
    replace_between_markers(path, "new\nlines\n")
    assert path.read_bytes() == before + b"new" + newline + b"lines" + newline + after
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", f"{BEGIN}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n" * 2])
def test_missing_markers_are_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.md"
    path.write_text(text)
    with pytest.raises(MarkerError):
        replace_between_markers(path, "new")
    assert path.read_text() == text


def test_medians() -> None:
    assert median_figures([figures(1), figures(9), figures(2)]).wall_seconds == 2


def test_ratios_and_targets() -> None:
    workload = Workload("one", "1, 30 s mp3", [], repeats=1, warm_up=True)
    results = {
        ("one", "reference"): [figures(8, 800 * MIB)],
        ("one", "vibenet"): [figures(3)],
        ("one", "quadpred"): [figures(2)],
        ("memory-1", ONE_JOB): [figures(2)],
        ("memory-hour", ONE_JOB): [figures(2, 200 * MIB + 10 * 10**6)],
    }
    lines = render(results, [workload], FACTS).splitlines()
    assert "`make bench`" in lines[0]
    assert (
        "| 1, 30 s mp3 | librosa and Keras | 1 | 8.00 | 8.00 | 800 | 4.00 | 4.00 | 4.00 |" in lines
    )
    targets = [line.split(" | ")[1:] for line in lines if "≤" in line or "≥" in line]
    assert targets == [
        ["≤ 0.5", "0.667", "**not met** |"],
        ["≤ 0.15", "0.250", "**not met** |"],
        ["≥ 3", "not measured", "– |"],
        ["≤ 150 MB", "10.0 MB", "met |"],
    ]


def test_run_says_what_is_wrong(tmp_path: Path) -> None:
    script = str(BENCHMARKS / "run.py")
    for options, sentence in (
        (["--repeats", "5,3"], "give 3 numbers"),
        (["--only", "everything"], "everything isn't among the names"),
        (["--write", str(tmp_path / "page.md")], "can't be read"),
    ):
        ended = subprocess.run([sys.executable, script, *options], capture_output=True, text=True)
        assert ended.returncode
        assert sentence in ended.stderr
