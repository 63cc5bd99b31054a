"""Soft labels: a teacher's probabilities of the quadrants over time, for each track."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.datasets import emopia, fourq
from quadpred_plugin.training.runs.workspace import Workspace, part_name

STEP = "teacher"


def embedding_labels(work: Path, fold: int | None) -> Path:
    """Return the path of 4Q's soft labels for the students of a fold.

    Parameters
    ----------
    work : Path
    fold : int or None
        Whose clips aren't labelled; None for the final students, with labels of all clips.
    """
    return Workspace(work).run_folder(STEP, part_name(fold)) / f"{fourq.NAME}.npz"


def note_labels(work: Path) -> Path:
    """Return the path of the soft labels of EMOPIA's renders."""
    return Workspace(work).run_folder(STEP, "notes") / f"{emopia.NAME}.npz"


def write_soft_labels(
    path: Path,
    names: Sequence[str],
    times: Sequence[NDArray[np.float32]],
    quadrants: Sequence[NDArray[np.floating]],
    clip_quadrants: NDArray[np.floating],
) -> None:
    """Write soft labels of several tracks.

    Parameters
    ----------
    path : Path
        Of the .npz file. Its arrays: ``names`` (tracks,); ``offsets`` (tracks + 1,), where
        each track's windows begin; ``times`` (windows,), ``quadrants`` (windows, 4) and
        ``clip_quadrants`` (tracks, 4), all float32.
    names : sequence of str
    times : sequence of ndarray, shape (windows,)
        Centre of each window, s, for each track.
    quadrants : sequence of ndarray, shape (windows, 4)
        Probabilities of each window, for each track.
    clip_quadrants : ndarray, shape (tracks, 4)
        Probabilities of each whole track.
    """
    arrays: dict[str, Any] = {
        "names": np.array(names),
        "offsets": np.concatenate([[0], np.cumsum([len(one) for one in times])]),
        "times": np.concatenate(times).astype(np.float32),
        "quadrants": np.concatenate(quadrants).astype(np.float32),
        "clip_quadrants": clip_quadrants.astype(np.float32),
    }
    write_atomically(path, lambda stream: np.savez(stream, **arrays))


class SoftLabels:
    """Soft labels from a file.

    Parameters
    ----------
    path : Path
        As `write_soft_labels` writes it.
    command : str
        Command that writes the file, for the error.

    Raises
    ------
    QuadpredError
        If the file can't be read.
    """

    def __init__(self, path: Path, command: str) -> None:
        try:
            with np.load(path) as content:
                arrays = {name: content[name] for name in content.files}
        except OSError as error:
            raise QuadpredError(f"There are no soft labels {path}: run '{command}'.") from error
        offsets = arrays["offsets"]
        self._tracks: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        self._clips: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        for index, name in enumerate(map(str, arrays["names"])):
            rows = slice(offsets[index], offsets[index + 1])
            self._tracks[name] = (arrays["times"][rows], arrays["quadrants"][rows])
            whole = arrays["clip_quadrants"][index : index + 1]
            self._clips.setdefault(name.split("@")[0], (np.zeros(1), whole))

    def of(self, name: str) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Return the soft labels of a track.

        Parameters
        ----------
        name : str

        Returns
        -------
        times : ndarray, shape (windows,)
            Centre of each window, s.
        quadrants : ndarray, shape (windows, 4)
            Probabilities. A rendition that isn't labelled, whose tempo may differ, gets a
            single row: the clip-level label of another rendition. None, instead of both,
            where no rendition of the clip is labelled.
        """
        return self._tracks.get(name) or self._clips.get(name.split("@")[0])
