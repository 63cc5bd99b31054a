"""Files computed from audio, kept on disk and keyed by the audio's content.

The name of a cached file is the SHA-256 of what it was computed from, so replaced audio is
read again, and files with the same content share a cached file.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from functools import cache, partial
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.worker_pool import CrashError, WorkerPool


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content, hexadecimal.

    Raises
    ------
    QuadpredError
        If the file can't be read.
    """
    try:
        status = path.stat()
        return _digest(path, status.st_size, status.st_mtime_ns, status.st_ino)
    except OSError as error:
        raise QuadpredError(f"{path} can't be read: {error.strerror}.") from error


@cache
def _digest(path: Path, size: int, modified: int, inode: int) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while part := stream.read(2**20):
            digest.update(part)
    return digest.hexdigest()


def cached_files(
    sources: Sequence[Path],
    folder: Path,
    suffix: str,
    compute: Callable[[Path, Path], None],
    begin: Callable[..., None],
    begin_arguments: tuple[Any, ...] = (),
    jobs: int | None = None,
) -> list[Path]:
    """Compute the files that the cache lacks, in several processes.

    An interrupted run resumes.

    Parameters
    ----------
    sources : sequence of Path
        Audio files.
    folder : Path
        Of one kind of cached files; made where it doesn't exist.
    suffix : str
        Of the cached files.
    compute : callable
        Called in a worker with an audio file and the path to write; of a module's top level.
    begin : callable
        Called once in each worker, with `begin_arguments`.
    jobs : int, optional
        Processes; all cores if None.

    Returns
    -------
    paths : list of Path
        The cached file of each source, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{file_digest(source)}{suffix}" for source in sources]
    missing = {path: source for source, path in zip(sources, paths) if not path.exists()}
    if missing:
        jobs = min(jobs or os.cpu_count() or 1, len(missing))
        load = partial(begin, *begin_arguments)
        # Not copies of this process, which may have loaded another TensorFlow than Essentia's.
        with WorkerPool(load, partial(_compute, compute), jobs, may_fork=False) as pool:
            pending = {pool.submit((source, path)): source for path, source in missing.items()}
            for future in as_completed(pending):
                try:
                    future.result()
                except CrashError:
                    raise QuadpredError(
                        f"{pending[future]} ends the process that reads it."
                    ) from None
    return paths


def _compute(compute: Callable[[Path, Path], None], _: None, item: tuple[Path, Path]) -> None:
    compute(*item)
