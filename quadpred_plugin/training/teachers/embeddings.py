"""Embeddings of tracks from musicnn and vibenet, cached."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.cache import cached_files
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.served import CACHE_FOLDER, open_served
from quadpred_plugin.training.teachers.musicnn import Musicnn, frozen_graph
from quadpred_plugin.training.teachers.vibenet import Vibenet
from quadpred_plugin.training.teachers.windows import SAMPLE_RATE

Network: TypeAlias = Callable[[NDArray[np.float32]], dict[str, NDArray[np.float32]]]

SOURCES: Mapping[str, Callable[[Path], Network]] = {
    "musicnn_msd": lambda graphs: Musicnn(frozen_graph("MSD", graphs)),
    "musicnn_mtt": lambda graphs: Musicnn(frozen_graph("MTT", graphs)),
    "vibenet": lambda graphs: Vibenet(),
}
"""Load a network, given the folder of frozen graphs."""


def cache_embeddings(
    source: str, tracks: Sequence[Track], work: Path, jobs: int | None = None
) -> list[Path]:
    """Compute the embeddings of tracks that the cache lacks.

    Parameters
    ----------
    source : str
        A name of `SOURCES`. Each has processes of its own, since Essentia's TensorFlow and
        another one can't be loaded in the same process.
    tracks : sequence of Track
    work : Path
        Work folder; the cache holds .npz files of the network's arrays in float16.
    jobs : int, optional
        Processes; all cores if None.

    Returns
    -------
    paths : list of Path
        The file of each track, in order.

    Raises
    ------
    QuadpredError
        If a track can't be decoded, with its path.
    InstallationError
        If the network's package isn't installed.
    """
    return cached_files(
        [track.path for track in tracks],
        work / "cache" / CACHE_FOLDER / "embeddings" / source,
        ".npz",
        partial(_compute, source, work / "cache" / "graphs"),
        _begin,
        jobs=jobs,
    )


def _begin() -> None:
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


@cache
def _network(source: str, graphs: Path) -> Network:
    return SOURCES[source](graphs)


def _compute(source: str, graphs: Path, audio: Path, target: Path) -> None:
    network = _network(source, graphs)
    try:
        with open_served(audio, SAMPLE_RATE) as sound:
            embeddings = network(np.concatenate(list(sound.blocks)))
    except (QuadpredError, RuntimeError) as error:
        raise QuadpredError(f"The embeddings of {audio} can't be computed: {error}") from error
    arrays: dict[str, Any] = {
        name: values.astype(np.float16) for name, values in embeddings.items()
    }
    write_atomically(target, lambda stream: np.savez(stream, **arrays))
