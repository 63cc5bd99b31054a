"""Degraded versions of clips, as files with a table."""

import csv
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from quadpred_plugin.batch.workers import crash_reason, run_in_processes
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training import served
from quadpred_plugin.training.cache import file_digest
from quadpred_plugin.training.datasets.degraded import COLUMNS, TABLE
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.degradations.degradation import VERSION, clipped
from quadpred_plugin.training.degradations.recording_chain import RecordingChain, draw_chain

_DIGEST_CHARACTERS = 12


@dataclass(frozen=True)
class _Version:
    """One degraded version of a clip, and what decides it."""

    name: str
    source: Path
    number: int
    seed: int
    path: Path

    @property
    def chain(self) -> RecordingChain:
        return draw_chain(self.name, self.number, self.seed)


def degrade_clips(
    clips: Sequence[Track],
    versions: int,
    folder: Path,
    seed: int,
    jobs: int,
    report: Callable[[int, int], None],
) -> Path:
    """Write the degraded versions that are missing, and a table of all.

    Parameters
    ----------
    clips : sequence of Track
    versions : int
        Of each clip.
    folder : Path
        Gets ``<number>/<clip>.<digest>.flac``, 44.1 kHz, 16 bits, one channel, and
        ``degraded.csv``. The digest is of the clip's content, the chain and its version, so that
        files of another run are never taken for this one's.
    seed : int
        Decides the chains, together with the clips' names and the numbers of the versions.
    jobs : int
        Processes; results don't depend on it.
    report : callable
        Called with the number of finished files and the total.

    Returns
    -------
    table : Path
        ``degraded.csv``: clip (the track's name), path, number, start (seconds that are cut off)
        and chain.

    Raises
    ------
    QuadpredError
        If a clip can't be read, or the folder can't be written.
    """
    planned = [
        _plan(clip, number, folder, seed) for number in range(1, versions + 1) for clip in clips
    ]
    missing = [one for one in planned if not one.path.exists()]
    done = len(planned) - len(missing)
    for number in range(1, versions + 1):
        (folder / str(number)).mkdir(parents=True, exist_ok=True)
    for version, finished in run_in_processes(_begin, _write, missing, jobs):
        if finished is None:
            raise QuadpredError(f"{version.source} could not be degraded: {crash_reason()}")
        done += 1
        report(done, len(planned))
    table = folder / TABLE
    write_atomically(table, lambda stream: _write_rows(stream, planned, folder), text=True)
    return table


def _plan(clip: Track, number: int, folder: Path, seed: int) -> _Version:
    name = draw_chain(clip.name, number, seed).name
    decides = f"{served.VERSION}\n{VERSION}\n{name}\n{file_digest(clip.path)}"
    digest = hashlib.sha256(decides.encode()).hexdigest()[:_DIGEST_CHARACTERS]
    path = folder / str(number) / f"{clip.name}.{digest}.flac"
    return _Version(clip.name, clip.path, number, seed, path)


def _begin() -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _write(_: None, version: _Version) -> bool:
    import soundfile

    try:
        samples = served.read_at_users_rate(version.source)
    except QuadpredError as error:
        raise QuadpredError(f"{version.source}: {error}") from error
    degraded = clipped(version.chain.apply(samples, served.USERS_RATE))
    write_atomically(
        version.path,
        lambda stream: soundfile.write(
            stream, degraded, served.USERS_RATE, format="FLAC", subtype="PCM_16"
        ),
    )
    return True


def _write_rows(stream: IO[Any], versions: Sequence[_Version], folder: Path) -> None:
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in versions:
        chain = one.chain
        path = one.path.relative_to(folder).as_posix()
        values = (one.name, path, one.number, f"{chain.start:g}", chain.name)
        writer.writerow(dict(zip(COLUMNS, values)))
