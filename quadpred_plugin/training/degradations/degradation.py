"""The record of one change of a recording, and what several changes need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = "NDArray[np.float32]"
"""One channel, shape (samples,), full scale 1."""

VERSION = 1
"""Raised when a degradation of the same name gives other samples: files of before don't count."""


@dataclass(frozen=True)
class Degradation:
    """One change of a recording that keeps its emotion.

    Attributes
    ----------
    name : str
        Kind and settings, such as ``low-pass 7.1 kHz, order 4``.
    change : callable
        Takes `Samples` and their rate, Hz, and returns changed `Samples`; the same for the same
        samples.
    start : float
        Seconds that it cuts off the start.
    rate : int or None
        Rate of the changed samples, Hz; None for that of the samples it takes.
    """

    name: str
    change: Callable[[Samples, int], Samples]
    start: float = 0.0
    rate: int | None = None

    def apply(self, samples: Samples, rate: int) -> tuple[Samples, int]:
        """Return the changed samples and their rate, Hz."""
        return self.change(samples, rate), self.rate or rate


def within_full_scale(samples: NDArray[np.floating]) -> Samples:
    """Lower the level of samples where they exceed full scale, instead of clipping them."""
    peak = max(1.0, float(np.abs(samples).max(initial=0)))
    return (samples / peak).astype(np.float32)


def clipped(samples: NDArray[np.floating]) -> Samples:
    """Clip samples to full scale, as files of 16 bits do."""
    return np.clip(samples, -1, 1).astype(np.float32)


def of_length(samples: Samples, length: int) -> Samples:
    """Cut samples, or append silence, so that they have a length."""
    if len(samples) < length:
        return np.pad(samples, (0, length - len(samples)))
    return samples[:length]


def amplitude(decibels: float) -> float:
    """Return the factor of the amplitude for a level in dB."""
    return float(10 ** (decibels / 20))


def resampled(samples: Samples, rate: int, target_rate: int) -> Samples:
    """Resample by soxr at its best quality."""
    import soxr

    if rate == target_rate or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, rate, target_rate, "VHQ"), dtype=np.float32)
