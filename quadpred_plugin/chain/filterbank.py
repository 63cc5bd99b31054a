"""Triangular bands of many frames at once, equal to Essentia's to the last bit.

Essentia's TriangularBands compares strings in its innermost loop, so that it takes three times
as long as window and Fourier transform together. It is asked for its weights, once, and they are
applied to all frames of a block in the order in which it adds.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# Fewer frames are quicker one by one.
_LEAST_FRAMES = 64


class Filterbank:
    """Essentia's TriangularBands, over one frame or many.

    Parameters
    ----------
    triangles : callable
        Essentia's algorithm: magnitudes, shape (bins,), to bands, shape (bands,).
    edges : ndarray, shape (bands + 2,)
        Ascending, in bins: band *b* is zero outside of edges *b* and *b + 2*.
    bins : int
    """

    def __init__(
        self,
        triangles: Callable[[NDArray[np.float32]], NDArray[np.float32]],
        edges: NDArray[np.float64],
        bins: int,
    ) -> None:
        self._triangles = triangles
        self._edges = edges
        self._bins = bins
        self._bands = len(edges) - 2

    def process(self, spectra: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the bands of magnitudes.

        Parameters
        ----------
        spectra : ndarray of float32, shape (frames, bins)

        Returns
        -------
        bands : ndarray of float32, shape (frames, bands)
        """
        if len(spectra) < _LEAST_FRAMES:
            bands = np.empty((len(spectra), self._bands), dtype=np.float32)
            for frame, magnitudes in enumerate(spectra):
                bands[frame] = self._triangles(magnitudes)
            return bands
        by_bin = np.ascontiguousarray(spectra.T)
        by_band = np.zeros((self._bands, len(spectra)), dtype=np.float32)
        # Bin after bin, product and sum each rounded: float32 depends on it.
        for bin_number, reached, weights in self._weights_by_bin:
            sums = by_band[reached]
            sums += weights * by_bin[bin_number]
        return np.ascontiguousarray(by_band.T)

    @cached_property
    def _weights_by_bin(self) -> list[tuple[int, slice, NDArray[np.float32]]]:
        """Each bin with the neighbouring bands that it counts for, and its weights there."""
        weights = self._ask_for_weights()
        found = []
        for bin_number, column in enumerate(weights.T):
            bands = np.flatnonzero(column)
            if len(bands):
                reached = slice(int(bands[0]), int(bands[-1]) + 1)
                found.append((bin_number, reached, column[reached, np.newaxis].copy()))
        return found

    def _ask_for_weights(self) -> NDArray[np.float32]:
        """Return what each band gives a bin of magnitude 1 alone, shape (bands, bins)."""
        first = np.floor(self._edges[:-2]).astype(int)
        last = np.ceil(self._edges[2:]).astype(int)
        # So far from each other that no band hears two of them.
        distance = int((last - first).max()) + 1
        weights = np.zeros((self._bands, self._bins), dtype=np.float32)
        for start in range(distance):
            impulses = np.zeros(self._bins, dtype=np.float32)
            impulses[start::distance] = 1
            heard = self._triangles(impulses)
            # The one impulse from each band's first bin on.
            only = first + (start - first) % distance
            bands = np.flatnonzero((only <= last) & (only < self._bins))
            weights[bands, only[bands]] = heard[bands]
        return weights
