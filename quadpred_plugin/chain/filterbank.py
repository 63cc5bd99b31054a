"""Triangular bands of many frames at once, identical to Essentia's to the bit.

Essentia's TriangularBands compares strings in its innermost loop and takes three times as
long as window and Fourier transform together. Its weights are measured once with impulses,
then applied to all frames of a block in Essentia's order of summation.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# Fewer frames are faster one by one.
_MINIMUM_FRAMES = 64


class Filterbank:
    """Essentia's TriangularBands for any number of frames.

    Parameters
    ----------
    triangles : callable
        Essentia's algorithm: takes magnitudes, shape (bins,), returns bands, shape (bands,).
    edges : ndarray, shape (bands + 2,)
        Ascending, in bins; band *b* is zero outside edges *b* and *b + 2*.
    bins : int
        Bins of a magnitude spectrum.
    power : bool
        Whether the algorithm squares the magnitudes.
    """

    def __init__(
        self,
        triangles: Callable[[NDArray[np.float32]], NDArray[np.float32]],
        edges: NDArray[np.float64],
        bins: int,
        power: bool = False,
    ) -> None:
        self._triangles = triangles
        self._power = power
        self._edges = edges
        self._bins = bins
        self._bands = len(edges) - 2

    def process(self, spectra: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the bands of magnitude spectra.

        Parameters
        ----------
        spectra : ndarray of float32, shape (frames, bins)

        Returns
        -------
        bands : ndarray of float32, shape (frames, bands)
        """
        if len(spectra) < _MINIMUM_FRAMES:
            bands = np.empty((len(spectra), self._bands), dtype=np.float32)
            for frame, magnitudes in enumerate(spectra):
                bands[frame] = self._triangles(magnitudes)
            return bands
        by_bin = np.ascontiguousarray(spectra.T)
        if self._power:
            by_bin = by_bin * by_bin
        by_band = np.zeros((self._bands, len(spectra)), dtype=np.float32)
        # In order of bins, products and sums rounded separately, as in Essentia: float32
        # results depend on both.
        for bin_number, reached, weights in self._weights_by_bin:
            sums = by_band[reached]
            sums += weights * by_bin[bin_number]
        return np.ascontiguousarray(by_band.T)

    @cached_property
    def _weights_by_bin(self) -> list[tuple[int, slice, NDArray[np.float32]]]:
        """Each bin that has a weight, the bands that it contributes to, and its weights there."""
        weights = self._measure_weights()
        found = []
        for bin_number, column in enumerate(weights.T):
            bands = np.flatnonzero(column)
            if len(bands):
                reached = slice(int(bands[0]), int(bands[-1]) + 1)
                found.append((bin_number, reached, column[reached, np.newaxis].copy()))
        return found

    def _measure_weights(self) -> NDArray[np.float32]:
        """Return each band's response to single bins of magnitude 1, shape (bands, bins)."""
        first = np.floor(self._edges[:-2]).astype(int)
        last = np.ceil(self._edges[2:]).astype(int)
        # Impulses this many bins apart: no band contains two of them.
        distance = int((last - first).max()) + 1
        weights = np.zeros((self._bands, self._bins), dtype=np.float32)
        for start in range(distance):
            impulses = np.zeros(self._bins, dtype=np.float32)
            impulses[start::distance] = 1
            responses = self._triangles(impulses)
            # The first impulse at or after each band's first bin.
            only = first + (start - first) % distance
            bands = np.flatnonzero((only <= last) & (only < self._bins))
            weights[bands, only[bands]] = responses[bands]
        return weights
