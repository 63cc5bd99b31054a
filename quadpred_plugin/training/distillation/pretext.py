"""Learning to hear before learning emotions: guessing what musicnn hears, or what is played."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.datasets.games import GAMES, read_pieces
from quadpred_plugin.training.distillation.auxiliary_targets import HINTS, Projection, read_hints
from quadpred_plugin.training.distillation.examples import PIANO, RENDERS, learned_renders
from quadpred_plugin.training.distillation.student import Lesson
from quadpred_plugin.training.features import cache_features
from quadpred_plugin.training.midi.note_features import KEYS, VALUES
from quadpred_plugin.training.midi.render_notes import read_played
from quadpred_plugin.training.midi.rendering import TRAINING_SOUNDFONTS
from quadpred_plugin.training.teachers.embeddings import cache_source
from quadpred_plugin.training.teachers.labelled_files import Example, read_renders, train_part
from quadpred_plugin.training.teachers.windows import window_times

# A long piece counts by its length: it is learned from in parts of half a minute.
_PART_SECONDS = 30
_LEAST_FRAMES = 62
# Every so many windows of games and of piano for the components.
_PROJECTION_STEPS = {GAMES.name: 2, PIANO: 4}
# Keys are many and say much the same; what hardly ever changes counts for little.
_KEY_WEIGHT, _VALUE_WEIGHT = 0.8, 1.3
_RARE = 0.02


def gather_listening(
    games: Path, renders: Path | None, work: Path, preprocessing: Preprocessing, jobs: int
) -> dict[str, Sequence[Lesson]]:
    """Gather unlabelled lessons: games' music and one render of each of EMOPIA's training clips.

    Parameters
    ----------
    games : Path
        Folder that `corpora.games.unpack` filled.
    renders : Path or None
        EMOPIA's ``renders.csv``; games alone without.
    work : Path
        Folder of caches.
    preprocessing : Preprocessing
    jobs : int
        Processes that compute features.

    Returns
    -------
    lessons : dict of list of Lesson
        By corpus; their quadrants are all zero.
    """
    corpora: dict[str, Sequence[Any]] = {GAMES.name: read_pieces(games)}
    if renders:
        corpora[PIANO] = one_render_each(read_renders(renders))
    hints: dict[str, list[NDArray[np.float32]]] = {}
    features: dict[str, list[Path]] = {}
    for corpus, files in corpora.items():
        folder = work / "features" / (RENDERS if corpus == PIANO else corpus)
        features[corpus] = cache_features(files, preprocessing, folder, jobs)
        paths = {
            source: cache_source(
                source, {one.name: one.path for one in files}, corpus, work / "teacher", jobs
            )
            for source in HINTS
        }
        hints[corpus] = [
            read_hints({source: paths[source][one.name] for source in HINTS}) for one in files
        ]
    projection = Projection(
        [one[:: _PROJECTION_STEPS[corpus]] for corpus, several in hints.items() for one in several]
    )
    return {
        corpus: [
            part
            for path, one in zip(features[corpus], hints[corpus])
            for part in cut_parts(np.load(path), projection(one), preprocessing)
        ]
        for corpus in corpora
    }


def gather_played(
    renders: Path, work: Path, preprocessing: Preprocessing, jobs: int
) -> dict[str, Sequence[Lesson]]:
    """Gather lessons on what is played: all renders of EMOPIA's training clips, without labels.

    Those by the soundfont that is held back aren't among them.

    Parameters
    ----------
    renders : Path
        EMOPIA's ``renders.csv``, of which `played.describe_renders` has told what is played.
    work : Path
        Folder of caches.
    preprocessing : Preprocessing
    jobs : int
        Processes that compute features.

    Returns
    -------
    lessons : dict of list of Lesson
        By corpus; their quadrants are all zero.
    """
    examples = learned_renders(read_renders(renders), final=False)
    paths = cache_features(examples, preprocessing, work / "features" / RENDERS, jobs)
    played = read_played(work)
    rows = [
        np.hstack([np.sqrt(played[one.name].keys), played[one.name].values]) for one in examples
    ]
    every = np.concatenate(rows)
    mean, deviation = every.mean(axis=0), every.std(axis=0) + _RARE
    weights = np.concatenate([np.full(KEYS, _KEY_WEIGHT), np.full(VALUES, _VALUE_WEIGHT)])
    nothing = np.zeros((1, len(QUADRANTS)))
    return {
        PIANO: [
            Lesson(
                np.load(path),
                None,
                np.zeros(1),
                nothing,
                np.asarray((its_rows - mean) / deviation * weights, dtype=np.float32),
                played[one.name].times,
            )
            for one, path, its_rows in zip(examples, paths, rows)
        ]
    }


def one_render_each(examples: Sequence[Example]) -> list[Example]:
    """Choose one plain render of each training clip: the first, whose soundfonts change."""
    first: dict[str, Example] = {}
    for one in train_part(examples, None):
        if one.soundfont in TRAINING_SOUNDFONTS:
            first.setdefault(one.clip, one)
    return list(first.values())


def cut_parts(
    features: NDArray[np.float16], hints: NDArray[np.float32], preprocessing: Preprocessing
) -> list[Lesson]:
    """Cut a piece into unlabelled lessons of half a minute, each with its hints.

    Parameters
    ----------
    features : ndarray of float16, shape (frames, bands)
    hints : ndarray of float32, shape (windows, components)
        Over the piece, on the teacher's grid.
    preprocessing : Preprocessing
    """
    seconds = preprocessing.frame_seconds
    size = round(_PART_SECONDS / seconds)
    times = window_times(len(hints))
    nothing = np.zeros((1, 4))
    parts = []
    for start in range(0, max(1, len(features) - _LEAST_FRAMES), size):
        part = features[start : start + size]
        near = np.abs(times - (start + len(part) / 2) * seconds) <= _PART_SECONDS / 2 + 1
        if len(part) >= _LEAST_FRAMES and near.any():
            begun = times[near] - start * seconds
            parts.append(Lesson(part, None, np.zeros(1), nothing, hints[near], begun))
    return parts
