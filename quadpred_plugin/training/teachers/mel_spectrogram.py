"""Mel spectrograms with Slaney's scale and normalisation, as musicnn and vibenet expect them."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.bands import slaney_edges


@cache
def mel_filters(sample_rate: int, transform_size: int, bands: int) -> NDArray[np.float32]:
    """Return triangular filters of equal area on Slaney's mel scale, from 0 Hz to half the rate.

    Parameters
    ----------
    sample_rate : int
        Hz.
    transform_size : int
        Samples of the Fourier transform.
    bands : int
        Number of filters.

    Returns
    -------
    filters : ndarray of float32, shape (bands, transform_size // 2 + 1)

    References
    ----------
    M. Slaney, "Auditory Toolbox", technical report 1998-010, Interval Research, 1998.
    """
    edges = slaney_edges(0.0, sample_rate / 2, bands)
    bins = np.fft.rfftfreq(transform_size, 1 / sample_rate)
    rising = (bins - edges[:-2, np.newaxis]) / np.diff(edges)[:-1, np.newaxis]
    falling = (edges[2:, np.newaxis] - bins) / np.diff(edges)[1:, np.newaxis]
    triangles = np.maximum(0, np.minimum(rising, falling))
    area = 2 / (edges[2:] - edges[:-2])
    return (triangles * area[:, np.newaxis]).astype(np.float32)


def mel_power(
    samples: NDArray[np.float32],
    sample_rate: int,
    window_size: int,
    transform_size: int,
    hop_size: int,
    bands: int,
) -> NDArray[np.float32]:
    """Return the power in mel bands of frames under a periodic Hann window.

    Frames start at multiples of the hop. Only a signal shorter than one frame, and frames
    shorter than the transform, are padded with zeros.

    Parameters
    ----------
    samples : ndarray of float32, shape (samples,)
        Full scale is 1.
    sample_rate : int
        Hz.
    window_size, transform_size, hop_size : int
        Samples.
    bands : int
        Number of filters.

    Returns
    -------
    power : ndarray of float32, shape (frames, bands)
        At least 0.
    """
    samples = np.pad(samples, (0, max(0, window_size - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(samples, window_size)[::hop_size]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window_size) / window_size)
    spectra = np.fft.rfft(frames * hann.astype(np.float32), transform_size)
    power = (spectra.real**2 + spectra.imag**2).astype(np.float32)
    return power @ mel_filters(sample_rate, transform_size, bands).T
