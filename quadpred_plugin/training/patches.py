"""Cut patches out of logarithmic bands: all of them, or at random places."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.patches import patch_frames
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.features import Features


def cut(features: NDArray[np.floating], size: int, hop: int) -> NDArray[np.float32]:
    """Cut one track into patches.

    Parameters
    ----------
    features : ndarray, shape (frames, bands)
    size, hop : int
        Frames of a patch, and from one patch's start to the next.

    Returns
    -------
    patches : ndarray of float32, shape (patches, size, bands)
        None where the track is shorter than a patch.
    """
    starts: Sequence[int] = range(0, len(features) - size + 1, hop)
    patches = np.empty((len(starts), size, features.shape[1]), dtype=np.float32)
    for index, start in enumerate(starts):
        patches[index] = features[start : start + size]
    return patches


def cut_all(features: Features, size: int, hop: int) -> NDArray[np.float32]:
    """Cut several tracks into patches, shape (patches, size, bands)."""
    return np.concatenate([cut(one, size, hop) for one in features])


def cut_as_predicted(
    features: NDArray[np.float16], preprocessing: Preprocessing
) -> NDArray[np.float32]:
    """Cut one track into the patches of a prediction, whose own frames don't overlap.

    Parameters
    ----------
    features : ndarray, shape (frames, bands)
    preprocessing : Preprocessing

    Returns
    -------
    patches : ndarray of float32, shape (patches, patch_size, bands)
        None where the track is shorter than a patch's own frames.
    """
    own = preprocessing.own_frames
    starts = np.arange(len(features) // own) * own
    return features[patch_frames(starts, len(features), preprocessing)].astype(np.float32)


def random_start(frames: int, size: int, random: np.random.Generator) -> int:
    """Return a random first frame of a patch in a track of `frames` frames."""
    return int(random.integers(0, frames - size + 1))


def draw(
    features: Features, tracks: Iterable[int], size: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Cut one patch at a random place out of each of the given tracks.

    Parameters
    ----------
    features : sequence of ndarray, shape (frames, bands)
    tracks : iterable of int
        Index into `features` for each patch.
    size : int
        Frames of a patch.
    random : numpy.random.Generator

    Returns
    -------
    patches : ndarray of float32, shape (patches, size, bands)
    """
    tracks = list(tracks)
    patches = np.empty((len(tracks), size, features[0].shape[1]), dtype=np.float32)
    for index, track in enumerate(tracks):
        start = random_start(len(features[track]), size, random)
        patches[index] = features[track][start : start + size]
    return patches


def draw_by_length(
    features: Features, count: int, size: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Draw patches at random places, with each track in proportion to its length.

    Raises
    ------
    QuadpredError
        If no track has the frames of a patch.
    """
    places = np.array([max(0, len(one) - size + 1) for one in features])
    if not places.any():
        raise QuadpredError(f"No recording has the {size} frames of a patch.")
    chosen = random.choice(len(features), count, p=places / places.sum())
    return draw(features, chosen, size, random)


def band_statistics(features: Features) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and variance of each band, or other value, over all rows, shape (values,)."""
    count = sum(len(one) for one in features)
    mean = sum(one.sum(axis=0, dtype=np.float64) for one in features) / count
    square = sum((one.astype(np.float64) ** 2).sum(axis=0) for one in features) / count
    variance = square - mean**2
    return np.asarray(mean, dtype=np.float32), np.asarray(variance, dtype=np.float32)
