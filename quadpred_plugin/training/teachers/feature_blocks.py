"""Blocks of features: one row a clip, or one row a window, from the cached arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Paths = Mapping[str, Sequence[Path]]


@dataclass(frozen=True)
class Block:
    """Which numbers of a source make a clip's row.

    Attributes
    ----------
    source : str
        A name of `cache.SOURCES`.
    array : str
        One of the source's arrays.
    statistics : tuple of str
        ``mean`` or ``std`` over time; rows of one follow those of the other.
    columns : tuple of int
        Of the array; all if empty.
    compressed : bool
        Whether the values span so many orders that their signed logarithm is taken.
    """

    source: str
    array: str
    statistics: tuple[str, ...] = ("mean",)
    columns: tuple[int, ...] = ()
    compressed: bool = False


ENERGY_AND_VALENCE = (2, 6)
"""Columns of vibenet's outputs."""

BLOCKS: Mapping[str, Block] = {
    "vibenet energy and valence": Block("vibenet", "whole_outputs", columns=ENERGY_AND_VALENCE),
    "vibenet outputs": Block("vibenet", "whole_outputs"),
    "vibenet trunk": Block("vibenet", "trunk", ("mean", "std")),
    "musicnn MSD tags": Block("musicnn_msd", "tags", ("mean", "std")),
    "musicnn MSD penultimate": Block("musicnn_msd", "penultimate", ("mean", "std")),
    "musicnn MTT tags": Block("musicnn_mtt", "tags", ("mean", "std")),
    "musicnn MTT penultimate": Block("musicnn_mtt", "penultimate", ("mean", "std")),
    "handcrafted": Block("handcrafted", "descriptors", compressed=True),
}

NETWORKS = tuple(name for name in BLOCKS if name.split()[-1] in ("tags", "penultimate", "trunk"))
"""Blocks of the teacher itself."""

_OVER_TIME = {
    "musicnn_msd": ("penultimate", "tags"),
    "musicnn_mtt": ("penultimate", "tags"),
    "vibenet": ("trunk",),
}


def clip_rows(block: Block, paths: Paths) -> NDArray[np.float32]:
    """Return a block's row of each clip, shape (clips, columns)."""
    rows = []
    for path in paths[block.source]:
        with np.load(path) as arrays:
            values = arrays[block.array].astype(np.float32)
        values = values[:, list(block.columns)] if block.columns else values
        if block.compressed:
            values = np.sign(values) * np.log1p(np.abs(values))
        rows.append(np.concatenate([getattr(values, name)(axis=0) for name in block.statistics]))
    return np.stack(rows)


def window_rows(paths: Paths) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return what the networks say of single windows.

    Parameters
    ----------
    paths : mapping of str to sequence of Path
        Feature files of each source, one a clip.

    Returns
    -------
    rows : ndarray of float32, shape (windows, 756)
    counts : ndarray of int, shape (clips,)
        Rows of each clip.
    """
    rows: list[NDArray[np.float32]] = []
    for files in zip(*(paths[source] for source in _OVER_TIME)):
        parts = []
        for path, names in zip(files, _OVER_TIME.values()):
            with np.load(path) as arrays:
                parts += [arrays[name].astype(np.float32) for name in names]
        rows.append(np.hstack(parts))
    return np.concatenate(rows), np.array([len(one) for one in rows])
