"""Predictions of a test set, kept in a file: all patches, by track."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.system.files import write_atomically

_HEADS = ("quadrants", *DIMENSIONS)


@dataclass(frozen=True)
class TrackOutputs:
    """A network's outputs for one track.

    Attributes
    ----------
    times : ndarray, shape (patches,)
        Centre of each patch, s.
    heads : dict of ndarray of float32
        ``quadrants`` (patches, 4), 0..1; ``arousal`` and ``valence`` (patches,), -1..1.
    """

    times: NDArray[np.float64]
    heads: Mapping[str, NDArray[np.float32]]


def outputs_of(
    times: NDArray[np.float64], outputs: Mapping[str, NDArray[np.float32]]
) -> TrackOutputs:
    """Return what a network returned for a track: of its softmaxes, arousal and valence.

    Parameters
    ----------
    times : ndarray, shape (patches,)
        Centre of each patch, s.
    outputs : mapping of ndarray
        Softmax of each head, negative before positive.
    """
    degrees = {name: outputs[name][:, 1] - outputs[name][:, 0] for name in DIMENSIONS}
    return TrackOutputs(times, {"quadrants": outputs["quadrants"], **degrees})


def outputs_file(folder: Path, tests: str) -> Path:
    """Return the file of a run's outputs for a test set."""
    return folder / f"{tests}.npz"


def write_outputs(path: Path, outputs: Mapping[str, TrackOutputs]) -> None:
    """Write the outputs of tracks, by the tracks' names, as .npz."""
    arrays: dict[str, Any] = {
        "names": np.array(list(outputs)),
        "counts": np.array([len(one.times) for one in outputs.values()]),
        "times": np.concatenate([one.times for one in outputs.values()]),
    }
    for head in _HEADS:
        arrays[head] = np.concatenate([one.heads[head] for one in outputs.values()])
    write_atomically(path, lambda stream: np.savez_compressed(stream, **arrays))


def read_outputs(paths: Sequence[Path]) -> dict[str, list[TrackOutputs]]:
    """Read outputs, by track: one entry for each file that has the track."""
    found: dict[str, list[TrackOutputs]] = {}
    for path in paths:
        with np.load(path) as content:
            ends = np.cumsum(content["counts"])
            parts = {key: np.split(content[key], ends[:-1]) for key in ("times", *_HEADS)}
            for index, name in enumerate(map(str, content["names"])):
                heads = {head: parts[head][index] for head in _HEADS}
                found.setdefault(name, []).append(TrackOutputs(parts["times"][index], heads))
    return found
