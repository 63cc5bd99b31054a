"""The embedding teacher: soft labels of 4Q from embeddings of musicnn and vibenet.

A soft label combines two cross-fitted classifiers, neither of which was fitted on the track's
artist. The clip-level one, which is more accurate, predicts the track as a whole; the window-level
one predicts how windows of 3 s deviate from it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.training.datasets.emopia import read_renders
from quadpred_plugin.training.datasets.fourq import NAME
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.runs.record import Record, Run, digests_of, open_run
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from quadpred_plugin.training.splits import fold_numbers, inner_folds
from quadpred_plugin.training.teachers.baselines import score_baselines, score_runs, write_results
from quadpred_plugin.training.teachers.classifier import (
    INNER_FOLDS,
    INNER_SEED,
    STRENGTHS,
    Probabilities,
    Rows,
    choose_strength,
    cross_fit,
)
from quadpred_plugin.training.teachers.embeddings import SOURCES, cache_embeddings
from quadpred_plugin.training.teachers.feature_blocks import (
    NETWORKS,
    WINDOW_ARRAYS,
    EmbeddingFiles,
    clip_rows,
    window_rows,
)
from quadpred_plugin.training.teachers.soft_labels import (
    STEP,
    embedding_labels,
    write_soft_labels,
)
from quadpred_plugin.training.teachers.windows import window_times

FOLDS = 5
SEED = 23
LOCAL_SHARE = 0.5
"""Factor of a window's deviation from its clip, most of which is noise.

On 4Q, the deviations (of logarithms) of neighbouring windows without overlap correlate by 0.11,
where noise alone would give -0.1 in a clip of ten; they are a tenth of the variance of clips.
"""

FIT_EVERY = 9
"""The window-level classifier is fitted on one window in 4.5 s, since neighbours overlap."""

_LEAST = 1e-4


def train_teacher(workspace: Workspace, jobs: int | None, report: Callable[[str], None]) -> str:
    """Write soft labels for each fold, and score the baselines.

    Complete folds and scores of an earlier call with the same tracks are kept.

    Parameters
    ----------
    workspace : Workspace
        With 4Q's folder. With EMOPIA's ``renders.csv``, the baselines are scored on the
        renders of its validation part, too; no classifier is fitted on them. Gets the files of
        `soft_labels.embedding_labels`, and ``results.json`` and ``results.md`` beside them.
    jobs : int or None
        Processes that compute embeddings; all cores if None.
    report : callable
        Called with a line on each step.

    Returns
    -------
    table : str
        Scores of the baselines, in Markdown.

    Raises
    ------
    QuadpredError
        If a table or a track can't be read, or an earlier run had other tracks or settings.
    """
    tracks = workspace.tracks(NAME)
    train = {
        fold: [track for track in tracks if fold is None or track.fold != fold]
        for fold in (*fold_numbers(tracks), None)
    }
    table = workspace.data.get(RENDERS)
    renders = [one for one in read_renders(table) if one.part == "validation"] if table else []
    # Runs are opened first, so that one with another record fails before the long computation.
    runs = {fold: _open_run(workspace, train[fold], fold) for fold in train}
    files = _embed([tracks, renders], workspace.work, jobs, report)
    for fold, run in runs.items():
        path = embedding_labels(workspace.work, fold)
        if not path.exists():
            label_tracks(train[fold], files, path)
            report(f"{run.folder.name}: soft labels of {len(train[fold])} tracks")
    results = score_baselines(workspace, tracks, renders, files)
    return write_results(results, workspace.work)


def _open_run(workspace: Workspace, tracks: Sequence[Track], fold: int | None) -> Run:
    settings = {
        "classifier": "logistic regression",
        "strengths": STRENGTHS,
        "inner_folds": INNER_FOLDS,
        "inner_seed": INNER_SEED,
        "clip_features": [asdict(block) for block in NETWORKS],
        "window_features": WINDOW_ARRAYS,
        "folds": FOLDS,
        "seed": SEED,
        "local_share": LOCAL_SHARE,
        "fit_every": FIT_EVERY,
    }
    record = Record(STEP, settings, digests_of({"train": tracks}))
    return open_run(embedding_labels(workspace.work, fold).parent, record)


def teacher_runs(workspace: Workspace) -> list[Path]:
    """Return the folders of all runs of the teacher: each fold's labels, and the scores."""
    folds = (*fold_numbers(workspace.tracks(NAME)), None)
    labels = [embedding_labels(workspace.work, fold).parent for fold in folds]
    return labels + score_runs(workspace)


