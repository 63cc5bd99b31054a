"""What both ways of pre-training on speech share: recipe, recordings, patches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.runs.fitting import Schedule

Features: TypeAlias = Sequence[NDArray[np.float16]]

METHODS = ("scae", "cpc")


@dataclass(frozen=True)
class Pretraining:
    """Settings of one pre-training.

    Attributes
    ----------
    name : str
    method : {'scae', 'cpc'}
    filters : list of int
        Filters of the encoder's three blocks; published: 32, 64, 128.
    dropout : float
        Share of values dropped after each block; published: 0.25.
    validation_share : float
        Share of the speakers that decides when to stop; published: 0.15.
    samples : int
        Patches, or sequences of patches, drawn for one epoch.
    noise : float
        Standard deviation of the noise that an autoencoder removes, ln units; published: 0.3.
    past, future : int
        Patches of a sequence that are summarised, and that are to be told from others;
        published: 4 and 2.
    units : int
        Of the vectors that stand for a patch and for the past.
    schedule : Schedule
    """

    name: str
    method: str
    filters: list[int]
    dropout: float
    validation_share: float
    samples: int
    noise: float
    past: int
    future: int
    units: int
    schedule: Schedule


def band_statistics(
    features: Features,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and variance of each band over all frames, shape (bands,)."""
    count = sum(len(one) for one in features)
    mean = sum(one.sum(axis=0, dtype=np.float64) for one in features) / count
    square = sum((one.astype(np.float64) ** 2).sum(axis=0) for one in features) / count
    variance = square - mean**2
    return np.asarray(mean, dtype=np.float32), np.asarray(variance, dtype=np.float32)


def cut_patches(
    features: Features, preprocessing: Preprocessing, hop_frames: int
) -> NDArray[np.float32]:
    """Cut recordings into patches, shape (patches, frames, bands)."""
    size = preprocessing.patch_size
    parts = [
        one[start : start + size]
        for one in features
        for start in range(0, len(one) - size + 1, hop_frames)
    ]
    return np.stack(parts).astype(np.float32)


def split_speakers(
    speakers: Sequence[str], validation_share: float, seed: int
) -> NDArray[np.bool_]:
    """Choose speakers for validation; return which recordings are theirs, shape (recordings,)."""
    names = sorted(set(speakers))
    order = np.random.default_rng(seed).permutation(len(names))
    chosen = {names[index] for index in order[: round(validation_share * len(names))]}
    return np.array([speaker in chosen for speaker in speakers])
