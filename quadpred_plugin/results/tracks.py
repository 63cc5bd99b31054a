"""What results say of one track."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.evaluation.curves import Curve
from quadpred_plugin.evaluation.outputs import FileOutput
from quadpred_plugin.prediction import Summary
from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.system.array_values import ArrayValue

# What is said of a track without values where the results don't tell why.
NO_VALUES = "has no values in the results."


@dataclass(frozen=True)
class Recorded:
    """What is known of the file that was analysed.

    Attributes
    ----------
    size : int or None
        Size, bytes; None if the results don't record it.
    mtime_ns : int or None
        Time of its last change, ns.
    sha256 : str or None
        Digest of its content.
    written_ns : int or None
        When the results were written, ns; counts if they have no size and time.
    folder : Path or None
        The folder of ``quadpred batch`` that has this record.
    """

    size: int | None = None
    mtime_ns: int | None = None
    sha256: str | None = None
    written_ns: int | None = None
    folder: Path | None = None


@dataclass(frozen=True, eq=False)
class TrackResult(ArrayValue):
    """What results say of one track.

    Attributes
    ----------
    source : str
        The track's name in the results.
    path : str
        Its path, as it can be opened from the current folder.
    status : str
        One of `prediction.STATUSES`.
    duration : float or None
        Analysed length, s; None if it couldn't be read.
    quadrants : ndarray of float64, shape (4,), or None
        Probabilities of Q1 to Q4, 0..1. This and the following ones are None if the track has
        no values; `failure` then tells why.
    arousal, valence : float or None
        -1..1.
    quadrant : str or None
        Name of the quadrant, or ``neutral``.
    confidence : float or None
        Probability of the most probable quadrant, 0.25..1.
    consistency : float or None
        How far arousal and valence confirm the quadrants, 0..1; None if the results don't
        have it.
    level : float or None
        Loudness in the results' column ``level``; None if they don't have it.
    failure : str
        Why there are no values of the file; the rest of a sentence that begins with its name.
        Empty if there are.
    warnings : tuple of str
        Sentences on the analysis, as far as the results have them.
    provenance : dict
        Model, SHA-256 of its graph and settings; empty if the results don't tell.
    recorded : Recorded
        What tells whether the file has changed (`staleness.staleness`).
    curves : dict of Curve
        By column, ``q1`` to ``q4``, ``arousal`` and ``valence``: values of the patches; empty
        unless they are asked for and known.
    """

    source: str
    path: str
    status: str
    duration: float | None = None
    quadrants: NDArray[np.float64] | None = None
    arousal: float | None = None
    valence: float | None = None
    quadrant: str | None = None
    confidence: float | None = None
    consistency: float | None = None
    level: float | None = None
    failure: str = ""
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    recorded: Recorded = field(default_factory=Recorded)
    curves: Mapping[str, Curve] = field(default_factory=dict)

    def summary(self) -> Summary | None:
        """Return the values as `Prediction.summary` does; None if the track has none."""
        if self.quadrants is None or self.arousal is None or self.valence is None:
            return None
        return Summary(self.quadrants, self.arousal, self.valence, self.quadrant or "")

    def output(self) -> FileOutput:
        """Return what an evaluation needs of the track."""
        if self.failure:
            return FileOutput(self.source, failure=self.failure)
        values = {name: getattr(self, name) for name in DIMENSIONS} if self.has_values else {}
        curves = {name: self.curves[name] for name in DIMENSIONS if name in self.curves}
        return FileOutput(self.source, self.quadrants, values, curves)

    @property
    def has_values(self) -> bool:
        """Whether the results have values of the whole file."""
        return self.quadrants is not None
