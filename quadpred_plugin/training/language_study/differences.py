"""How far two rows of a grid differ, and how far they would by the choice of clips alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.model.pooling import pool
from quadpred_plugin.training.evaluation.scoring import HEAD_CLASSES, classes_of
from quadpred_plugin.training.language_study.experiments import (
    Experiment,
    Grid,
    predictions_file,
    read_predictions,
)

DRAWS = 2000
SEED = 20205
# Of the draws between the ends of an interval.
SHARE = 0.95

# By fold: the true quadrants, and each head's choice for each clip.
Said: TypeAlias = "dict[int, tuple[NDArray[np.int64], dict[str, NDArray[np.int64]]]]"


@dataclass(frozen=True)
class Difference:
    """One row's F1 by clip less another's, on the folds that both have.

    Attributes
    ----------
    first, second : str
        Names of the rows.
    folds, clips : int
    heads : dict of (float, float, float)
        By head: the difference of macro F1 over all these clips, -1..1, and the ends of the
        interval that holds `SHARE` of the differences when clips are drawn anew.
    """

    first: str
    second: str
    folds: int
    clips: int
    heads: dict[str, tuple[float, float, float]]


def differences(grid: Grid, work: Path) -> list[Difference]:
    """Compare languages of one method and setting, speech first with none, and methods.

    Parameters
    ----------
    grid : Grid
    work : Path
        Holds the predictions; rows without any are left out.

    Returns
    -------
    found : list of Difference
    """
    rows: dict[str, Said] = {}
    for experiment in grid.experiments():
        path = predictions_file(experiment, work)
        if path.exists() and experiment.fold is not None:
            rows.setdefault(experiment.row, {})[experiment.fold] = _choices(path)
    return [
        _difference(first, second, rows[first], rows[second])
        for first, second in _pairs(grid)
        if first in rows and second in rows and rows[first].keys() & rows[second].keys()
    ]


def table(found: list[Difference]) -> str:
    """Write differences as a Markdown table."""
    names = ("first less second", "folds", "clips", *HEAD_CLASSES)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for one in found:
        cells = [f"{one.first} − {one.second}", str(one.folds), str(one.clips)]
        cells += [
            f"{value:+.3f} ({low:+.3f} to {high:+.3f})" for value, low, high in one.heads.values()
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def macro_f1(
    truth: NDArray[np.int64],
    said: NDArray[np.int64],
    classes: int,
    weights: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Return the macro F1 of weighted clips, for several sets of weights at once.

    Parameters
    ----------
    truth, said : ndarray of int, shape (clips,)
        Classes from 0.
    classes : int
    weights : ndarray, shape (sets, clips)
        How often each clip counts.

    Returns
    -------
    f1 : ndarray, shape (sets,)
        0..1; a class that is neither there nor said counts as 0.
    """
    scores = np.zeros((classes, len(weights)))
    for one in range(classes):
        right = weights[:, (truth == one) & (said == one)].sum(axis=1)
        both = weights[:, truth == one].sum(axis=1) + weights[:, said == one].sum(axis=1)
        np.divide(2 * right, both, out=scores[one], where=both > 0)
    return scores.mean(axis=0)


def _pairs(grid: Grid) -> Iterator[tuple[str, str]]:
    def row(method: str, speech: str, setting: str) -> str:
        return Experiment(method, speech, setting, None).row

    for method in grid.pretraining:
        for setting in grid.settings:
            for first, second in combinations(grid.speech, 2):
                yield row(method, first, setting), row(method, second, setting)
    for method in grid.pretraining:
        for speech in grid.speech:
            yield row(method, speech, "full"), row("scratch", "", "scratch")
    for one, other in combinations(grid.pretraining, 2):
        for speech in grid.speech:
            yield row(one, speech, "full"), row(other, speech, "full")


def _choices(path: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    quadrants, outputs = read_predictions(path)
    pooled = {head: np.array([pool(one[head]) for one in outputs]) for head in HEAD_CLASSES}
    return quadrants, {head: _choose(values) for head, values in pooled.items()}


def _choose(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return values.argmax(axis=1) if values.ndim == 2 else (values > 0).astype(np.int64)


def _difference(first: str, second: str, ours: Said, theirs: Said) -> Difference:
    folds = sorted(ours.keys() & theirs.keys())
    quadrants = np.concatenate([ours[fold][0] for fold in folds])
    generator = np.random.default_rng(SEED)
    clips = len(quadrants)
    drawn = generator.multinomial(clips, np.full(clips, 1 / clips), size=DRAWS)
    # The clips as they are come first.
    weights = np.concatenate([np.ones((1, clips)), drawn])
    heads: dict[str, Any] = {}
    for head, classes in HEAD_CLASSES.items():
        truth = classes_of(quadrants, head)
        f1 = [
            macro_f1(truth, _joined(said, folds, head), len(classes), weights)
            for said in (ours, theirs)
        ]
        by_draw = f1[0] - f1[1]
        low, high = np.quantile(by_draw[1:], [(1 - SHARE) / 2, (1 + SHARE) / 2])
        heads[head] = float(by_draw[0]), float(low), float(high)
    return Difference(first, second, len(folds), clips, heads)


def _joined(said: Said, folds: list[int], head: str) -> NDArray[np.int64]:
    return np.concatenate([said[fold][1][head] for fold in folds])
