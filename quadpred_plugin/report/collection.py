"""Prepare the tracks of a collection for a page: a dot and a row for each."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.analysis.consistency import consistency
from quadpred_plugin.quadrants import QUADRANT_NAMES, QUADRANTS, Quadrant
from quadpred_plugin.system.text import printable

# Columns of the table in the page: key of the data, and title.
COLUMNS = (
    ("name", "Track"),
    ("quadrant", "Quadrant"),
    ("confidence", "Confidence"),
    ("consistency", "Consistency"),
    ("arousal", "Arousal"),
    ("valence", "Valence"),
    ("duration", "Length"),
)


class QuadrantShare(NamedTuple):
    """Number of tracks of a quadrant.

    Attributes
    ----------
    quadrant : Quadrant
    tracks : int
        Number of those whose most probable quadrant it is.
    share : float
        Among the tracks with values, 0..1.
    confidence : float
        Mean of these tracks, 0.25..1; NaN without any.
    """

    quadrant: Quadrant
    tracks: int
    share: float
    confidence: float


@dataclass(frozen=True, eq=False)
class Collection:
    """Values of the tracks of a collection, one element for each track.

    Attributes
    ----------
    tracks : tuple of str
        Paths of the audio files, absolute or from the current folder.
    statuses : tuple of str
        Each one of `prediction.STATUSES`.
    durations : ndarray of float64, shape (tracks,)
        Seconds; NaN if unknown.
    quadrants : ndarray of float64, shape (tracks, 4)
        Probabilities of Q1 to Q4, 0..1; NaN for tracks without values.
    arousal, valence : ndarray of float64, shape (tracks,)
        -1..1; NaN for tracks without values.
    consistency : ndarray of float64, shape (tracks,), or None
        Means over each track's patches, 0..1; where it is NaN or None, that of the track's
        values is taken.
    model : str
        Name of the model; empty if unknown.
    """

    tracks: tuple[str, ...]
    statuses: tuple[str, ...]
    durations: NDArray[np.float64]
    quadrants: NDArray[np.float64]
    arousal: NDArray[np.float64]
    valence: NDArray[np.float64]
    consistency: NDArray[np.float64] | None = None
    model: str = ""

    @property
    def has_values(self) -> NDArray[np.bool_]:
        """Which tracks have values, shape (tracks,)."""
        finite = np.isfinite(self.quadrants).all(axis=1)
        return finite & np.isfinite(self.arousal) & np.isfinite(self.valence)

    @property
    def without_values(self) -> int:
        """Number of tracks without values."""
        return int(np.count_nonzero(~self.has_values))

    def overview(self) -> list[QuadrantShare]:
        """Return the number of tracks of each quadrant, Q1 first."""
        values = self.quadrants[self.has_values]
        likely = values.argmax(axis=1) if len(values) else np.zeros(0, dtype=int)
        confidence = values.max(axis=1, initial=0)
        shares = []
        for index, quadrant in enumerate(QUADRANTS):
            own = confidence[likely == index]
            mean = float(own.mean()) if len(own) else float("nan")
            shares.append(QuadrantShare(quadrant, len(own), len(own) / max(len(values), 1), mean))
        return shares

    def page_data(self, folder: str) -> dict[str, Any]:
        """Return the data of the page's script.

        Parameters
        ----------
        folder : str
            Folder of the page, from which tracks are addressed.

        Returns
        -------
        data : dict
            ``quadrants`` has the names of the quadrants. Of the others each is a list with an
            element for each track: ``name``, for display, below the tracks' common folder;
            ``address``, relative to the page; ``status``; ``quadrant``, the index of the most
            probable one; ``confidence``, ``consistency``, ``arousal``, ``valence`` and
            ``duration``. Elements are None where there is no value.
        """
        has_values = self.has_values
        values = np.where(has_values[:, np.newaxis], self.quadrants, 0)
        likely = values.argmax(axis=1)
        confirmed = consistency(values, self.arousal, self.valence)
        if self.consistency is not None:
            confirmed = np.where(np.isnan(self.consistency), confirmed, self.consistency)

        def numbers(column: NDArray[np.float64], known: NDArray[np.bool_]) -> list[float | None]:
            rounded = np.round(column, 4).tolist()
            return [one if valid else None for one, valid in zip(rounded, known.tolist())]

        return {
            "quadrants": QUADRANT_NAMES,
            "name": _names(self.tracks),
            "address": [_address(track, folder) for track in self.tracks],
            "status": self.statuses,
            "quadrant": [
                one if valid else None for one, valid in zip(likely.tolist(), has_values.tolist())
            ],
            "confidence": numbers(values.max(axis=1), has_values),
            "consistency": numbers(confirmed, has_values),
            "arousal": numbers(self.arousal, has_values),
            "valence": numbers(self.valence, has_values),
            "duration": numbers(self.durations, np.isfinite(self.durations)),
        }


def _names(tracks: Sequence[str]) -> list[str]:
    absolute = [os.path.abspath(track) for track in tracks]
    folder = os.path.commonpath([os.path.dirname(path) for path in absolute]) if tracks else ""
    # Their common folder is the page's, or tells where somebody keeps music: not shown.
    return [printable(os.path.relpath(path, folder)) for path in absolute]


def _address(track: str, folder: str) -> str:
    # Bytes of names that aren't UTF-8 are escaped one by one, as browsers open them.
    relative = os.path.relpath(os.path.abspath(track), os.path.abspath(folder))
    return quote(os.fsencode(relative))
