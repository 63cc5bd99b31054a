"""Random changes to logarithmic bands that leave the emotion as it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EQUALISER_POINTS = 6
MASKED_FRAMES = 4


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
    frames, bands = patches.shape[1:]
    points = np.linspace(0, bands - 1, EQUALISER_POINTS)
    changed = patches.copy()
    for patch in changed:
        curve = np.interp(
            np.arange(bands), points, random.normal(0, strength.equaliser, EQUALISER_POINTS)
        )
        shift = random.integers(-strength.band_shift, strength.band_shift + 1)
        if shift > 0:
            patch[:, shift:] = patch[:, :-shift].copy()
        elif shift < 0:
            patch[:, :shift] = patch[:, -shift:].copy()
        patch += (curve + random.normal(0, strength.gain)).astype(np.float32)
        mean = patch.mean()
        width, start = random.integers(0, strength.masked_bands + 1), random.integers(0, bands)
        patch[:, start : start + width] = mean
        width, start = random.integers(0, MASKED_FRAMES + 1), random.integers(0, frames)
        patch[start : start + width] = mean
    return changed


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
