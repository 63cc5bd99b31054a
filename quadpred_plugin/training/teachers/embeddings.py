"""Features of many files, kept on disk; an interrupted run goes on where it was."""

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.mixing import open_sound
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.system.processes import end_with_parent
from quadpred_plugin.training.teachers import handcrafted, musicnn, vibenet
from quadpred_plugin.training.teachers.windows import SAMPLE_RATE

Features = dict[str, NDArray[np.float32]]
Extractor = Callable[[Path], Features]


@dataclass(frozen=True)
class Source:
    """A kind of features.

    Attributes
    ----------
    make : callable
        Makes the extractor; called once a process, with the folder for what it freezes.
    precision : str
        Type of the arrays on disk. Half precision serves activations of networks.
    """

    make: Callable[[Path], Extractor]
    precision: str


def _hearing(extract: Callable[[NDArray[np.float32]], Features]) -> Extractor:
    def from_file(path: Path) -> Features:
        with open_sound(path, SAMPLE_RATE) as sound:
            return extract(np.concatenate(list(sound.blocks)))

    return from_file


def _musicnn(training_set: str) -> Callable[[Path], Extractor]:
    return lambda folder: _hearing(
        musicnn.Musicnn(musicnn.frozen_graph(training_set, folder / "graphs"))
    )


SOURCES: Mapping[str, Source] = {
    "musicnn_msd": Source(_musicnn("MSD"), "float16"),
    "musicnn_mtt": Source(_musicnn("MTT"), "float16"),
    "vibenet": Source(lambda folder: _hearing(vibenet.Vibenet()), "float16"),
    "handcrafted": Source(lambda folder: handcrafted.Handcrafted(), "float32"),
}

_extract: Extractor | None = None


def cache_source(
    source: str, files: Mapping[str, Path], corpus: str, work: Path, jobs: int
) -> dict[str, Path]:
    """Compute the features of files that the cache lacks.

    Parameters
    ----------
    source : str
        A name of `SOURCES`.
    files : mapping of str to Path
        Audio files by name.
    corpus : str
        Names the cache's folder.
    work : Path
        The cache is ``features/<source>/<corpus>/<name>.npz`` in it.
    jobs : int
        Processes; each source has its own, since Essentia's TensorFlow and another one
        can't be in one.

    Returns
    -------
    paths : dict of str to Path
        Each name's feature file.

    Raises
    ------
    QuadpredError
        If a file can't be heard, with its name.
    """
    folder = work / "features" / source / corpus
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.npz" for name in files}
    missing = [name for name, path in paths.items() if not path.exists()]
    if missing:
        context = multiprocessing.get_context("spawn")
        tasks = [(files[name], paths[name], SOURCES[source].precision) for name in missing]
        with ProcessPoolExecutor(jobs, context, _start, (source, work)) as pool:
            for _ in pool.map(_cache_one, tasks, chunksize=4):
                pass
    return paths


def _start(source: str, work: Path) -> None:
    from threadpoolctl import threadpool_limits

    end_with_parent()
    threadpool_limits(1)
    global _extract
    _extract = SOURCES[source].make(work)


def _cache_one(task: tuple[Path, Path, str]) -> None:
    audio, target, precision = task
    assert _extract is not None
    try:
        features: Mapping[str, Any] = _extract(audio)
    except (QuadpredError, RuntimeError) as error:
        raise QuadpredError(f"The features of {audio} can't be computed: {error}") from error
    arrays = {name: values.astype(precision) for name, values in features.items()}
    write_atomically(target, lambda stream: np.savez(stream, **arrays))
