"""Common grid of windows for all features over time."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16000
"""Hz; the same for musicnn, vibenet and the analysis chain."""

HOP_SAMPLES = 31 * 256
"""Samples between windows, 0.496 s: half a patch of 31 frames of 512 samples."""

WINDOW_SAMPLES = 186 * 256
"""Samples in a window, 2.976 s: from the first to the last centre of musicnn's 187 frames."""


def window_count(samples: int) -> int:
    """Return the number of windows in a signal of `samples` samples; at least one."""
    return 1 + max(0, samples - WINDOW_SAMPLES) // HOP_SAMPLES


def window_starts(samples: int) -> NDArray[np.int64]:
    """Return the first sample of each window, shape (windows,)."""
    return np.arange(window_count(samples)) * HOP_SAMPLES


def window_times(windows: int) -> NDArray[np.float32]:
    """Return the centre of each window, shape (windows,), seconds from the clip's start."""
    starts = np.arange(windows) * HOP_SAMPLES
    return ((starts + WINDOW_SAMPLES / 2) / SAMPLE_RATE).astype(np.float32)


def pad_to_window(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pad samples with zeros at the end to at least one window."""
    return np.pad(samples, (0, max(0, WINDOW_SAMPLES - len(samples))))
