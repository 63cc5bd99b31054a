"""What the chain says of one file: an immutable value with its provenance."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.pooling import pool
from quadpred_plugin.quadrants import QUADRANT_NAMES

STATUSES = ("ok", "short", "silent", "empty", "error")


@dataclass(frozen=True)
class Summary:
    """Means over a file, with the temperatures of the model's card.

    Attributes
    ----------
    quadrants : ndarray of float64, shape (4,)
        Probabilities of Q1 to Q4, 0..1; they sum to 1.
    arousal, valence : float
        -1..1.
    quadrant : str
        Name of the most probable quadrant.
    """

    quadrants: NDArray[np.float64]
    arousal: float
    valence: float
    quadrant: str


@dataclass(frozen=True)
class Prediction:
    """Emotion of one signal over time.

    Attributes
    ----------
    source : str
        Name of the file, or ``<samples>``.
    status : str
        ``ok``; ``short`` (less than a patch: its frames were repeated to fill one);
        ``silent`` (no peak above the floor), ``empty`` (no samples) and ``error`` (not
        readable), which have no frames.
    duration : float or None
        Length of the signal in seconds, None where it couldn't be read.
    times : ndarray of float64, shape (frames,)
        Start of each patch, s.
    patch_duration : float
        Length of each patch, s.
    hop : float
        From one patch's start to the next, s.
    quadrants : ndarray of float32, shape (frames, 4)
        Probabilities of Q1 to Q4, 0..1; each row sums to 1.
    arousal, valence : ndarray of float32, shape (frames,)
        Probability of positive minus probability of negative, -1..1.
    provenance : dict
        Model, SHA-256 of its graph, version and settings that made the numbers.
    warnings : tuple of str
        Sentences for the listener; the first tells why there are no numbers, if so.
    pooling : dict of float
        Temperature by which each head's mean over the file is made as sure as it is right;
        1 for heads that aren't named.
    """

    source: str
    status: str
    duration: float | None
    times: NDArray[np.float64]
    patch_duration: float
    hop: float
    quadrants: NDArray[np.float32]
    arousal: NDArray[np.float32]
    valence: NDArray[np.float32]
    provenance: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    pooling: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times)

    def frame_quadrants(self) -> list[str]:
        """Name of the most probable quadrant of each frame."""
        return [QUADRANT_NAMES[index] for index in self.quadrants.argmax(axis=1)]

    def summary(self) -> Summary | None:
        """Pool the frames (`pooling.pool`); None where there are none."""
        if not len(self):
            return None
        quadrants = pool(self.quadrants, self.pooling.get("quadrants", 1.0))
        return Summary(
            quadrants=quadrants,
            arousal=pool(self.arousal, self.pooling.get("arousal", 1.0)),
            valence=pool(self.valence, self.pooling.get("valence", 1.0)),
            quadrant=QUADRANT_NAMES[int(quadrants.argmax())],
        )

    def save(self, path: "str | Path", level: str = "frame") -> None:
        """Write to a file whose suffix names the format: csv, json, npz or npy.

        Parameters
        ----------
        path : str or Path
            An existing file is replaced, once the new one is whole.
        level : {'frame', 'file'}
            A row a patch, or one for the file.

        Raises
        ------
        OutputError
            If the suffix names no format or the file can't be written.
        """
        from quadpred_plugin.exports import export_to, format_of

        export_to(Path(path), [self], format_of(Path(path)), level)


def without_frames(
    source: str,
    status: str,
    duration: float | None,
    reason: str,
    provenance: dict[str, Any],
    warnings: Sequence[str] = (),
) -> Prediction:
    """Make the prediction of a signal that gives no numbers, with the reason."""
    nothing = np.zeros(0, dtype=np.float32)
    return Prediction(
        source=source,
        status=status,
        duration=duration,
        times=np.zeros(0),
        patch_duration=provenance.get("patch", 0.0),
        hop=provenance.get("hop", 0.0),
        quadrants=np.zeros((0, len(QUADRANT_NAMES)), dtype=np.float32),
        arousal=nothing,
        valence=nothing,
        provenance=provenance,
        warnings=(reason, *warnings),
    )
