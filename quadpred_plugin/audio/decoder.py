"""Decoder: an open audio file and its blocks of samples."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.account import Account


@dataclass
class Decoder:
    """An open audio file.

    Attributes
    ----------
    sample_rate : float
        The file's own rate, Hz.
    channels : int
    blocks : iterator of ndarray of float32, shape (frames, channels)
        The samples; full scale is 1, larger values aren't clipped.
    account : Account
        What of the file was decoded; complete after the last block.
    """

    sample_rate: float
    channels: int
    blocks: Iterator[NDArray[np.float32]]
    account: Account = field(default_factory=Account)


def join_blocks(
    parts: Iterator[NDArray[np.float32]], minimum_frames: int
) -> Iterator[NDArray[np.float32]]:
    """Merge short blocks, such as the blocks of one sample in damaged files.

    Parameters
    ----------
    parts : iterator of ndarray of float32, shape (frames,) or (frames, channels)
    minimum_frames : int
        Minimum length of every block except the last.

    Yields
    ------
    block : ndarray of float32, shape (frames,) or (frames, channels)
    """
    waiting: list[NDArray[np.float32]] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= minimum_frames:
            yield np.concatenate(waiting)
            waiting, size = [], 0
    if waiting:
        yield np.concatenate(waiting)
