"""Random changes to logarithmic bands that leave the emotion as it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EQUALISER_POINTS = 6
MASKED_FRAMES = 4
# Patches that are changed at a time, so that an epoch's copies don't lie in memory together.
_BATCH = 1024


@dataclass(frozen=True)
class Augmentation:
    """How strongly patches are changed.

    Attributes
    ----------
    gain : float
        Standard deviation of a patch's level, ln units.
    equaliser : float
        Standard deviation of the equalising curve at each of its points, ln units.
    band_shift : int
        Bands by which a patch is moved at most, up or down.
    masked_bands : int
        Widest masked stretch of bands.
    """

    gain: float = 0.3
    equaliser: float = 0.2
    band_shift: int = 1
    masked_bands: int = 12


def augment(
    patches: NDArray[np.float32],
    random: np.random.Generator,
    strength: Augmentation = Augmentation(),
) -> NDArray[np.float32]:
    """Change each patch of a batch by itself.

    Gain (the level of a passage within its file), a smooth equalising curve (recording
    and mastering), a shift by up to one band (half a semitone in the middle of the
    range) or more, one masked stretch of bands and one of frames.

    Parameters
    ----------
    patches : ndarray of float32, shape (patches, frames, bands)
        ln units.
    random : numpy.random.Generator
    strength : Augmentation, optional

    Returns
    -------
    patches : ndarray of float32, shape (patches, frames, bands)
        A changed copy.

    References
    ----------
    D. S. Park et al., "SpecAugment: a simple data augmentation method for automatic
    speech recognition", Interspeech 2019 (the masks).
    """
    count, frames, bands = patches.shape
    points = np.linspace(0, bands - 1, EQUALISER_POINTS)
    lines = np.stack([np.interp(np.arange(bands), points, one) for one in np.eye(len(points))])
    curves = random.normal(0, strength.equaliser, (count, len(points))) @ lines
    curves += random.normal(0, strength.gain, (count, 1))
    shifts = random.integers(-strength.band_shift, strength.band_shift + 1, (count, 1))
    sources = np.arange(bands) - shifts
    # Bands that nothing moves to stay what they were.
    sources = np.where((sources >= 0) & (sources < bands), sources, np.arange(bands))
    masked_bands = _stretches(count, bands, strength.masked_bands, random)
    masked_frames = _stretches(count, frames, MASKED_FRAMES, random)
    changed = np.empty_like(patches)
    for start in range(0, count, _BATCH):
        rows = slice(start, start + _BATCH)
        batch = np.take_along_axis(patches[rows], sources[rows, np.newaxis], axis=2)
        batch += curves[rows, np.newaxis].astype(np.float32)
        masked = masked_bands[rows, np.newaxis] | masked_frames[rows, :, np.newaxis]
        changed[rows] = np.where(masked, batch.mean(axis=(1, 2), keepdims=True), batch)
    return changed


def _stretches(
    count: int, size: int, widest: int, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose one stretch of a row's places for each of so many rows, shape (count, size)."""
    widths = random.integers(0, widest + 1, (count, 1))
    starts = random.integers(0, size, (count, 1))
    places = np.arange(size)
    chosen: NDArray[np.bool_] = (places >= starts) & (places < starts + widths)
    return chosen


def mix(
    patches: NDArray[np.float32],
    labels: dict[str, NDArray[np.float32]],
    strength: float,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    """Blend each patch, and its labels, with another of the batch (mixup).

    Parameters
    ----------
    patches : ndarray of float32, shape (patches, frames, bands)
    labels : dict of ndarray of float32, shape (patches, classes)
    strength : float
        Both parameters of the Beta distribution that the share is drawn from; 0 leaves
        everything as it is.
    random : numpy.random.Generator

    References
    ----------
    H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz, "mixup: beyond empirical risk
    minimization", ICLR 2018.
    """
    if not strength:
        return patches, labels
    share = random.beta(strength, strength, len(patches)).astype(np.float32)
    order = random.permutation(len(patches))
    along = share[:, np.newaxis]
    mixed = {name: along * values + (1 - along) * values[order] for name, values in labels.items()}
    wide = along[:, :, np.newaxis]
    return wide * patches + (1 - wide) * patches[order], mixed
