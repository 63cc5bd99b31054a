"""How far predictions change when music is resampled, coded or filtered in another way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.classification import HEAD_CLASSES
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.model.pooling import PLAIN_MEAN, pool
from quadpred_plugin.training.datasets.fourq import FULL_BAND_TABLE, NAME, full_band_tracks
from quadpred_plugin.training.datasets.labels import TABLE
from quadpred_plugin.training.degradations.variants import VARIANTS
from quadpred_plugin.training.evaluation.scoring import HeadPooling, score_clips
from quadpred_plugin.training.evaluation.variant_predictions import (
    COPY,
    UNTOUCHED,
    ClipFiles,
    cache_variants,
    read_prediction,
)
from quadpred_plugin.training.runs.workspace import Workspace
from quadpred_plugin.training.targets import track_quadrants

Frames: TypeAlias = Mapping[str, NDArray[Any]]
"""A prediction by `variant_predictions.read_prediction`."""


@dataclass(frozen=True)
class Change:
    """Differences of the predictions for changed clips from those for the clips themselves.

    Attributes
    ----------
    files, frames : float
        Share whose most probable quadrant is another one, 0..1.
    arousal, valence : float
        Mean absolute difference by file, 0..2.
    """

    files: float
    frames: float
    arousal: float
    valence: float


def compare_predictions(
    before: Sequence[Frames],
    after: Sequence[Frames],
    start: float = 0.0,
    pooling: HeadPooling | None = None,
) -> Change:
    """Compare predictions for the same clips.

    Parameters
    ----------
    before, after : sequence of dict of ndarray
        For the clips, and for their changed versions, in the same order.
    start : float
        Seconds that the changed versions lack at their start. Each of their frames is compared
        with that of the clip which is nearest in time.
    pooling : dict of Pooling, optional
        The model's, by head; the plain mean where there is none.
    """
    pooled = [[_pooled(one, pooling or {}) for one in several] for several in (before, after)]
    flips = [_flips(one, other, start) for one, other in zip(before, after, strict=True)]
    pairs = list(zip(*pooled, strict=True))
    return Change(
        files=float(
            np.mean([a["quadrants"].argmax() != b["quadrants"].argmax() for a, b in pairs])
        ),
        frames=float(np.mean(np.concatenate(flips))),
        arousal=float(np.mean([abs(a["arousal"] - b["arousal"]) for a, b in pairs])),
        valence=float(np.mean([abs(a["valence"] - b["valence"]) for a, b in pairs])),
    )


def _pooled(frames: Frames, pooling: HeadPooling) -> dict[str, Any]:
    return {head: pool(frames[head], pooling.get(head, PLAIN_MEAN)) for head in HEAD_CLASSES}


def _flips(before: Frames, after: Frames, start: float) -> NDArray[np.bool_]:
    """Return for each frame of the changed version whether its quadrant is another one."""
    times = after["times"] + start
    nearest = np.abs(times[:, np.newaxis] - before["times"]).argmin(axis=1)
    flips: NDArray[np.bool_] = before["quadrants"].argmax(axis=1)[nearest] != after[
        "quadrants"
    ].argmax(axis=1)
    return flips


def stability_tables(
    cards: Sequence[ModelCard],
    workspace: Workspace,
    count: int | None,
    jobs: int,
    report: Callable[[int, int], None],
) -> str:
    """Predict 4Q's full-band clips and their changed versions, and return each model's table.

    Parameters
    ----------
    cards : sequence of ModelCard
    workspace : Workspace
        With 4Q.
    count : int or None
        Of clips, the first in the order of the dataset; all if None.
    jobs : int
        Processes.
    report : callable
        Called with the number of finished clips and the total.

    Returns
    -------
    text : str
        Markdown.

    Raises
    ------
    QuadpredError
        If there is no full-band clip, or one can't be read or predicted.
    """
    copies = {track.name: track for track in workspace.tracks(NAME)}
    folder = workspace.folder(NAME)
    tracks = full_band_tracks(copies.values(), folder)[:count]
    if not tracks:
        raise QuadpredError(f"{folder / FULL_BAND_TABLE} has no clip of {folder / TABLE}.")
    clips = [ClipFiles(track.path, copies[track.name].path) for track in tracks]
    files = cache_variants(cards, clips, workspace.work, jobs, report)
    return "\n".join(
        stability_table(
            card.name,
            track_quadrants(tracks),
            {
                version: [read_prediction(one[version]) for one in of_model]
                for version in of_model[0]
            },
            card.pooling,
        )
        for card, of_model in zip(cards, files, strict=True)
    )


def stability_table(
    name: str,
    quadrants: NDArray[np.int64],
    predictions: Mapping[str, Sequence[Frames]],
    pooling: HeadPooling,
) -> str:
    """Return a model's table.

    Parameters
    ----------
    name : str
        The model's.
    quadrants : ndarray of int, shape (clips,)
        Labels, 0 to 3.
    predictions : dict of sequence of dict of ndarray
        By version, for each clip.
    pooling : dict of Pooling
        The model's, by head.

    Returns
    -------
    text : str
        Markdown.
    """
    lines = [
        f"### {name}, {len(quadrants)} clips",
        "",
        "| change | files of another quadrant | frames of another quadrant "
        "| difference of arousal | of valence |",
        "|---|---|---|---|---|",
    ]
    for version in (*VARIANTS, COPY):
        start = VARIANTS[version].start if version in VARIANTS else 0.0
        one = compare_predictions(predictions[UNTOUCHED], predictions[version], start, pooling)
        lines.append(
            f"| {version} | {one.files:.1%} | {one.frames:.1%} "
            f"| {one.arousal:.3f} | {one.valence:.3f} |"
        )
    scores = {
        version: score_clips(quadrants, [dict(one) for one in predictions[version]], pooling)
        for version in (UNTOUCHED, COPY)
    }
    full_band, copies = (one["clip"]["quadrants"]["f1"] for one in scores.values())
    lines += [
        "",
        f"Macro F1 of quadrants by clip: {full_band:.3f} for full-band files, {copies:.3f} for "
        "copies at 16 kHz.",
        "",
    ]
    return "\n".join(lines)
