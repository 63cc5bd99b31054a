"""Sentences about figures that are undefined and values that are left out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.evaluation.correlation import is_constant
from quadpred_plugin.evaluation.curves import Curve, Pair
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.system.text import printable

_NAMES_SHOWN = 5


def names_of(names: Sequence[str], shown: int = _NAMES_SHOWN) -> str:
    """Return names for a sentence: the first ones, and the number of the others."""
    words = ", ".join(map(printable, names[:shown]))
    return words if len(names) <= shown else f"{words} and {len(names) - shown} more"


def why_undefined(values: Pair, unit: str) -> str:
    """Return why two sides have no correlation; empty if they have one.

    Parameters
    ----------
    values : pair of ndarray, shape (n,)
        Ratings and predictions.
    unit : str
        What the n are, in the plural.
    """
    rated, predicted = values
    if len(rated) < 2:
        return f"there are fewer than two {unit}"
    if is_constant(rated):
        return f"the ratings of all {unit} are equal"
    if is_constant(predicted):
        return f"the predictions of all {unit} are equal"
    return ""


def about_across(values: Pair, dimension: str) -> list[str]:
    """Return a sentence if there is no correlation across files."""
    reason = why_undefined(values, "files")
    return [f"{dimension}, across files: no correlation, since {reason}."] if reason else []


def about_within(names: Sequence[str], pairs: Sequence[Pair], dimension: str) -> list[str]:
    """Return a sentence for each reason that leaves files without a correlation.

    Parameters
    ----------
    names : sequence of str
        Of the files.
    pairs : sequence of pair of ndarray
        Ratings and predictions over time of each file.
    dimension : str
    """
    by_reason: dict[str, list[str]] = {}
    for name, values in zip(names, pairs, strict=True):
        if reason := why_undefined(values, "times"):
            by_reason.setdefault(reason, []).append(name)
    return [
        f"{dimension}, within files: no correlation of {len(several)} of {len(names)} files, since "
        f"{reason}: {names_of(several)}."
        for reason, several in by_reason.items()
    ]


def about_ends(
    names: Sequence[str], curves: Sequence[tuple[Curve, Curve]], dimension: str, lag: float
) -> list[str]:
    """Return a sentence if ratings are later than the end of the audio.

    Parameters
    ----------
    names : sequence of str
        Of the files.
    curves : sequence of (Curve, Curve)
        Rated and predicted curve of each file.
    dimension : str
    lag : float
        Seconds, as for `curves.pair`.
    """
    late: dict[str, int] = {}
    for name, (rated, predicted) in zip(names, curves, strict=True):
        places = rated.times - lag
        outside = np.isnan(predicted.at(places)) & (places > predicted.begin)
        if outside.any():
            late[name] = int(outside.sum())
    if not late:
        return []
    return [
        f"{dimension}: {sum(late.values())} ratings after the end of the audio are left out, of "
        f"{names_of(list(late))}."
    ]


def about_labels(quadrants: NDArray[np.int64]) -> list[str]:
    """Return a sentence if some quadrants, 0 to 3, aren't among the labels."""
    absent = [name for place, name in enumerate(QUADRANT_NAMES) if place not in quadrants]
    if not absent:
        return []
    return [
        f"The compared files have no label {', '.join(absent)}: recall and F1 are 0 there and "
        "lower the means over quadrants."
    ]
