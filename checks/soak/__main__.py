"""Analyse a thousand tracks: killed and resumed, and on a cluster that loses a worker."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from checks.soak import runs
from checks.soak.cluster import start_cluster
from checks.soak.tracks import make_collection
from quadpred_plugin.batch.dataset import TRACKS_PER_PART

MEGABYTE = 1e6
# Python's heap grows and shrinks by one or two arenas of 1 MiB.
FLAT_BYTES = 4 * MEGABYTE


def main() -> None:
    """Run all parts and print their figures; a failed assertion ends the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--broken", type=int, default=50)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="quadpred-soak-") as name:
        Soak(Path(name), options.tracks, options.broken, options.kills, options.seed).run()


class Soak:
    """The parts of the check, over one collection of tracks."""

    def __init__(self, folder: Path, tracks: int, broken: int, kills: int, seed: int) -> None:
        self._folder, self._kills, self._seed = folder, kills, seed
        self._music = folder / "music"
        self._tracks = tracks
        self._good, self._bad = make_collection(self._music, tracks, broken)

    def run(self) -> None:
        """Run all parts."""
        try:
            for part in (self.uninterrupted, self.killed, self.killed_data_set, self.cluster):
                self._timed(part)
        finally:
            runs.end_all()

    def uninterrupted(self) -> str:
        """Analyse all tracks without interruption, and measure the parent's memory."""
        output = self._folder / "reference"
        process = runs.start(self._music, "-o", output, "-j", 2)
        memory = runs.watch_memory(process, lambda: runs.count_results(output))
        self._check(runs.finish(process), output)
        return self._flat(memory)

    def killed(self) -> str:
        """Kill and resume; the results must be those of the uninterrupted run."""
        output = self._folder / "killed"
        arguments = (self._music, "-o", output, "-j", 2)
        end = runs.kill_and_resume(
            arguments,
            lambda: runs.count_results(output),
            points=range(self._tracks * 9 // 10),
            seconds=0.5,
            kills=self._kills,
            seed=self._seed,
        )
        self._check(end, output)
        self._same(output)
        return f"killed {self._kills} times; {len(runs.content(output))} files as uninterrupted"

    def killed_data_set(self) -> str:
        """Kill and resume with a data set; it must have each track once."""
        import pyarrow.parquet

        output = self._folder / "data set"
        arguments = (self._music, "-o", output, "-j", 2, "--dataset")
        parts = output / "tracks.parquet"

        end = runs.kill_and_resume(
            arguments,
            lambda: len(list(parts.glob("part-*"))),
            points=range(max(self._tracks // TRACKS_PER_PART, 1)),
            seconds=3,
            kills=self._kills,
            seed=self._seed,
        )
        self._check(end, output)
        rows = pyarrow.parquet.read_table(parts).to_pylist()
        assert sorted(row["file"] for row in rows) == sorted(self._good | self._bad)
        assert {row["file"] for row in rows if row["status"] == "error"} == self._bad
        return f"killed {self._kills} times; {len(rows)} rows, {len(list(parts.glob('*')))} parts"

    def cluster(self) -> str:
        """Analyse all tracks on two workers, one of which is killed."""
        output = self._folder / "cluster"
        with start_cluster(self._folder / "dask", workers=2) as cluster:
            process = runs.start(
                self._music, "-o", output, "--engine", "dask", "--scheduler", cluster.address
            )

            def progress() -> int:
                done = runs.count_results(output)
                if done >= self._tracks // 3:
                    cluster.workers[0].kill()
                return done

            memory = runs.watch_memory(process, progress)
            self._check(runs.finish(process), output)
        self._same(output)
        assert cluster.workers[0].returncode == -signal.SIGKILL
        return f"one of two workers killed; as uninterrupted; {self._flat(memory)}"

    def _flat(self, memory: runs.Memory) -> str:
        largest = max(size for _, size in memory.samples)
        assert memory.growth() < FLAT_BYTES, memory.samples
        return (
            f"parent's memory: {largest / MEGABYTE:.1f} MB at most, last fifth less second "
            f"fifth {memory.growth() / MEGABYTE:+.1f} MB"
        )

    def _check(self, end: tuple[int, str], output: Path) -> None:
        code, messages = end
        assert code == 1, messages[-3000:]
        runs.check(output, self._good, self._bad)

    def _same(self, output: Path) -> None:
        assert runs.content(output) == runs.content(self._folder / "reference")

    def _timed(self, part: Callable[[], str]) -> None:
        begin = time.monotonic()
        figures = part()
        print(f"{part.__name__}: {figures}; {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
