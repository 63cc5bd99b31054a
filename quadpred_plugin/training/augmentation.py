"""Data augmentation of logarithmic bands: random changes that keep the emotion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EQUALISER_POINTS = 6
MASKED_FRAMES = 4
# Patches per batch; limits the memory for intermediate copies.
_BATCH = 1024


@dataclass(frozen=True)
class Augmentation:
    """Strength of the augmentation.

    Attributes
    ----------
    gain : float
        Standard deviation of the gain of a patch, ln units.
    equaliser : float
        Standard deviation of the equaliser curve at each of its points, ln units.
    band_shift : int
        Maximum shift of a patch, up or down, in bands.
    masked_bands : int
        Maximum width of the band mask, in bands.
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
    """Augment each patch independently.

    The changes are a gain (volume of a passage within its file), a smooth equaliser curve
    (recording and mastering), a shift by whole bands (one is half a semitone in the middle
    of the range), one mask over bands and one over frames.

    Parameters
    ----------
    patches : ndarray of float32, shape (patches, frames, bands)
        ln units.
    random : numpy.random.Generator
    strength : Augmentation, optional

    Returns
    -------
    augmented : ndarray of float32, shape (patches, frames, bands)
        An augmented copy, ln units.

    References
    ----------
    D. S. Park et al., "SpecAugment: a simple data augmentation method for automatic
    speech recognition", Interspeech 2019 (the masks).
    """
    count, frames, bands = patches.shape
    points = np.linspace(0, bands - 1, EQUALISER_POINTS)
    basis = np.stack([np.interp(np.arange(bands), points, row) for row in np.eye(len(points))])
    curves = random.normal(0, strength.equaliser, (count, len(points))) @ basis
    curves += random.normal(0, strength.gain, (count, 1))
    shifts = random.integers(-strength.band_shift, strength.band_shift + 1, (count, 1))
    sources = np.arange(bands) - shifts
    # Bands at the edge that the shift leaves without a source keep their values.
    sources = np.where((sources >= 0) & (sources < bands), sources, np.arange(bands))
    masked_bands = _random_masks(count, bands, strength.masked_bands, random)
    masked_frames = _random_masks(count, frames, MASKED_FRAMES, random)
    augmented = np.empty_like(patches)
    for start in range(0, count, _BATCH):
        rows = slice(start, start + _BATCH)
        batch = np.take_along_axis(patches[rows], sources[rows, np.newaxis], axis=2)
        batch += curves[rows, np.newaxis].astype(np.float32)
        masked = masked_bands[rows, np.newaxis] | masked_frames[rows, :, np.newaxis]
        augmented[rows] = np.where(masked, batch.mean(axis=(1, 2), keepdims=True), batch)
    return augmented


def _random_masks(
    count: int, size: int, widest: int, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Return a mask over one random range of each row, shape (count, size)."""
    widths = random.integers(0, widest + 1, (count, 1))
    starts = random.integers(0, size, (count, 1))
    positions = np.arange(size)
    masks: NDArray[np.bool_] = (positions >= starts) & (positions < starts + widths)
    return masks


def mixup(
    patches: NDArray[np.float32],
    labels: dict[str, NDArray[np.float32]],
    strength: float,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    """Blend each patch and its labels with another of the batch.

    Parameters
    ----------
    patches : ndarray of float32, shape (patches, frames, bands)
        ln units.
    labels : dict of ndarray of float32, shape (patches, classes)
        By head.
    strength : float
        Both parameters of the Beta distribution that the shares are drawn from; 0 changes
        nothing.
    random : numpy.random.Generator

    Returns
    -------
    patches : ndarray of float32, shape (patches, frames, bands)
    labels : dict of ndarray of float32, shape (patches, classes)

    References
    ----------
    H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz, "mixup: beyond empirical risk
    minimization", ICLR 2018.
    """
    if not strength:
        return patches, labels
    share = random.beta(strength, strength, len(patches)).astype(np.float32)
    order = random.permutation(len(patches))
    by_row = share[:, np.newaxis]
    mixed = {
        name: by_row * values + (1 - by_row) * values[order] for name, values in labels.items()
    }
    by_patch = by_row[:, :, np.newaxis]
    return by_patch * patches + (1 - by_patch) * patches[order], mixed
