"""Features of tracks from musicnn's trunk, cached: what the heads of the large model learn from.

The trunk isn't trained, so its features of every patch are computed once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.patches import patch_times
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.cache import cached_files
from quadpred_plugin.training.datasets import emopia, games, vgmidi
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.features import logarithmic_bands
from quadpred_plugin.training.networks.musicnn_trunk import (
    FRONT_END,
    build_trunk,
    load_published_weights,
)
from quadpred_plugin.training.patches import cut
from quadpred_plugin.training.served import CACHE_FOLDER
from quadpred_plugin.training.teachers.musicnn import checkpoint_prefix

# Frames between patches: no overlap, but half a patch where ratings over time are learned, and
# every third patch of what there is several renditions of, or hours of each kind.
_HOP_FRAMES = FRONT_END.patch_size
_HOPS = {
    vgmidi.NAME: -(-FRONT_END.patch_size // 2),
    emopia.NAME: 3 * FRONT_END.patch_size,
    games.NAME: 3 * FRONT_END.patch_size,
}

_BATCH = 5


@dataclass(frozen=True)
class TrunkFeatures:
    """Features of one track.

    Attributes
    ----------
    times : ndarray, shape (patches,)
        Centre of each patch, s.
    features : ndarray of float16, shape (patches, values)
        As `networks.musicnn_trunk.build_trunk` describes them.
    """

    times: NDArray[np.float64]
    features: NDArray[np.float16]


def cache_trunk_features(
    tracks: Sequence[Track], work: Path, jobs: int | None = None
) -> list[Path]:
    """Compute the features of tracks that the cache lacks, and return the files in order."""
    paths: dict[Path, Path] = {}
    for hop in sorted({hop_frames(track) for track in tracks}):
        several = [track for track in tracks if hop_frames(track) == hop]
        found = cached_files(
            [track.path for track in several],
            work / "cache" / CACHE_FOLDER / "trunk" / f"{FRONT_END.hash}-{hop}",
            ".npy",
            partial(_compute, hop),
            _begin,
            jobs=jobs,
        )
        paths |= {track.path: path for track, path in zip(several, found)}
    return [paths[track.path] for track in tracks]


def hop_frames(track: Track) -> int:
    """Return the frames from one patch of a track to the next."""
    return _HOPS.get(track.dataset, _HOP_FRAMES)


def load_trunk_features(
    tracks: Sequence[Track], work: Path, jobs: int | None = None
) -> list[TrunkFeatures]:
    """Return the features of tracks, after computing those that the cache lacks.

    Parameters
    ----------
    tracks : sequence of Track
    work : Path
        Work folder.
    jobs : int, optional
        Processes; all cores if None.
    """
    half = FRONT_END.patch_size / 2 * FRONT_END.frame_seconds
    loaded = [np.load(path) for path in cache_trunk_features(tracks, work, jobs)]
    return [
        TrunkFeatures(patch_times(len(one), hop_frames(track), FRONT_END) + half, one)
        for track, one in zip(tracks, loaded)
    ]


def published_trunk() -> Any:
    """Return the trunk with the weights that were trained on the Million Song Dataset."""
    import tensorflow as tf

    trunk = build_trunk()
    reader = tf.compat.v1.train.NewCheckpointReader(checkpoint_prefix("MSD"))
    load_published_weights(trunk, reader.get_tensor)
    return trunk


def _begin() -> None:
    # Essentia's TensorFlow must be loaded first.
    from quadpred_plugin.chain.engine import restrict_algorithms

    restrict_algorithms()


@cache
def _encoder() -> Any:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    trunk = published_trunk()
    return tf.function(partial(trunk, training=False), reduce_retracing=True)


def _compute(hop: int, source: Path, target: Path) -> None:
    bands = logarithmic_bands(source, FRONT_END)
    size = FRONT_END.patch_size
    if len(bands) < size:
        bands = bands[np.arange(size) % max(len(bands), 1)]
    patches = cut(bands, size, hop)
    # Batches of one size: each other size would be traced anew.
    padded = np.concatenate([patches, np.repeat(patches[-1:], -len(patches) % _BATCH, axis=0)])
    parts = [
        _encoder()(padded[first : first + _BATCH]).numpy()
        for first in range(0, len(padded), _BATCH)
    ]
    features = np.concatenate(parts)[: len(patches)].astype(np.float16)
    write_atomically(target, lambda stream: np.save(stream, features))
