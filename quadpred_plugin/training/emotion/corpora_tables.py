"""Tables of models that were trained on all corpora, from the outputs of their folds."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.evaluation.curves import Curve, across_files, within_files
from quadpred_plugin.model.pooling import PLAIN_MEAN, pool
from quadpred_plugin.quadrants import DIMENSIONS
from quadpred_plugin.training.datasets import emopia, fourq, vgmidi
from quadpred_plugin.training.datasets.ratings import Ratings
from quadpred_plugin.training.emotion.fold_outputs import calibrated, quadrants_of, read_folds
from quadpred_plugin.training.emotion.level_curves import level_curve
from quadpred_plugin.training.emotion.scores import EXTREME, SMOOTHING, quadrant_of_degrees
from quadpred_plugin.training.emotion.track_outputs import outputs_file, read_outputs
from quadpred_plugin.training.evaluation.calibration import pooling_by_fold
from quadpred_plugin.training.evaluation.fold_tables import comparison_table, fold_rows
from quadpred_plugin.training.evaluation.scoring import Fold, HeadPooling, score_folds
from quadpred_plugin.training.midi.renditions import JUDGED_BY, validation_sets
from quadpred_plugin.training.runs.workspace import RENDERS, VGMIDI_RENDERS, Workspace

_SAD = 2
Models = Mapping[str, Sequence[Path]]
"""Folders of the folds' runs, by the name of the model."""


def corpora_tables(workspace: Workspace, models: Models, lag: float) -> str:
    """Return the tables of 4Q, of instruments, of ratings over time, and of degrees.

    Every clip and every piece is judged by the network that didn't learn from it, EMOPIA's
    validation part by the networks of all folds. Quadrants of a file are pooled as a user's
    file is, with a temperature and an offset that were fitted on 4Q's clips of other folds.

    Parameters
    ----------
    workspace : Workspace
    models : dict of sequence of Path
    lag : float
        Seconds by which listeners react late.

    Returns
    -------
    text : str
        Markdown.
    """
    clips = quadrants_of(workspace.tracks(fourq.NAME))
    ratings = vgmidi.read_ratings(workspace.folder(vgmidi.NAME))
    judged = [
        one
        for one in vgmidi.read_renders(workspace.folder(VGMIDI_RENDERS))
        if one.rendition == JUDGED_BY
    ]
    instruments = _instruments(workspace)
    rated = {one.name: _quadrant_of(ratings[one.clip]) for one in judged}
    pop: dict[str, list[dict[str, float]]] = {}
    timbres, degrees = [], []
    curves: dict[str, Callable[[str, str], Curve]] = {}
    for model, folders in models.items():
        folds = read_folds(folders, fourq.NAME, clips)
        pooling = [calibrated(one) for one in pooling_by_fold(folds)]
        pop[f"**{model}**"] = fold_rows(score_folds(folds, pooling))
        degrees.append(_degrees_row(model, "4Q", folds, pooling))
        for instrument, (tests, quadrants) in instruments.items():
            folds = read_folds(folders, tests, quadrants)
            timbres.append(_timbre_row(model, instrument, folds, pooling))
            degrees.append(_degrees_row(model, f"EMOPIA by {instrument}", folds, pooling))
        folds = read_folds(folders, vgmidi.NAME, rated)
        degrees.append(_degrees_row(model, "VGMIDI", folds, pooling))
        curves[f"**{model}**"] = _predicted_curves(folders)
    levels = {one.name: level_curve(one) for one in judged}
    curves["the level alone"] = lambda name, dimension: levels[name]
    curves["the time alone"] = lambda name, dimension: Curve(levels[name].times, levels[name].times)
    over_time = [
        _curves_row(title, {one.name: ratings[one.clip] for one in judged}, curve_of, lag)
        for title, curve_of in curves.items()
    ]
    over_time.append(_listeners_row([ratings[one.clip] for one in judged]))
    return "\n".join(
        [
            "### Pop: 4Q, by clip\n",
            comparison_table(pop),
            "### Instruments: EMOPIA's validation part, by clip\n",
            _table(
                ["model", "rendered by", "quadrants, F1", "arousal, accuracy", "recall of Q3"],
                timbres,
            ),
            "### Ratings over time: VGMIDI\n",
            _table(
                [
                    "predicted by",
                    *(f"{name}, across pieces" for name in DIMENSIONS),
                    *(f"{name}, within a piece" for name in DIMENSIONS),
                ],
                over_time,
            ),
            "### Degrees and calibration\n",
            _table(
                [
                    "model",
                    "tests",
                    *(f"{name} beyond ±{EXTREME}" for name in DIMENSIONS),
                    "calibration error of quadrants",
                ],
                degrees,
            ),
        ]
    )