def _embed(
    datasets: Sequence[Sequence[Track]],
    work: Path,
    jobs: int | None,
    report: Callable[[str], None],
) -> dict[str, EmbeddingFiles]:
    """Return the files of embeddings of several datasets' tracks, by the track's name."""
    files: dict[str, dict[str, Path]] = {track.name: {} for one in datasets for track in one}
    for tracks in filter(None, datasets):
        for source in SOURCES:
            report(f"{source}: embeddings of {len(tracks)} tracks of {tracks[0].dataset}")
            for track, path in zip(tracks, cache_embeddings(source, tracks, work, jobs)):
                files[track.name][source] = path
    return {**files}


def label_tracks(tracks: Sequence[Track], files: Mapping[str, EmbeddingFiles], path: Path) -> None:
    """Write soft labels of tracks, each from classifiers fitted on other artists' tracks.

    Parameters
    ----------
    tracks : sequence of Track
    files : dict of dict of Path
        Embeddings by the track's name and by source.
    path : Path
        Of the .npz file, as `soft_labels.write_soft_labels` writes it.
    """
    its_files = [files[track.name] for track in tracks]
    windows, counts = window_rows(its_files)
    quadrants, clip_quadrants = soft_labels(clip_rows(NETWORKS, its_files), windows, counts, tracks)
    write_soft_labels(
        path,
        [track.name for track in tracks],
        [window_times(count) for count in counts],
        np.split(quadrants, np.cumsum(counts)[:-1]),
        clip_quadrants,
    )


def soft_labels(
    rows: Rows, windows: Rows, counts: NDArray[np.int64], tracks: Sequence[Track]
) -> tuple[Probabilities, Probabilities]:
    """Cross-fit both classifiers by artist, and combine their predictions.

    Parameters
    ----------
    rows : ndarray of float32, shape (tracks, columns)
    windows : ndarray of float32, shape (windows, columns)
        Of all tracks, in order.
    counts : ndarray of int, shape (tracks,)
        Windows of each track.
    tracks : sequence of Track

    Returns
    -------
    quadrants : ndarray, shape (windows, 4)
    clip_quadrants : ndarray, shape (tracks, 4)
    """
    folds = inner_folds(tracks, FOLDS, SEED)
    clip_quadrants = cross_fit(choose_strength(rows, tracks), rows, tracks, folds)
    owners = np.repeat(np.arange(len(tracks)), counts)
    window_tracks = [tracks[owner] for owner in owners.tolist()]
    within = np.arange(len(windows)) - np.repeat(np.cumsum(counts) - counts, counts)
    fitted = within % FIT_EVERY == 0
    strength = choose_strength(
        windows[fitted], [track for track, used in zip(window_tracks, fitted) if used]
    )
    window_quadrants = cross_fit(strength, windows, window_tracks, folds[owners], fitted)
    return combine(clip_quadrants, window_quadrants, counts), clip_quadrants


def combine(
    clip_quadrants: Probabilities, window_quadrants: Probabilities, counts: NDArray[np.int64]
) -> Probabilities:
    """Combine clip-level probabilities with the deviations of windows.

    Logarithms of the windows' probabilities, minus their mean over the clip, are multiplied
    by `LOCAL_SHARE` and added to the logarithms of the clip's.

    Parameters
    ----------
    clip_quadrants : ndarray, shape (clips, 4)
    window_quadrants : ndarray, shape (windows, 4)
    counts : ndarray of int, shape (clips,)
        Windows of each clip.

    Returns
    -------
    quadrants : ndarray, shape (windows, 4)
    """
    starts = np.cumsum(counts) - counts
    logarithms = np.log(np.maximum(window_quadrants, _LEAST))
    means = np.add.reduceat(logarithms, starts) / counts[:, np.newaxis]
    whole = np.log(np.maximum(clip_quadrants, _LEAST))
    moved = np.repeat(whole - LOCAL_SHARE * means, counts, axis=0) + LOCAL_SHARE * logarithms
    moved = np.exp(moved - moved.max(axis=1, keepdims=True))
    combined: Probabilities = moved / moved.sum(axis=1, keepdims=True)
    return combined
