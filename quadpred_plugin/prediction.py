"""What the chain says of one file: an immutable value with its provenance."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.model.pooling import PLAIN_MEAN, Pooling, pool
from quadpred_plugin.quadrants import QUADRANT_NAMES

if TYPE_CHECKING:
    import pandas

    from quadpred_plugin.analysis.excerpts import Excerpt
    from quadpred_plugin.analysis.segments import Segment
    from quadpred_plugin.analysis.turning_points import TurningPoint

STATUSES = ("ok", "short", "silent", "empty", "error")


@dataclass(frozen=True)
class Summary:
    """Means over a file, calibrated as the model's card says.

    Attributes
    ----------
    quadrants : ndarray of float64, shape (4,)
        Probabilities of Q1 to Q4, 0..1; they sum to 1.
    arousal, valence : float
        -1..1.
    quadrant : str
        Name of the most probable quadrant; ``neutral`` in a neutral zone.
    """

    quadrants: NDArray[np.float64]
    arousal: float
    valence: float
    quadrant: str

    @property
    def confidence(self) -> float:
        """Probability of the most probable quadrant, 0.25..1."""
        return float(self.quadrants.max())


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
    pooling : dict of Pooling
        How each head's mean over the file is made as sure as it is right; heads that aren't
        named keep their mean.
    sample_rate : float or None
        The signal's own rate, Hz, of which programs count samples; None where it isn't
        known.
    interpretation : Interpretation
        What a quadrant's name and a segment take.
    disagreement : ndarray of float64, shape (frames,), or None
        Bits by which several models differ (`meaning.disagreement`); None where one was asked.
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
    pooling: dict[str, Pooling] = field(default_factory=dict)
    sample_rate: float | None = None
    interpretation: Interpretation = field(default_factory=Interpretation)
    disagreement: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.times)

    def interpret(self, interpretation: Interpretation) -> "Prediction":
        """Return the same numbers, with names and segments by other rules.

        Parameters
        ----------
        interpretation : Interpretation

        Returns
        -------
        prediction : Prediction
            Its provenance has the least confidence, if there is one.

        Examples
        --------
        >>> import quadpred_plugin as qp
        >>> heard = qp.predict("examples/audio/q3_sadness.ogg")
        >>> heard.interpret(qp.Interpretation(minimum_confidence=0.9)).summary().quadrant
        'neutral'
        """
        before = self.interpretation.of_names
        provenance = {key: one for key, one in self.provenance.items() if key not in before}
        return replace(
            self,
            interpretation=interpretation,
            provenance={**provenance, **interpretation.of_names},
        )

    def frame_quadrants(self) -> list[str]:
        """Name of the most probable quadrant of each frame; ``neutral`` in a neutral zone."""
        return [self.interpretation.name_of(row) for row in self.quadrants]

    def confidence(self) -> NDArray[np.float32]:
        """Probability of the most probable quadrant of each frame, 0.25..1, shape (frames,)."""
        return self.quadrants.max(axis=1)

    def consistency(self) -> NDArray[np.float64]:
        """How far arousal and valence confirm the quadrants, 0..1, shape (frames,)."""
        from quadpred_plugin.analysis.consistency import consistency

        return consistency(self.quadrants, self.arousal, self.valence)

    def segments(self) -> "list[Segment]":
        """Divide the signal into stretches of one quadrant, as the interpretation asks."""
        from quadpred_plugin.analysis.segments import find_segments

        rules = self.interpretation
        return find_segments(self, rules.minimum_segment, rules.hysteresis)

    def turning_points(self, window: float = 6.0, least: float = 0.5) -> "list[TurningPoint]":
        """Find the moments at which the emotion changes most.

        Parameters
        ----------
        window : float
            Seconds before, and after, that are compared.
        least : float
            Distance on the plane of arousal and valence that a turn needs; the plane is 2 wide
            and 2 high, -1..1 each way.

        Returns
        -------
        points : list of TurningPoint
            In order of time (`meaning.turning_points`).
        """
        from quadpred_plugin.analysis.turning_points import find_turning_points

        return find_turning_points(self, window, least)

    def top(self, quadrant: str, seconds: float = 30.0) -> "Excerpt | None":
        """Find the stretch that is the most of a quadrant.

        Parameters
        ----------
        quadrant : {'Q1', 'Q2', 'Q3', 'Q4'}
        seconds : float
            Length of the stretch.

        Returns
        -------
        excerpt : Excerpt or None
            The whole signal where that is shorter; None without frames.
        """
        from quadpred_plugin.analysis.excerpts import find_excerpt

        return find_excerpt(self, quadrant, seconds)

    def summary(self) -> Summary | None:
        """Pool the frames (`pooling.pool`); None where there are none."""
        if not len(self):
            return None
        quadrants = pool(self.quadrants, self.pooling.get("quadrants", PLAIN_MEAN))
        return Summary(
            quadrants=quadrants,
            arousal=pool(self.arousal, self.pooling.get("arousal", PLAIN_MEAN)),
            valence=pool(self.valence, self.pooling.get("valence", PLAIN_MEAN)),
            quadrant=self.interpretation.name_of(quadrants),
        )

    def to_frame(self, level: str = "frame") -> "pandas.DataFrame":
        """Return the rows that ``quadpred predict`` writes, as pandas holds them.

        Parameters
        ----------
        level : {'frame', 'file'}
            A row a patch, or one for the file.

        Returns
        -------
        frame : pandas.DataFrame
            With the columns of the contract; ``attrs`` has the provenance.

        Raises
        ------
        OutputError
            If pandas isn't installed.

        Examples
        --------
        >>> import quadpred_plugin as qp
        >>> frame = qp.predict("examples/audio/q4_calm.ogg").to_frame()
        >>> list(frame.columns)
        ['file', 'time', 'duration', 'q1', 'q2', 'q3', 'q4', 'arousal', 'valence', 'quadrant']
        >>> frame.attrs["provenance"]["model"]
        'compact'
        """
        from quadpred_plugin.exports.data_frame import to_frame

        return to_frame(self, level)

    def save(self, path: "str | Path", level: str | None = None) -> None:
        """Write to a file whose suffix names the format.

        Parameters
        ----------
        path : str or Path
            Rows and arrays: .csv, .json, .npz, .npy, .parquet, .txt (a table for reading).
            Annotations: .jams, .TextGrid, .labels.txt (Audacity), .mood. Layers of Sonic
            Visualiser: .svl, .taggram.svl, .arousal.csv, .valence.csv, .segments.csv. An
            existing file is replaced, once the new one is whole.
        level : {'frame', 'file'}, optional
            Of rows and arrays: one a patch (default), or one for the file.

        Raises
        ------
        OutputError
            If the suffix names no format, the format can't hold the prediction or has no
            levels, its package is missing, or the file can't be written.
        """
        from quadpred_plugin.exports import FORMATS, export_to, format_of

        name = format_of(Path(path))
        export_to(Path(path), [self], name, FORMATS[name].choose_level(level, default="frame"))


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
