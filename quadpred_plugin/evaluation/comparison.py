"""All figures of a comparison of predictions with a table, with intervals and reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.evaluation.bootstrap import draw_files, percentile_interval
from quadpred_plugin.evaluation.classification import (
    HEAD_CLASSES,
    calibration_error,
    class_probabilities,
    classes_of,
    confusion,
    reliability_bins,
    weighted_scores,
)
from quadpred_plugin.evaluation.correlation import CORRELATIONS, MEASURES, compare_values
from quadpred_plugin.evaluation.curves import Pair, correlations_of, means_of, pair
from quadpred_plugin.evaluation.outputs import FileOutput
from quadpred_plugin.evaluation.ratings_table import RatedFile
from quadpred_plugin.evaluation.reasons import (
    about_across,
    about_ends,
    about_labels,
    about_within,
    names_of,
)
from quadpred_plugin.quadrants import DIMENSIONS, QUADRANT_NAMES

LABELS, ACROSS, WITHIN = "labels", "across files", "within files"


@dataclass(frozen=True)
class Settings:
    """What decides the figures besides ratings and predictions.

    Attributes
    ----------
    lag : float
        Seconds by which ratings over time are later than the music.
    smooth : float
        Seconds of the moving average of predicted curves; 0 for none.
    samples : int
        Bootstrap samples; 0 for no intervals.
    seed : int
        Of the bootstrap.
    grouped : bool
        Whether files are drawn by their groups.
    """

    lag: float = 0.0
    smooth: float = 0.0
    samples: int = 1000
    seed: int = 0
    grouped: bool = False


@dataclass(frozen=True)
class Figure:
    """One figure with its 95 % interval.

    Attributes
    ----------
    comparison : str
        ``labels``, ``across files`` or ``within files``.
    head : str
        ``quadrants``, ``arousal`` or ``valence``.
    measure : str
    files : int
        Number of files that it is computed from.
    value, low, high : float or None
        None where undefined; a reason is among the notes.
    """

    comparison: str
    head: str
    measure: str
    files: int
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass
class Comparison:
    """Result of a comparison.

    Attributes
    ----------
    figures : list of Figure
    confusion : dict of list of list of int
        By head: one row per true class, one column per predicted class. Empty without labels.
    files : list of dict
        What was compared of each file, sorted by name, as JSON types.
    notes : list of str
        Sentences about what is undefined or left out, and why.
    """

    figures: list[Figure] = field(default_factory=list)
    confusion: dict[str, list[list[int]]] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _File:
    """A file's row and output, with what was compared of it."""

    rated: RatedFile
    output: FileOutput
    facts: dict[str, Any]


def compare(
    rated: Sequence[RatedFile], outputs: Sequence[FileOutput], settings: Settings
) -> Comparison:
    """Compare labels, ratings, and ratings over time, whichever there are.

    Parameters
    ----------
    rated : sequence of RatedFile
    outputs : sequence of FileOutput
        One per file, without failures, with what the files' ratings need.
    settings : Settings

    Returns
    -------
    comparison : Comparison
        It doesn't depend on the order of the files.
    """
    pairs = sorted(zip(rated, outputs, strict=True), key=lambda one: one[0].name)
    files = [_File(one, output, {"file": one.name}) for one, output in pairs]
    result = Comparison(files=[one.facts for one in files])
    interval = _Intervals(settings, result.notes)
    _compare_labels(files, interval, result)
    for dimension in DIMENSIONS:
        single = [one for one in files if dimension in one.rated.ratings]
        values = np.array(
            [(one.rated.ratings[dimension], one.output.values[dimension]) for one in single]
        )
        if single:
            _compare_across(single, dimension, (values[:, 0], values[:, 1]), interval, result)
        _compare_curves(files, dimension, settings, interval, result)
    return result


class _Intervals:
    """Bootstrap samples, drawn for the files of each figure with the same seed."""

    def __init__(self, settings: Settings, notes: list[str]) -> None:
        self._settings, self._notes = settings, notes

    def draws(self, files: Sequence[_File]) -> list[NDArray[np.intp]]:
        """Return the drawn indices of each sample; none if there is a single group or file."""
        settings = self._settings
        groups = [
            one.rated.group if settings.grouped else f"{place:09}"
            for place, one in enumerate(files)
        ]
        if settings.samples and len(set(groups)) < 2:
            unit = "group" if settings.grouped else "file"
            note = f"There are no intervals of a single {unit}."
            if note not in self._notes:
                self._notes.append(note)
            return []
        return draw_files(groups, settings.samples, settings.seed)


