"""Differences between rows of the language study, with bootstrap intervals over clips."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.evaluation.classification import HEAD_CLASSES, classes_of, weighted_scores
from quadpred_plugin.model.pooling import pool
from quadpred_plugin.training.evaluation.predictions import read_predictions
from quadpred_plugin.training.language_study.experiments import (
    FULL,
    SCRATCH,
    Experiment,
    experiments,
    predictions_file,
)
from quadpred_plugin.training.recipes.kinds import LanguageStudy
from quadpred_plugin.training.runs.workspace import Workspace

DRAWS = 2000
SEED = 20205
# Share of the bootstrap differences within the interval.
SHARE = 0.95

# By fold: the true quadrant of each clip, and the predicted class of each clip by head.
Predictions: TypeAlias = "dict[int, tuple[NDArray[np.int64], dict[str, NDArray[np.int64]]]]"


@dataclass(frozen=True)
class Difference:
    """Difference of two rows' clip F1 on the folds that both have.

    Attributes
    ----------
    first, second : str
        Names of the rows.
    folds, clips : int
        Number of common folds, and of their test clips.
    heads : dict of (float, float, float)
        By head: macro F1 of the first row minus that of the second over all these clips,
        -1..1, and the ends of the interval that contains `SHARE` of the bootstrap differences.
    """

    first: str
    second: str
    folds: int
    clips: int
    heads: dict[str, tuple[float, float, float]]


def compare_rows(study: LanguageStudy, workspace: Workspace) -> list[Difference]:
    """Compare languages of speech, pre-training with none, and methods of pre-training.

    Parameters
    ----------
    study : LanguageStudy
    workspace : Workspace
        Contains the predictions. Rows without any are omitted.

    Returns
    -------
    differences : list of Difference
    """
    rows: dict[str, Predictions] = {}
    for experiment in experiments(study):
        path = predictions_file(workspace, experiment)
        if path.exists() and experiment.fold is not None:
            rows.setdefault(experiment.row, {})[experiment.fold] = _predicted_classes(path)
    return [
        _difference(first, second, rows[first], rows[second])
        for first, second in _pairs(study)
        if first in rows and second in rows and rows[first].keys() & rows[second].keys()
    ]


def differences_table(differences: list[Difference]) -> str:
    """Return differences as a Markdown table."""
    names = ("first minus second", "folds", "clips", *HEAD_CLASSES)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for one in differences:
        cells = [f"{one.first} − {one.second}", str(one.folds), str(one.clips)]
        cells += [
            f"{value:+.3f} ({low:+.3f} to {high:+.3f})" for value, low, high in one.heads.values()
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _pairs(study: LanguageStudy) -> Iterator[tuple[str, str]]:
    def row(method: str, speech: str, setting: str) -> str:
        return Experiment(method, speech, setting, None).row

    for method in study.pretraining:
        for setting in study.settings:
            for first, second in combinations(study.speech, 2):
                yield row(method, first, setting), row(method, second, setting)
    for method in study.pretraining:
        for speech in study.speech:
            yield row(method, speech, FULL), row(SCRATCH, "", SCRATCH)
    for one, other in combinations(study.pretraining, 2):
        for speech in study.speech:
            yield row(one, speech, FULL), row(other, speech, FULL)


def _predicted_classes(path: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    quadrants, outputs = read_predictions(path)
    pooled = {head: np.array([pool(clip[head]) for clip in outputs]) for head in HEAD_CLASSES}
    return quadrants, {head: _to_classes(values) for head, values in pooled.items()}


def _to_classes(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return values.argmax(axis=1) if values.ndim == 2 else (values > 0).astype(np.int64)


def _difference(first: str, second: str, ours: Predictions, theirs: Predictions) -> Difference:
    folds = sorted(ours.keys() & theirs.keys())
    quadrants = np.concatenate([ours[fold][0] for fold in folds])
    generator = np.random.default_rng(SEED)
    clips = len(quadrants)
    drawn = generator.multinomial(clips, np.full(clips, 1 / clips), size=DRAWS)
    # The first set of weights is the clips themselves, once each.
    weights = np.concatenate([np.ones((1, clips)), drawn])
    heads: dict[str, Any] = {}
    for head, classes in HEAD_CLASSES.items():
        truth = classes_of(quadrants, head)
        f1 = [
            weighted_scores(truth, _concatenate(predictions, folds, head), len(classes), weights)[
                "f1"
            ]
            for predictions in (ours, theirs)
        ]
        by_draw = f1[0] - f1[1]
        low, high = np.quantile(by_draw[1:], [(1 - SHARE) / 2, (1 + SHARE) / 2])
        heads[head] = float(by_draw[0]), float(low), float(high)
    return Difference(first, second, len(folds), clips, heads)


def _concatenate(predictions: Predictions, folds: list[int], head: str) -> NDArray[np.int64]:
    return np.concatenate([predictions[fold][1][head] for fold in folds])
