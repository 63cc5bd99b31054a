"""Start a Dask scheduler and workers as processes on the loopback interface."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import clean_environment
from tests.limits import HANG


class Cluster:
    """A scheduler, and workers that aren't restarted after a kill."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen] = []
        self._scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", self._file,
        )  # fmt: skip
        self.address = ""

    def wait(self) -> None:
        """Wait until the scheduler accepts connections, and read its address."""
        deadline = time.monotonic() + HANG
        # The file can be read while the scheduler still writes it.
        while not (self._file.is_file() and self._file.read_text().endswith("}")):
            assert self._scheduler.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        self.address = json.loads(self._file.read_text())["address"]

    def add_worker(self) -> None:
        """Start a worker with one thread and without a nanny."""
        self.workers.append(
            self._start(
                "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
                "--no-dashboard", "--local-directory", self._folder,
            )
        )  # fmt: skip

    def kill_scheduler(self) -> None:
        self._scheduler.kill()
        self._scheduler.wait()

    def stop(self) -> None:
        for process in [*self.workers, self._scheduler]:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, *arguments: Any) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
            start_new_session=True,
        )


@contextmanager
def start_cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """Start a cluster for as long as the ``with`` statement lasts."""
    folder.mkdir()
    cluster = Cluster(folder)
    try:
        cluster.wait()
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.stop()
