"""Features of a corpus, read from the one chain and cached."""

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.mixing import open_sound
from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.engine import restrict_algorithms
from quadpred_plugin.chain.peak import PeakLevel
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.system.processes import end_with_parent


class AudioFile(Protocol):
    """What any corpus has: a file, and a name of its own within the corpus."""

    @property
    def name(self) -> str:
        """May serve as a file's name."""

    @property
    def path(self) -> Path:
        """Of the audio."""


def logarithmic_bands(path: Path, preprocessing: Preprocessing) -> NDArray[np.float32]:
    """Return what the network sees of a file, before it is cut into patches.

    Returns
    -------
    features : ndarray of float32, shape (frames, bands)
        ln(bands / peak + floor).
    """
    extractor, level = BandExtractor(preprocessing), PeakLevel(preprocessing)
    parts = []
    with open_sound(path, preprocessing.sample_rate) as sound:
        for block in sound.blocks:
            level.process(block)
            parts.append(extractor.process(block))
    parts.append(extractor.finish())
    bands = np.concatenate(parts)
    return np.log(bands / level.value + np.float32(preprocessing.logarithm_floor))


def cache_features(
    clips: Iterable[AudioFile],
    preprocessing: Preprocessing,
    folder: Path,
    jobs: int | None = None,
) -> list[Path]:
    """Compute the features of clips that the cache lacks.

    Parameters
    ----------
    clips : iterable of Clip or Recording
    preprocessing : Preprocessing
        Its hash names the cache, so that another front end never reads these.
    folder : Path
        Where the cache is; files ``<hash>/<clip>.npy`` of float16, whose step of 0.008
        at the floor is far below what codecs change.
    jobs : int, optional
        Processes; all cores if None. An interrupted run goes on where it was.

    Returns
    -------
    paths : list of Path
        The feature file of each clip, in order.
    """
    cache = folder / preprocessing.hash
    cache.mkdir(parents=True, exist_ok=True)
    clips = list(clips)
    paths = [cache / f"{clip.name}.npy" for clip in clips]
    missing = [(clip.path, path) for clip, path in zip(clips, paths) if not path.exists()]
    # Never forked: Essentia's TensorFlow can't be loaded where another one is.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs or os.cpu_count(), context, _begin) as pool:
        for _ in pool.map(_cache_one, missing, [preprocessing] * len(missing), chunksize=8):
            pass
    return paths


def _begin() -> None:
    end_with_parent()
    restrict_algorithms()


def _cache_one(source_and_target: tuple[Path, Path], preprocessing: Preprocessing) -> None:
    source, target = source_and_target
    features = logarithmic_bands(source, preprocessing).astype(np.float16)
    write_atomically(target, lambda stream: np.save(stream, features))
