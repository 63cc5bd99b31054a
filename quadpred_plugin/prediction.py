"""Prediction and Summary: the immutable result of analysing one file."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.model.pooling import PLAIN_MEAN, Pooling, pool
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.system.array_values import ArrayValue
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    import pandas

    from quadpred_plugin.analysis.excerpts import Excerpt
    from quadpred_plugin.analysis.segments import Segment
    from quadpred_plugin.analysis.turning_points import TurningPoint
    from quadpred_plugin.sections.section import Section

# s.
_SHORTEST_OVERLAP = 1e-6

STATUSES = ("ok", "partial", "short", "silent", "empty", "error")
INCOMPLETE = ("partial", "error")
"""Statuses of files that weren't analysed to their end: commands tell why, with exit code 1."""


@dataclass(frozen=True, eq=False)
class Summary(ArrayValue):
    """Values of one file: means over its patches, calibrated by the model's pooling.

    Summaries are equal if all fields are, arrays element by element. Arrays are read-only.

    Attributes
    ----------
    quadrants : ndarray of float64, shape (4,)
        Probabilities of Q1 to Q4, 0..1; they sum to 1.
    arousal, valence : float
        -1..1.
    quadrant : str
        Name of the most probable quadrant; ``neutral`` below the minimum confidence.
    further_heads : dict of float
        Values of the model's further heads by name, -1..1; empty for models without.
    """

    quadrants: NDArray[np.float64]
    arousal: float
    valence: float
    quadrant: str
    further_heads: dict[str, float] = field(default_factory=dict)

    @property
    def confidence(self) -> float:
        """Probability of the most probable quadrant, 0.25..1."""
        return float(self.quadrants.max())


