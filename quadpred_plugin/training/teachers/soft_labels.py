"""Soft labels over time: what the teacher says of clips whose artist or song it didn't learn.

A clip's label has two parts. The clip-level teacher, which is the better judge, says what
the clip is as a whole; the window-level teacher says how 3 s of it differ from the rest.
Their product lets the label move within a clip without losing what holds for all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.teachers.classifier import (
    Classifier,
    Design,
    Probabilities,
    clip_weights,
    cross_fit,
    positive_arousal,
    positive_valence,
)
from quadpred_plugin.training.teachers.labelled_files import Example, inner_folds
from quadpred_plugin.training.teachers.windows import window_times

FOLDS = 5
SEED = 23
LOCAL_SHARE = 0.5
"""How much of a window's deviation from its clip is believed; the rest is taken for noise.

On 4Q, the deviations (of logarithms) of neighbouring windows without overlap correlate by 0.11,
where noise alone would give -0.1 in a clip of ten; they are a tenth of the variance of clips.
"""

FIT_EVERY = 9
"""Windows that the window-level teacher learns from: one in 4.5 s, since neighbours overlap."""

_LEAST = 1e-4


@dataclass(frozen=True)
class Labels:
    """Soft labels of clips, over time.

    Attributes
    ----------
    examples : list of Example
    offsets : ndarray of int, shape (clips + 1,)
        Clip *i* has rows ``offsets[i]`` to ``offsets[i + 1]``.
    quadrants : ndarray, shape (rows, 4)
        Probabilities over time.
    clip_quadrants : ndarray, shape (clips, 4)
        Probabilities of the whole clip.
    window_quadrants : ndarray, shape (rows, 4)
        What the window-level teacher says by itself.
    """

    examples: list[Example]
    offsets: NDArray[np.int64]
    quadrants: Probabilities
    clip_quadrants: Probabilities
    window_quadrants: Probabilities


def cross_fit_windows(
    design: Design,
    strength: float,
    rows: NDArray[np.float32],
    counts: NDArray[np.int64],
    examples: Sequence[Example],
    folds: int = FOLDS,
    seed: int = SEED,
) -> Probabilities:
    """Say each window's quadrant by a classifier that saw nothing of its clip's group.

    Parameters
    ----------
    design : Design
    strength : float
    rows : ndarray of float32, shape (windows, columns)
    counts : ndarray of int, shape (examples,)
        Rows of each example.
    examples : sequence of Example
    folds, seed : int
        As in `fitting.cross_fit`; the same deal of groups.

    Returns
    -------
    probabilities : ndarray, shape (windows, 4)
    """
    numbers = np.repeat(inner_folds(examples, folds, seed), counts)
    owners = np.repeat(np.arange(len(examples)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    said = np.empty((len(rows), 4))
    for number in range(folds):
        learned = np.flatnonzero((numbers != number) & (within % FIT_EVERY == 0))
        learners = [examples[owner] for owner in owners[learned]]
        fitted = Classifier(design, strength).fit(rows[learned], learners, clip_weights(learners))
        inside = np.flatnonzero(numbers == number)
        said[inside] = fitted.probabilities(
            rows[inside], [examples[owner] for owner in owners[inside]]
        )
    return said


def combine(
    clip_quadrants: Probabilities, window_quadrants: Probabilities, counts: NDArray[np.int64]
) -> Probabilities:
    """Let the clip's probabilities move as its windows do.

    Logarithms of the windows' probabilities, less their mean over the clip, are shrunk by
    `LOCAL_SHARE` and added to the logarithms of the clip's.

    Parameters
    ----------
    clip_quadrants : ndarray, shape (clips, 4)
    window_quadrants : ndarray, shape (windows, 4)
    counts : ndarray of int, shape (clips,)

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


def make_labels(
    design: Design,
    clip_strength: float,
    clip_rows: NDArray[np.float32],
    window_strength: float,
    window_rows: NDArray[np.float32],
    counts: NDArray[np.int64],
    examples: Sequence[Example],
) -> Labels:
    """Label examples by teachers that learned from the others.

    Parameters
    ----------
    design : Design
        Of both teachers.
    clip_strength : float
    clip_rows : ndarray of float32, shape (examples, columns)
    window_strength : float
    window_rows : ndarray of float32, shape (windows, columns)
    counts : ndarray of int, shape (examples,)
        Windows of each example.
    examples : sequence of Example
        All that may be learned from; each is labelled.
    """
    whole = cross_fit(design, clip_strength, clip_rows, examples, FOLDS, SEED)
    windows = cross_fit_windows(design, window_strength, window_rows, counts, examples)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return Labels(list(examples), offsets, combine(whole, windows, counts), whole, windows)


def write_labels(labels: Labels, folder: Path) -> list[Path]:
    """Write one file a corpus, ``<corpus>.npz``.

    Arrays: ``names`` and ``truth`` (0 to 3 for Q1 to Q4), shape (clips,); ``offsets``,
    (clips + 1,); over all clips' rows ``times`` (seconds from the clip's start to the
    middle of a window of 2.976 s, every 0.496 s), ``quadrants`` (rows, 4), ``arousal`` and
    ``valence`` (rows,), the probabilities that they are positive; ``clip_quadrants``,
    (clips, 4), and ``window_quadrants``, (rows, 4), as in `Labels`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for corpus in sorted({one.corpus for one in labels.examples}):
        chosen = [index for index, one in enumerate(labels.examples) if one.corpus == corpus]
        counts = np.diff(labels.offsets)
        rows = np.concatenate(
            [np.arange(labels.offsets[index], labels.offsets[index + 1]) for index in chosen]
        )
        quadrants = labels.quadrants[rows]
        arrays: Mapping[str, NDArray[Any]] = {
            "names": np.array([labels.examples[index].name for index in chosen]),
            "truth": np.array([labels.examples[index].quadrant for index in chosen]),
            "offsets": np.concatenate([[0], np.cumsum(counts[chosen])]),
            "times": np.concatenate([window_times(counts[index]) for index in chosen]),
            "quadrants": quadrants.astype(np.float32),
            "arousal": positive_arousal(quadrants).astype(np.float32),
            "valence": positive_valence(quadrants).astype(np.float32),
            "clip_quadrants": labels.clip_quadrants[chosen].astype(np.float32),
            "window_quadrants": labels.window_quadrants[rows].astype(np.float32),
        }
        path = folder / f"{corpus}.npz"
        write_atomically(path, partial(_save, arrays))
        written.append(path)
    return written


def _save(arrays: Mapping[str, Any], stream: IO[bytes]) -> None:
    np.savez(stream, **arrays)
