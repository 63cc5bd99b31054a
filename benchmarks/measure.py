"""Run a command and measure its process tree: wall clock, CPU and peak memory."""

import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

INTERVAL_SECONDS = 0.01
# Searching for new processes costs more than reading a size, so it is done less often.
_SAMPLES_PER_SEARCH = 5
_PROC = Path("/proc")
# Linux counts ru_maxrss in KiB, macOS in bytes.
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


class CommandError(Exception):
    """A measured command failed; the message includes its standard error."""


@dataclass(frozen=True)
class Figures:
    """Resources used by one run of a command.

    Attributes
    ----------
    wall_seconds : float
        From before its start until after its end, s.
    cpu_seconds : float
        User and system, of the process and the children that it waited for, s.
    peak_bytes : int
        Largest sum of resident sets over the process tree, bytes; pages that processes
        share count once each process. Where /proc is missing, that of the largest process.
    largest_process_bytes : int
        Peak resident set of the largest single process, bytes.
    processes : int
        Most processes seen at once; 1 where /proc is missing.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    largest_process_bytes: int
    processes: int


def run_measured(command: Sequence[str]) -> tuple[Figures, str]:
    """Run a command to its end, with the environment as it is.

    Parameters
    ----------
    command : sequence of str

    Returns
    -------
    figures : Figures
    output : str
        Standard output of the command.

    Raises
    ------
    CommandError
        If it can't be started, fails, or is killed.
    """
    # Files rather than pipes: nothing has to be read, and nothing can block, while it runs.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors
            )
        except OSError as error:
            raise CommandError(f"{_shorten(command)} can't be run: {error.strerror}.") from error
        try:
            with Sampler(process.pid) as sampler:
                # wait4, since it alone gives the usage of this very child.
                _, status, usage = os.wait4(process.pid, 0)
                wall_seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            if process.returncode is None:
                process.kill()
                process.wait()
            raise
        if process.returncode:
            errors.seek(0)
            text = errors.read().decode(errors="replace").strip() or "(nothing)"
            ending = (
                f"was killed by signal {-process.returncode}"
                if process.returncode < 0
                else f"ended with exit code {process.returncode}"
            )
            raise CommandError(f"{_shorten(command)} {ending}. Its stderr:\n{text}")
        output.seek(0)
        text = output.read().decode(errors="replace")
    largest = usage.ru_maxrss * _MAXRSS_BYTES
    figures = Figures(
        wall_seconds=wall_seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        # A peak between two samples shows in the largest process at least.
        peak_bytes=max(sampler.peak_bytes, largest),
        largest_process_bytes=largest,
        processes=sampler.processes,
    )
    return figures, text


class Sampler:
    """Samples the memory of a process tree from a thread while the context is open.

    Parameters
    ----------
    root : int
        Process id of the tree's root.

    Attributes
    ----------
    peak_bytes : int
        Largest sum of resident sets seen, bytes; 0 where /proc is missing.
    processes : int
        Most processes seen at once, at least 1.
    """

    def __init__(self, root: int) -> None:
        self.peak_bytes = 0
        self.processes = 1
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "Sampler":
        if _PROC.is_dir():
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _sample(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        count = 0
        tree = {self._root: 0}
        while not self._ended.is_set():
            if count % _SAMPLES_PER_SEARCH == 0:
                tree = _tree(self._root)
            sizes = {process: _sizes(process) for process in tree}
            # A child with as large an address space as its parent has only just been forked,
            # and its pages are still its parent's: each start of a program would count twice
            # the memory.
            own = [
                resident
                for process, (whole, resident) in sizes.items()
                if resident and whole != sizes.get(tree[process], (0, 0))[0]
            ]
            self.peak_bytes = max(self.peak_bytes, sum(own) * page)
            self.processes = max(self.processes, len(own))
            count += 1
            self._ended.wait(INTERVAL_SECONDS)


def _tree(root: int) -> dict[int, int]:
    """Return the parent of each process of a tree; that of the root is left at 0."""
    parents = {root: 0}
    waiting = [root]
    for process in waiting:
        try:
            for thread in os.listdir(f"/proc/{process}/task"):
                children = Path(f"/proc/{process}/task/{thread}/children").read_text().split()
                waiting.extend(int(child) for child in children if int(child) not in parents)
                parents.update((int(child), process) for child in children)
        except OSError:
            # It, or the thread, ended meanwhile.
            continue
    return parents


def _sizes(process: int) -> tuple[int, int]:
    """Return a process's address space and resident set, in pages; zeros if it ended."""
    try:
        whole, resident = Path(f"/proc/{process}/statm").read_text().split()[:2]
    except (OSError, ValueError):
        return 0, 0
    return int(whole), int(resident)


def _shorten(command: Sequence[str]) -> str:
    shown = 6
    more = f" … ({len(command) - shown} more)" if len(command) > shown else ""
    return shlex.join(command[:shown]) + more
