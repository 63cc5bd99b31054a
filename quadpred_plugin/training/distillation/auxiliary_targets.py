"""What other networks hear in a passage, as something for a student to guess besides the labels.

A few hundred clips with four labels don't tell what music can be; networks trained on a
hundred thousand tagged songs do. A student that must also guess their hidden values hears
more in a second than its own labels ask for. The values are needed in training alone.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Arrays of the teacher's cache, by source, all over the same windows.
HINTS = {"musicnn_msd": "penultimate"}
COMPONENTS = 128


def read_hints(paths: Mapping[str, Path]) -> NDArray[np.float32]:
    """Return the values of one clip, shape (windows, values), from its file of each source."""
    parts = []
    for source, array in HINTS.items():
        with np.load(paths[source]) as content:
            parts.append(content[array].astype(np.float32))
    return np.hstack(parts)


class Projection:
    """Principal components of hints: as many numbers as a student is asked to guess.

    Parameters
    ----------
    hints : sequence of ndarray, shape (windows, values)
        Of the clips that train.

    References
    ----------
    A. Romero et al., "FitNets: hints for thin deep nets", ICLR 2015.
    """

    def __init__(self, hints: Sequence[NDArray[np.floating]]) -> None:
        rows = np.concatenate(hints).astype(np.float64)
        self._mean = rows.mean(axis=0)
        self._deviation = rows.std(axis=0) + 1e-6
        standard = (rows - self._mean) / self._deviation
        variances, directions = np.linalg.eigh(standard.T @ standard / len(standard))
        strongest = np.argsort(variances)[::-1][:COMPONENTS]
        # One scale for all components: the strong ones stay the more important ones.
        scale = np.sqrt(variances[strongest].mean())
        self._directions = directions[:, strongest] / scale

    @property
    def size(self) -> int:
        """Number of components."""
        return int(self._directions.shape[1])

    def __call__(self, hints: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the components of one clip, shape (windows, components)."""
        projected = (hints - self._mean) / self._deviation @ self._directions
        return np.asarray(projected, dtype=np.float32)
