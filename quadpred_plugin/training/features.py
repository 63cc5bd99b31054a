"""Logarithmic mel bands of tracks, from the one chain, cached."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.engine import restrict_algorithms
from quadpred_plugin.chain.peak import PeakMeter
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.cache import cached_files
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.served import CACHE_FOLDER, open_served

Features: TypeAlias = "Sequence[NDArray[np.float16]]"
"""Logarithmic bands of several tracks, each of shape (frames, bands), ln units."""


def logarithmic_bands(path: Path, preprocessing: Preprocessing) -> NDArray[np.float32]:
    """Return the network's input for a file, opened as users' files are, before it is cut.

    Returns
    -------
    features : ndarray of float32, shape (frames, bands)
        ln(bands / peak + floor).
    """
    extractor, peak = BandExtractor(preprocessing), PeakMeter(preprocessing)
    parts = []
    with open_served(path, preprocessing.sample_rate) as sound:
        for block in sound.blocks:
            peak.process(block)
            parts.append(extractor.process(block))
    parts.append(extractor.finish())
    bands = np.concatenate(parts)
    return np.log(bands / peak.divisor + np.float32(preprocessing.logarithm_floor))


def feature_folder(work: Path, preprocessing: Preprocessing) -> Path:
    """Return the cache's folder for a front end."""
    return work / "cache" / CACHE_FOLDER / "bands" / preprocessing.hash


def cache_features(
    tracks: Sequence[Track], preprocessing: Preprocessing, work: Path, jobs: int | None = None
) -> list[Path]:
    """Compute the features of tracks that the cache lacks.

    Parameters
    ----------
    tracks : sequence of Track
    preprocessing : Preprocessing
        Its hash names the cache's folder: front ends never share cached files.
    work : Path
        Work folder; the cache holds .npy files of float16, whose step of 0.008 at the floor
        is far below what codecs change.
    jobs : int, optional
        Processes; all cores if None.

    Returns
    -------
    paths : list of Path
        The feature file of each track, in order.
    """
    return cached_files(
        [track.path for track in tracks],
        feature_folder(work, preprocessing),
        ".npy",
        partial(_compute, preprocessing),
        _begin,
        jobs=jobs,
    )


def load_features(
    tracks: Sequence[Track], preprocessing: Preprocessing, work: Path, jobs: int | None = None
) -> list[NDArray[np.float16]]:
    """Return the features of tracks, after computing those that the cache lacks."""
    return [np.load(path) for path in cache_features(tracks, preprocessing, work, jobs)]


def _begin() -> None:
    restrict_algorithms()


def _compute(preprocessing: Preprocessing, source: Path, target: Path) -> None:
    features = logarithmic_bands(source, preprocessing).astype(np.float16)
    write_atomically(target, lambda stream: np.save(stream, features))
