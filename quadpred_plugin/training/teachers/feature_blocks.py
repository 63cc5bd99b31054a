"""Feature matrices from cached embeddings: one row per track, or one row per window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.training.teachers.vibenet import OUTPUT_NAMES

EmbeddingFiles: TypeAlias = Mapping[str, Path]
"""Files of one track's embeddings, by name of `embeddings.SOURCES`."""


@dataclass(frozen=True)
class Block:
    """Neighbouring columns of a track's row.

    Attributes
    ----------
    source : str
        A name of `embeddings.SOURCES`.
    array : str
        One of the source's arrays.
    statistics : tuple of str
        ``mean`` or ``std`` over time; the columns of one follow those of the other.
    columns : tuple of int
        Of the array; all if empty.
    """

    source: str
    array: str
    statistics: tuple[str, ...] = ("mean", "std")
    columns: tuple[int, ...] = ()


ENERGY_AND_VALENCE = (
    Block(
        "vibenet",
        "whole_outputs",
        ("mean",),
        tuple(OUTPUT_NAMES.index(name) for name in ("energy", "valence")),
    ),
)
"""Two of vibenet's outputs."""

NETWORKS = (
    Block("vibenet", "trunk"),
    Block("musicnn_msd", "tags"),
    Block("musicnn_msd", "penultimate"),
    Block("musicnn_mtt", "tags"),
    Block("musicnn_mtt", "penultimate"),
)
"""Blocks of the embedding teacher, 1512 columns."""

WINDOW_ARRAYS = (
    ("musicnn_msd", "penultimate"),
    ("musicnn_msd", "tags"),
    ("musicnn_mtt", "penultimate"),
    ("musicnn_mtt", "tags"),
    ("vibenet", "trunk"),
)
"""Source and array of each part of a window's row, 756 columns."""


def clip_rows(blocks: Sequence[Block], files: Sequence[EmbeddingFiles]) -> NDArray[np.float32]:
    """Return the blocks of each track side by side, shape (tracks, columns)."""
    return np.stack([np.concatenate([_columns(block, one) for block in blocks]) for one in files])


def _columns(block: Block, files: EmbeddingFiles) -> NDArray[np.float32]:
    values = _load(files, block.source, block.array)
    values = values[:, list(block.columns)] if block.columns else values
    return np.concatenate([getattr(values, name)(axis=0) for name in block.statistics])


def window_rows(
    files: Sequence[EmbeddingFiles],
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the embeddings of single windows.

    Parameters
    ----------
    files : sequence of dict of Path
        One per track, by source.

    Returns
    -------
    rows : ndarray of float32, shape (windows, 756)
    counts : ndarray of int, shape (tracks,)
        Rows of each track.
    """
    rows = [np.hstack([_load(one, *names) for names in WINDOW_ARRAYS]) for one in files]
    return np.concatenate(rows), np.array([len(one) for one in rows])


def _load(files: EmbeddingFiles, source: str, array: str) -> NDArray[np.float32]:
    with np.load(files[source]) as arrays:
        values: NDArray[np.float32] = arrays[array].astype(np.float32)
    return values
