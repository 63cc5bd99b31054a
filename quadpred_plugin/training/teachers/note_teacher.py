"""A teacher of piano, who reads the notes that a student only hears.

A window's notes, and those of a few seconds around it, tell its clip's quadrant better than
what any network hears in the audio. A student never sees them: it learns what this teacher
says of each window. Only clips of songs that it didn't learn from are labelled.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.evaluation.scoring import score
from quadpred_plugin.training.midi.note_features import Played
from quadpred_plugin.training.teachers.labelled_files import Example, inner_folds, train_part

FOLDS = 5
_SEED = 29
# Windows before and after that a window is seen among: three seconds each way.
_AROUND = 6

Rows = NDArray[np.float64]


def in_context(values: NDArray[np.floating]) -> Rows:
    """Set beside each window's values their mean over three seconds before and after.

    Parameters
    ----------
    values : ndarray, shape (windows, columns)

    Returns
    -------
    rows : ndarray, shape (windows, 2 * columns)
    """
    count = len(values)
    until = np.concatenate([np.zeros_like(values[:1], np.float64), values.cumsum(0, np.float64)])
    first = np.maximum(np.arange(count) - _AROUND, 0)
    last = np.minimum(np.arange(count) + _AROUND + 1, count)
    means = (until[last] - until[first]) / (last - first)[:, np.newaxis]
    return np.hstack([values, means])


def _fit(examples: Sequence[Example], played: Mapping[str, Played]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows = [in_context(played[one.name].values) for one in examples]
    quadrants = np.repeat([one.quadrant for one in examples], [len(one) for one in rows])
    classifier = HistGradientBoostingClassifier(
        max_depth=4,
        learning_rate=0.06,
        max_iter=100,
        l2_regularization=1.0,
        class_weight="balanced",
        early_stopping=False,
    )
    return classifier.fit(np.concatenate(rows), quadrants)


def _as_written(examples: Sequence[Example]) -> list[Example]:
    """Return one render of each clip: the first, which is played as it is written."""
    first: dict[str, Example] = {}
    for one in examples:
        first.setdefault(one.clip, one)
    return list(first.values())


def label_piano(
    examples: Sequence[Example],
    played: Mapping[str, Played],
    path: Path,
    report: Callable[[str], None],
) -> None:
    """Label the windows of all renders that train, each by a teacher that didn't learn its song.

    Parameters
    ----------
    examples : sequence of Example
        EMOPIA's renders; a clip's first is played as it is written.
    played : dict of Played
        By the render's name.
    path : Path
        Gets an .npz for `lessons.Teacher`: ``names``, ``offsets``, and over all windows
        ``times`` (s) and ``quadrants`` (windows, 4); ``clip_quadrants`` (renders, 4), their
        means.
    report : callable
        Called with a line on how often the teachers are right: about the songs that they
        didn't learn from, and, one of all of them, about the validation part.
    """
    learned = train_part(examples, None)
    written = _as_written(learned)
    song_folds = dict(zip((one.group for one in written), inner_folds(written, FOLDS, _SEED)))
    said: dict[str, Rows] = {}
    for fold in range(FOLDS):
        teacher = _fit([one for one in written if song_folds[one.group] != fold], played)
        for one in learned:
            if song_folds[one.group] == fold:
                said[one.name] = teacher.predict_proba(in_context(played[one.name].values))
    report(f"songs in turns: {_figures(written, [said[one.name] for one in written])}")
    if validation := [one for one in examples if one.part == "val"]:
        teacher = _fit(written, played)
        words = [teacher.predict_proba(in_context(played[one.name].values)) for one in validation]
        report(f"validation part: {_figures(validation, words)}")
    windows = [len(said[one.name]) for one in learned]
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {
        "names": np.array([one.name for one in learned]),
        "offsets": np.concatenate([[0], np.cumsum(windows)]),
        "times": np.concatenate([played[one.name].times for one in learned]),
        "quadrants": np.concatenate([said[one.name] for one in learned]).astype(np.float32),
        "clip_quadrants": np.stack([said[one.name].mean(axis=0) for one in learned]),
    }
    write_atomically(path, partial(_write, arrays))


def _write(arrays: Mapping[str, Any], stream: IO[Any]) -> None:
    np.savez(stream, **arrays)


def _figures(examples: Sequence[Example], words: Sequence[Rows]) -> str:
    truth = np.array([one.quadrant for one in examples])
    means = np.stack([one.mean(axis=0) for one in words])
    figures = score(truth, means.argmax(axis=1), means.shape[1])
    return f"quadrants F1 {figures['f1']:.3f} over {len(truth)} clips"
