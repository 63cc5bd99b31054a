"""The note teacher: soft labels of EMOPIA's renders from the notes of their MIDI files.

Gradient-boosted trees classify a window's note features, together with their means over a few
seconds around it. Notes predict a piano clip's quadrant more accurately than any network tried
predicts it from audio. Each song is labelled by trees that were fitted on other songs.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.evaluation.classification import score
from quadpred_plugin.training.cache import file_digest
from quadpred_plugin.training.datasets.emopia import NAME, read_renders, without_validation_songs
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.midi.note_features import NoteFeatures
from quadpred_plugin.training.midi.render_notes import note_features_by_render
from quadpred_plugin.training.midi.renditions import one_render_each
from quadpred_plugin.training.runs.record import Record, digests_of, open_run
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from quadpred_plugin.training.splits import inner_folds
from quadpred_plugin.training.targets import track_quadrants
from quadpred_plugin.training.teachers.soft_labels import note_labels, write_soft_labels

FOLDS = 5
SEED = 29
AROUND = 6
"""Windows before and after one whose mean is added: three seconds each way."""

TREES: Mapping[str, Any] = {
    "max_depth": 4,
    "learning_rate": 0.06,
    "max_iter": 100,
    "l2_regularization": 1.0,
    "class_weight": "balanced",
    "early_stopping": False,
}
"""Parameters of scikit-learn's `HistGradientBoostingClassifier`."""

Rows: TypeAlias = "NDArray[np.float64]"


def train_note_teacher(
    workspace: Workspace, jobs: int | None, report: Callable[[str], None]
) -> Path:
    """Write soft labels of all renders that students may be trained on.

    Labels of an earlier call with the same files are kept.

    Parameters
    ----------
    workspace : Workspace
        With EMOPIA's folder and its ``renders.csv``.
    jobs : int or None
        Processes that compute bands, which give the renders' lengths; all cores if None.
    report : callable
        Called with a line on each F1.

    Returns
    -------
    path : Path
        Of the .npz file, at `soft_labels.note_labels`.

    Raises
    ------
    QuadpredError
        If a table, a render or a MIDI file can't be read, or an earlier run had other files or
        settings.
    """
    table = workspace.folder(RENDERS)
    renders = read_renders(table)
    preprocessing = Preprocessing()
    path = note_labels(workspace.work)
    record = Record(
        "notes",
        {"folds": FOLDS, "seed": SEED, "around": AROUND, "trees": dict(TREES)},
        digests_of({"notes": workspace.tracks(NAME), "renders": renders}),
        preprocessing.hash,
        {"renders": file_digest(table)},
    )
    open_run(path.parent, record)
    if not path.exists():
        features = note_features_by_render(workspace, preprocessing, jobs)
        label_renders(renders, features, path, report)
    return path


def label_renders(
    renders: Sequence[Track],
    features: Mapping[str, NoteFeatures],
    path: Path,
    report: Callable[[str], None],
) -> None:
    """Write soft labels of renders, each from trees that were fitted on other songs.

    The trees are fitted on one render as written of each clip.

    Parameters
    ----------
    renders : sequence of Track
        Those of songs in the validation part are only scored.
    features : dict of NoteFeatures
        By the render's name.
    path : Path
        Of the .npz file, as `soft_labels.write_soft_labels` writes it. Clip-level labels are
        means over the windows.
    report : callable
        Called with a line on the F1 of the cross-fitted trees, and of all together on the
        validation part.
    """
    labelled = without_validation_songs(renders)
    written = one_render_each(labelled)
    songs = [track.group for track in written]
    folds = dict(zip(songs, inner_folds(written, FOLDS, SEED).tolist()))
    predicted: dict[str, Rows] = {}
    for fold in sorted(set(folds.values())):
        trees = _fit([one for one in written if folds[one.group] != fold], features)
        for one in labelled:
            if folds[one.group] == fold:
                predicted[one.name] = _predict(trees, features[one.name])
    report(f"cross-fitted: {_f1(written, [predicted[one.name] for one in written])}")
    if validation := [one for one in renders if one.part == "validation"]:
        trees = _fit(written, features)
        outputs = [_predict(trees, features[one.name]) for one in validation]
        report(f"validation part: {_f1(validation, outputs)}")
    write_soft_labels(
        path,
        [one.name for one in labelled],
        [features[one.name].times for one in labelled],
        [predicted[one.name] for one in labelled],
        np.stack([predicted[one.name].mean(axis=0) for one in labelled]),
    )


def in_context(values: NDArray[np.floating]) -> Rows:
    """Append to each window's values their mean over three seconds before and after.

    Parameters
    ----------
    values : ndarray, shape (windows, columns)

    Returns
    -------
    rows : ndarray, shape (windows, 2 * columns)
    """
    count = len(values)
    until = np.concatenate([np.zeros_like(values[:1], np.float64), values.cumsum(0, np.float64)])
    first = np.maximum(np.arange(count) - AROUND, 0)
    last = np.minimum(np.arange(count) + AROUND + 1, count)
    means = (until[last] - until[first]) / (last - first)[:, np.newaxis]
    return np.hstack([values, means])


def _fit(renders: Sequence[Track], features: Mapping[str, NoteFeatures]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows = [in_context(features[one.name].values) for one in renders]
    quadrants = np.repeat(track_quadrants(renders), [len(one) for one in rows])
    return HistGradientBoostingClassifier(**TREES).fit(np.concatenate(rows), quadrants)


def _predict(trees: Any, features: NoteFeatures) -> Rows:
    probabilities: Rows = trees.predict_proba(in_context(features.values))
    return probabilities


def _f1(renders: Sequence[Track], outputs: Sequence[Rows]) -> str:
    means = np.stack([one.mean(axis=0) for one in outputs])
    figures = score(track_quadrants(renders), means.argmax(axis=1), means.shape[1])
    return f"quadrants F1 {figures['f1']:.3f} over {len(renders)} renders"