@dataclass(frozen=True, eq=False)
class Prediction(ArrayValue):
    """Emotion of one signal over time.

    Predictions are equal if all fields are, arrays element by element. Arrays are read-only.

    Attributes
    ----------
    source : str
        Name of the file, or ``<samples>``.
    status : str
        ``ok``; ``partial`` (more than 1 % or 1 s of the file couldn't be decoded; the values
        are about the rest); ``short`` (shorter than a patch's own frames: repeated to fill
        one). Without patches: ``silent`` (peak below the silence threshold), ``empty`` (no
        samples) and ``error`` (not readable).
    duration : float or None
        Analysed length of the signal in seconds; None if it couldn't be read.
    times : ndarray of float64, shape (patches,)
        Start of each patch's own frames, s: what its values are about, without the model's
        context.
    patch_duration : float
        Length of the own frames, s. Their centre is half of it after the start.
    hop : float
        From one patch to the next, s.
    quadrants : ndarray of float32, shape (patches, 4)
        Probabilities of Q1 to Q4, 0..1; each row sums to 1.
    arousal, valence : ndarray of float32, shape (patches,)
        -1..1: degrees as listeners would rate them, or, of models that were trained on labels
        alone, the probability of positive minus that of negative. The model's card says which.
    provenance : dict
        Model, SHA-256 of its graph, version and settings.
    warnings : tuple of str
        Sentences for the user; the first one is the reason if there are no patches.
    pooling : dict of Pooling
        Calibration of each head's mean over the file; other heads have the plain mean.
    sample_rate : float or None
        Sample rate of the signal before resampling, Hz; None if unknown.
    interpretation : Interpretation
        Rules for quadrant names and segments.
    disagreement : ndarray of float64, shape (patches,), or None
        Divergence of several models' quadrants, bits (`analysis.disagreement`); None for one
        model.
    further_heads : dict of ndarray of float32, shape (patches,)
        Values of the model's further heads by name, -1..1; empty for models without.
    embeddings : ndarray of float32, shape (patches, width), or None
        Values of the last layer that the model's heads share; None unless they were asked
        for, and without patches.
    quiet : ndarray of bool, shape (patches,), or None
        Patches with a low level (``chain.levels``), in which segments have gaps; None if unknown.
    sections : tuple of Section, or None
        Given sections, which rows at level ``segment`` are about; None for segments that are found
        (`analysis.given_sections`).
    original : Prediction or None
        As it was analysed, if the curves were smoothed or resampled since: means are over its
        patches.
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
    further_heads: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    embeddings: NDArray[np.float32] | None = None
    quiet: NDArray[np.bool_] | None = None
    sections: "tuple[Section, ...] | None" = None
    original: "Prediction | None" = None

    def __repr__(self) -> str:
        """Return one line, as arrays fill a screen: the source, the status and the values."""
        facts = [self.status]
        if self.duration is not None:
            facts.append(f"{self.duration:.2f} s")
        summary = self.summary()
        if summary is not None:
            facts += [f"{len(self)} patches", summary.quadrant]
            facts += [f"arousal {summary.arousal:.2f}", f"valence {summary.valence:.2f}"]
        return f"<Prediction of {printable(str(self.source))}: {', '.join(facts)}>"

    def __len__(self) -> int:
        return len(self.times)

    @property
    def centres(self) -> NDArray[np.float64]:
        """Middle of each patch, s; of a signal that is shorter than a patch, its middle."""
        length = self.patch_duration
        if self.duration is not None:
            length = min(length, self.duration)
        return self.times + length / 2

    def interpret(self, interpretation: Interpretation) -> "Prediction":
        """Return the same values with other rules for names and segments.

        Parameters
        ----------
        interpretation : Interpretation

        Returns
        -------
        prediction : Prediction
            Its provenance contains the minimum confidence, if there is one.

        Examples
        --------
        >>> import quadpred_plugin as qp
        >>> prediction = qp.predict("examples/audio/q3_sadness.ogg")
        >>> rules = qp.Interpretation(minimum_confidence=0.9)
        >>> prediction.interpret(rules).summary().quadrant
        'neutral'
        """
        former = self.interpretation.name_settings
        provenance = {key: one for key, one in self.provenance.items() if key not in former}
        return replace(
            self,
            interpretation=interpretation,
            provenance={**provenance, **interpretation.name_settings},
        )

    def patch_quadrants(self) -> list[str]:
        """Return each patch's most probable quadrant; ``neutral`` below the minimum confidence."""
        return [self.interpretation.name_of(row) for row in self.quadrants]

    def confidence(self) -> NDArray[np.float32]:
        """Return the probability of each patch's most probable quadrant, shape (patches,)."""
        return self.quadrants.max(axis=1)

    def consistency(self) -> NDArray[np.float64]:
        """Return how well arousal and valence match the quadrants, 0..1, shape (patches,)."""
        from quadpred_plugin.analysis.consistency import consistency

        return consistency(self.quadrants, self.arousal, self.valence)

    def segments(self) -> "list[Segment]":
        """Return segments of one quadrant each, by the rules of the interpretation.

        Returns
        -------
        segments : list of Segment
            In order of time (`analysis.segments`), with gaps where the signal is quiet or no
            quadrant is probable.
        """
        from quadpred_plugin.analysis.segments import find_segments

        rules = self.interpretation
        return find_segments(
            self, rules.minimum_segment, rules.hysteresis, rules.segment_confidence
        )

    def turning_points(self, window: float = 6.0, least: float = 0.5) -> "list[TurningPoint]":
        """Return the times at which the emotion changes most.

        Parameters
        ----------
        window : float
            Seconds before and after a turning point whose means are compared.
        least : float
            Minimum distance of these means on the plane of arousal and valence, each -1..1.

        Returns
        -------
        points : list of TurningPoint
            In order of time (`analysis.turning_points`).
        """
        from quadpred_plugin.analysis.turning_points import find_turning_points

        return find_turning_points(self, window, least)

    def top(self, quadrant: str, seconds: float = 30.0) -> "Excerpt | None":
        """Return the excerpt with the highest probability of a quadrant.

        Parameters
        ----------
        quadrant : {'Q1', 'Q2', 'Q3', 'Q4'}
        seconds : float
            Length of the excerpt.

        Returns
        -------
        excerpt : Excerpt or None
            The whole signal if that is shorter; None without patches.
        """
        from quadpred_plugin.analysis.excerpts import find_excerpt

        return find_excerpt(self, quadrant, seconds)

    def summary(self, start: float | None = None, end: float | None = None) -> Summary | None:
        """Return the values pooled over the patches of the signal or of a part of it.

        Parameters
        ----------
        start, end : float, optional
            Seconds; None for the start or end of the signal. In a part, a patch counts as much
            as its own frames overlap with it.

        Returns
        -------
        summary : Summary or None
            Calibrated means (`pooling.pool`). None without patches.
        """
        source = self if self.original is None else self.original
        weights = None
        if start is not None or end is not None:
            weights = source._overlaps(start or 0.0, float("inf") if end is None else end)
        if not len(source) or (weights is not None and not weights.any()):
            return None
        pooled = {
            head: pool(values, self.pooling.get(head, PLAIN_MEAN), weights)
            for head, values in (
                ("quadrants", source.quadrants),
                ("arousal", source.arousal),
                ("valence", source.valence),
                *source.further_heads.items(),
            )
        }
        return Summary(
            quadrants=pooled["quadrants"],
            arousal=pooled["arousal"],
            valence=pooled["valence"],
            quadrant=self.interpretation.name_of(pooled["quadrants"]),
            further_heads={head: pooled[head] for head in self.further_heads},
        )

    def _overlaps(self, start: float, end: float) -> NDArray[np.float64]:
        """Return how long each patch's own frames are between two times, s."""
        ends = self.times + self.patch_duration
        if self.duration is not None:
            ends = np.minimum(ends, self.duration)
        overlaps: NDArray[np.float64] = np.minimum(ends, end) - np.maximum(self.times, start)
        # What rounding leaves where a patch begins at the end counts for nothing.
        return np.where(overlaps > _SHORTEST_OVERLAP, overlaps, 0.0)

    def to_frame(self, level: str = "frame") -> "pandas.DataFrame":
        """Return the rows that ``quadpred predict`` writes as a pandas.DataFrame.

        Parameters
        ----------
        level : {'frame', 'segment', 'file'}
            One row per patch, per segment, or one for the file.

        Returns
        -------
        frame : pandas.DataFrame
            With the columns of ``--format csv``; ``attrs`` contains the provenance.

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
        """Write a file in the format of its suffix.

        Parameters
        ----------
        path : str or Path
            Rows and arrays: .csv, .json, .npz, .npy, .parquet, .txt (a table for display).
            Annotations: .jams, .TextGrid, .labels.txt (Audacity), .reaper.csv, .edl, .srt, .lrc,
            .mid, .mood. Layers of Sonic Visualiser: .svl, .taggram.svl, .arousal.csv,
            .valence.csv, .segments.csv. An existing file is replaced when the new one is
            complete.
        level : {'frame', 'segment', 'file'}, optional
            For rows and arrays: one row per patch (default), one for the file, or, for rows
            alone, one per segment.

        Raises
        ------
        OutputError
            If no format has the suffix, the format can't represent the prediction or has no
            levels, its package is missing, or the file can't be written.
        """
        from quadpred_plugin.exports import FORMATS, export_to, format_of

        name = format_of(Path(path))
        export_to(Path(path), [self], name, FORMATS[name].choose_level(level, default="frame"))


def without_patches(
    source: str,
    status: str,
    duration: float | None,
    reason: str,
    provenance: dict[str, Any],
    warnings: Sequence[str] = (),
) -> Prediction:
    """Return the prediction of a signal without patches; its first warning is the reason."""
    no_values = np.zeros(0, dtype=np.float32)
    return Prediction(
        source=source,
        status=status,
        duration=duration,
        times=np.zeros(0),
        patch_duration=provenance.get("patch", 0.0),
        hop=provenance.get("hop", 0.0),
        quadrants=np.zeros((0, len(QUADRANT_NAMES)), dtype=np.float32),
        arousal=no_values,
        valence=no_values,
        provenance=provenance,
        warnings=(reason, *warnings),
    )
