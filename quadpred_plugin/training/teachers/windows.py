"""The regular grid of windows that every feature over time stands on."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16000
"""Hz; of musicnn and vibenet, and of the one chain."""

HOP_SAMPLES = 31 * 256
"""Samples between windows: 0.496 s, half of the network's patch of 31 frames of 512."""

WINDOW_SAMPLES = 186 * 256
"""Samples in a window, 2.976 s: from the first to the last centre of musicnn's 187 frames."""


def window_count(samples: int) -> int:
    """Return how many windows fit into so many samples; at least one, padded with zeros."""
    return 1 + max(0, samples - WINDOW_SAMPLES) // HOP_SAMPLES


def window_starts(samples: int) -> NDArray[np.int64]:
    """Return the first sample of each window, shape (windows,)."""
    return np.arange(window_count(samples)) * HOP_SAMPLES


def window_times(windows: int) -> NDArray[np.float32]:
    """Return the centre of each window, shape (windows,), seconds from the clip's start."""
    starts = np.arange(windows) * HOP_SAMPLES
    return ((starts + WINDOW_SAMPLES / 2) / SAMPLE_RATE).astype(np.float32)


def pad_to_window(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples that fill at least one window, with zeros at their end if need be."""
    return np.pad(samples, (0, max(0, WINDOW_SAMPLES - len(samples))))
