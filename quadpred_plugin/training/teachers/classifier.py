"""Logistic regression of the quadrants from rows of features, with cross-fitting."""

import warnings
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.splits import inner_folds
from quadpred_plugin.training.targets import track_quadrants

Rows: TypeAlias = "NDArray[np.float32]"
Probabilities: TypeAlias = "NDArray[np.float64]"

STRENGTHS = (1.0, 3.0, 10.0)
"""Inverse regularisation that inner cross-validation chooses from, times the number of columns.

The squared length of a standardised row is about the number of columns, so the same values
serve two columns and two thousand.
"""

INNER_FOLDS = 3
INNER_SEED = 11
_MOST_ITERATIONS = 200


class Classifier:
    """Logistic regression on standardised rows.

    Parameters
    ----------
    strength : float
        Inverse regularisation, times the number of columns.
    """

    def __init__(self, strength: float) -> None:
        self._strength = strength
        self._fitted: Any = None
        self._mean: Any = 0.0
        self._scale: Any = 1.0

    def fit(self, rows: Rows, tracks: Sequence[Track]) -> "Classifier":
        """Fit to the tracks' quadrants, with the weights of `clip_weights`.

        Parameters
        ----------
        rows : ndarray of float32, shape (rows, columns)
        tracks : sequence of Track
            Labelled; the track of each row. A track may have several rows.
        """
        from sklearn.linear_model import LogisticRegression

        self._mean, self._scale = rows.mean(axis=0), rows.std(axis=0)
        self._scale = np.where(self._scale > 0, self._scale, 1)
        self._fitted = LogisticRegression(
            C=self._strength / rows.shape[1], max_iter=_MOST_ITERATIONS
        )
        with warnings.catch_warnings():
            # The limit of iterations regularises, too.
            warnings.filterwarnings("ignore", message=".*failed to converge.*")
            self._fitted.fit(self._standardise(rows), track_quadrants(tracks), clip_weights(tracks))
        return self

    def _standardise(self, rows: Rows) -> Rows:
        return ((rows - self._mean) / self._scale).astype(np.float32)

    def predict(self, rows: Rows) -> Probabilities:
        """Return the probabilities of the quadrants, shape (rows, 4)."""
        probabilities = np.zeros((len(rows), len(QUADRANTS)))
        predicted = self._fitted.predict_proba(self._standardise(rows))
        probabilities[:, self._fitted.classes_] = predicted
        return probabilities


def clip_weights(tracks: Sequence[Track]) -> NDArray[np.float64]:
    """Return weights that sum to one over the rows of each clip, shape (rows,)."""
    _, clips, counts = np.unique(
        [track.clip for track in tracks], return_inverse=True, return_counts=True
    )
    return 1 / counts[clips]


def choose_strength(rows: Rows, tracks: Sequence[Track]) -> float:
    """Return the strength with the lowest cross-entropy in inner cross-validation by group."""
    folds = inner_folds(tracks, INNER_FOLDS, INNER_SEED)
    losses = [
        cross_entropy(cross_fit(strength, rows, tracks, folds), tracks) for strength in STRENGTHS
    ]
    return STRENGTHS[int(np.argmin(losses))]


def cross_fit(
    strength: float,
    rows: Rows,
    tracks: Sequence[Track],
    folds: NDArray[np.int64],
    fitted: NDArray[np.bool_] | None = None,
) -> Probabilities:
    """Predict each row by a classifier that was fitted on the other folds.

    Parameters
    ----------
    strength : float
    rows : ndarray of float32, shape (rows, columns)
    tracks : sequence of Track
        The track of each row.
    folds : ndarray of int, shape (rows,)
        From `splits.inner_folds`: all rows of a group have the same number.
    fitted : ndarray of bool, shape (rows,), optional
        Whether classifiers are fitted on a row; on all rows if None.

    Returns
    -------
    probabilities : ndarray, shape (rows, 4)
    """
    usable = np.ones(len(rows), dtype=bool) if fitted is None else fitted
    probabilities = np.empty((len(rows), len(QUADRANTS)))
    for fold in np.unique(folds):
        train = (folds != fold) & usable
        train_tracks = [track for track, used in zip(tracks, train) if used]
        classifier = Classifier(strength).fit(rows[train], train_tracks)
        probabilities[folds == fold] = classifier.predict(rows[folds == fold])
    return probabilities


def cross_entropy(probabilities: Probabilities, tracks: Sequence[Track]) -> float:
    """Return the mean cross-entropy of the labels, nats; every clip counts the same."""
    predicted = probabilities[np.arange(len(tracks)), track_quadrants(tracks)]
    losses = -np.log(np.clip(predicted, 1e-6, 1))
    return float(np.average(losses, weights=clip_weights(tracks)))