def _instruments(workspace: Workspace) -> dict[str, tuple[str, dict[str, int | None]]]:
    """Return the test set and the quadrants of each instrument's renders, by instrument."""
    sets = validation_sets(emopia.read_renders(workspace.folder(RENDERS)))
    found: dict[str, tuple[str, dict[str, int | None]]] = {}
    for tests, tracks in sets.items():
        for track in tracks:
            _, quadrants = found.setdefault(track.rendition, (tests, {}))
            quadrants[track.name] = track.quadrant
    return found


def _quadrant_of(ratings: Ratings) -> int:
    """Return the quadrant of a piece's mean ratings, 0 to 3."""
    return quadrant_of_degrees(*(float(np.nanmean(getattr(ratings, name))) for name in DIMENSIONS))


def _timbre_row(
    model: str, instrument: str, folds: Sequence[Fold], pooling: Sequence[HeadPooling]
) -> list[str]:
    scores = score_folds(folds, pooling)["clip"]
    confusion = np.array(scores["quadrants"]["confusion"])
    values = [
        scores["quadrants"]["f1"],
        scores["arousal"]["accuracy"],
        confusion[_SAD, _SAD] / confusion[_SAD].sum(),
    ]
    return [f"**{model}**", instrument, *(f"{one:.3f}" for one in values)]


def _degrees_row(
    model: str, title: str, folds: Sequence[Fold], pooling: Sequence[HeadPooling]
) -> list[str]:
    clips = [clip for _, several in folds for clip in several]
    extreme = [
        np.mean([abs(pool(clip[name], PLAIN_MEAN)) > EXTREME for clip in clips])
        for name in DIMENSIONS
    ]
    error = score_folds(folds, pooling)["clip"]["quadrants"]["calibration_error"]
    return [f"**{model}**", title, *(f"{one:.0%}" for one in extreme), f"{error:.3f}"]


def _predicted_curves(folders: Sequence[Path]) -> Callable[[str, str], Curve]:
    outputs = read_outputs([outputs_file(one, vgmidi.NAME) for one in folders])

    def curve_of(name: str, dimension: str) -> Curve:
        (found,) = outputs[name]
        return Curve(found.times, found.heads[dimension])

    return curve_of


def _curves_row(
    title: str, ratings: Mapping[str, Ratings], curve_of: Callable[[str, str], Curve], lag: float
) -> list[str]:
    across, within = [], []
    for dimension in DIMENSIONS:
        rated = [Curve(one.times, getattr(one, dimension)) for one in ratings.values()]
        predicted = [curve_of(name, dimension) for name in ratings]
        across.append(across_files(rated, predicted)["pearson"])
        within.append(_mean(within_files(rated, predicted, lag, SMOOTHING)["pearson"]))
    return [title, *_cells((*across, *within))]


def _listeners_row(ratings: Sequence[Ratings]) -> list[str]:
    """Compare the mean of half of the listeners with that of the other half."""
    across, within = [], []
    for column in range(len(DIMENSIONS)):
        first, second = (
            [Curve(one.times, one.halves[half, :, column]) for one in ratings] for half in (0, 1)
        )
        across.append(across_files(first, second)["pearson"])
        within.append(_mean(within_files(first, second)["pearson"]))
    return ["half of the listeners", *_cells((*across, *within))]


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of the values that are defined, NaN if there is none."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else np.nan


def _cells(values: Sequence[float]) -> list[str]:
    return ["–" if np.isnan(one) else f"{one:.2f}" for one in values]


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, one))} |" for one in lines) + "\n"