def _compare_labels(files: Sequence[_File], interval: _Intervals, result: Comparison) -> None:
    labelled = [one for one in files if one.rated.quadrant is not None]
    if not labelled:
        return
    quadrants = np.array([one.rated.quadrant for one in labelled])
    outputs: dict[str, NDArray[np.floating]] = {
        "quadrants": np.array([one.output.quadrants for one in labelled]),
        **{
            dimension: np.array([one.output.values[dimension] for one in labelled])
            for dimension in DIMENSIONS
        },
    }
    counts = [np.bincount(drawn, minlength=len(labelled)) for drawn in interval.draws(labelled)]
    # The first set of weights is the files themselves, once each.
    weights = np.array([np.ones(len(labelled)), *counts])
    for head, values in outputs.items():
        truth, probabilities = classes_of(quadrants, head), class_probabilities(values)
        predicted, classes = probabilities.argmax(axis=1), len(HEAD_CLASSES[head])
        for measure, sampled in weighted_scores(truth, predicted, classes, weights).items():
            value, limits = float(sampled[0]), percentile_interval(sampled[1:])
            result.figures.append(Figure(LABELS, head, measure, len(labelled), value, *limits))
        # Without an interval: a sample's bins are noisier, so its error is larger.
        error = calibration_error(reliability_bins(truth, probabilities))
        result.figures.append(Figure(LABELS, head, "calibration error", len(labelled), error))
        result.confusion[head] = confusion(truth, predicted, classes)
    for one in labelled:
        assert one.rated.quadrant is not None and one.output.quadrants is not None
        one.facts["quadrant"] = QUADRANT_NAMES[one.rated.quadrant]
        one.facts["predicted_quadrant"] = QUADRANT_NAMES[int(one.output.quadrants.argmax())]
        one.facts["confidence"] = float(one.output.quadrants.max())
    result.notes += about_labels(quadrants)


def _compare_across(
    files: Sequence[_File], dimension: str, values: Pair, interval: _Intervals, result: Comparison
) -> None:
    measured = compare_values(*values)
    draws = interval.draws(files)
    sampled = [compare_values(values[0][drawn], values[1][drawn]) for drawn in draws]
    for name in MEASURES:
        limits = percentile_interval(np.array([one[name] for one in sampled]))
        result.figures.append(
            Figure(ACROSS, dimension, name, len(files), _defined(measured[name]), *limits)
        )
    for one, rating, predicted in zip(files, *values, strict=True):
        one.facts[dimension] = {"rating": float(rating), "predicted": float(predicted)}
    result.notes += about_across(values, dimension)


def _compare_curves(
    files: Sequence[_File],
    dimension: str,
    settings: Settings,
    interval: _Intervals,
    result: Comparison,
) -> None:
    timed = [one for one in files if dimension in one.rated.curves]
    if not timed:
        return
    curves = [(one.rated.curves[dimension], one.output.curves[dimension]) for one in timed]
    every = [pair(*both, settings.lag, settings.smooth) for both in curves]
    names = [one.rated.name for one in timed]
    result.notes += about_ends(names, curves, dimension, settings.lag)
    chosen = [place for place, values in enumerate(every) if len(values[0])]
    kept, pairs = [timed[place] for place in chosen], [every[place] for place in chosen]
    without = [name for name, values in zip(names, every, strict=True) if not len(values[0])]
    if without:
        result.notes.append(
            f"{dimension}: {names_of(without)} left out, since no rating is at a time that has a "
            "prediction."
        )
    if not kept:
        return
    _compare_across(kept, dimension, means_of(pairs), interval, result)
    correlations = correlations_of(pairs)
    draws = interval.draws(kept)
    for name in CORRELATIONS:
        by_file = correlations[name]
        count = int(np.count_nonzero(~np.isnan(by_file)))
        for word, statistic in _STATISTICS.items():
            sampled = np.array([statistic(by_file[drawn]) for drawn in draws])
            limits = percentile_interval(sampled)
            value, measure = _defined(statistic(by_file)), f"{word} {name}"
            result.figures.append(Figure(WITHIN, dimension, measure, count, value, *limits))
    for place, (one, values) in enumerate(zip(kept, pairs, strict=True)):
        one.facts[dimension]["times"] = len(values[0])
        for name in CORRELATIONS:
            one.facts[dimension][name] = _defined(correlations[name][place])
    result.notes += about_within([one.rated.name for one in kept], pairs, dimension)


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _median(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else np.nan


_STATISTICS: Mapping[str, Callable[[NDArray[np.float64]], float]] = {
    "mean": _mean,
    "median": _median,
}


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
