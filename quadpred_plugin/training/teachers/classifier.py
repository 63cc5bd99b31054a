"""Classifiers of the quadrants over rows of features, of one corpus or of two."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.training.teachers.labelled_files import Example, inner_folds

Rows = NDArray[np.float32]
Probabilities = NDArray[np.float64]

CLASSES = len(QUADRANTS)
STRENGTHS = {
    "logistic regression": (1.0, 3.0, 10.0),
    "support vector machine": (0.5, 1.0, 2.0),
    "majority": (1.0,),
}
"""Inverse regularisation that inner cross-validation chooses from, by kind of classifier.

For logistic regression by the number of columns: a standardised row's squared length is
about that, so that one choice serves two columns and two thousand.
"""

_INNER_FOLDS = 3
_INNER_SEED = 11
_CALIBRATION_FOLDS = 3


@dataclass(frozen=True)
class Design:
    """What a classifier is, before it is fitted.

    Attributes
    ----------
    kind : str
        A name of `STRENGTHS`.
    by_corpus : bool
        Whether each feature also has weights for one corpus alone beside those in common.
    """

    kind: str = "logistic regression"
    by_corpus: bool = False


class Classifier:
    """Probabilities of the quadrants from rows of features.

    Parameters
    ----------
    design : Design
    strength : float
        Inverse regularisation.

    References
    ----------
    H. Daumé III, "Frustratingly easy domain adaptation", ACL 2007 (weights in common and
    of each corpus).
    """

    def __init__(self, design: Design, strength: float) -> None:
        self._design = design
        self._strength = strength
        self._corpora: list[str] = []
        self._fitted: Any = None
        self._mean: Any = 0.0
        self._scale: Any = 1.0

    def fit(
        self, rows: Rows, examples: Sequence[Example], weights: NDArray[np.float64] | None = None
    ) -> "Classifier":
        """Fit to the examples' quadrants.

        Parameters
        ----------
        rows : ndarray of float32, shape (examples, columns)
        examples : sequence of Example
            One a row; an example may have several rows.
        weights : ndarray, shape (examples,), optional
            How much each row counts; `clip_weights` if None.
        """
        self._corpora = sorted({one.corpus for one in examples})
        self._mean, self._scale = rows.mean(axis=0), rows.std(axis=0)
        self._scale = np.where(self._scale > 0, self._scale, 1)
        quadrants = np.array([one.quadrant for one in examples])
        weights = clip_weights(examples) if weights is None else weights
        self._fitted = self._estimator(examples, rows.shape[1])
        with warnings.catch_warnings():
            # Stopping after so many steps is one more way of regularising.
            warnings.filterwarnings("ignore", message=".*failed to converge.*")
            self._fitted.fit(self._design_matrix(rows, examples), quadrants, weights)
        return self

    def _estimator(self, examples: Sequence[Example], columns: int) -> Any:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.dummy import DummyClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import SVC

        if self._design.kind == "majority":
            return DummyClassifier(strategy="prior")
        if self._design.kind == "logistic regression":
            return LogisticRegression(C=self._strength / columns, max_iter=200)
        numbers = inner_folds(examples, _CALIBRATION_FOLDS, _INNER_SEED)
        parts = [
            (np.flatnonzero(numbers != number), np.flatnonzero(numbers == number))
            for number in range(_CALIBRATION_FOLDS)
        ]
        return CalibratedClassifierCV(SVC(C=self._strength), cv=parts, ensemble=False)

    def _design_matrix(self, rows: Rows, examples: Sequence[Example]) -> Rows:
        standard = ((rows - self._mean) / self._scale).astype(np.float32)
        if not self._design.by_corpus:
            return standard
        corpora = np.array([one.corpus for one in examples])[:, np.newaxis]
        flags = [(corpora == corpus).astype(np.float32) for corpus in self._corpora]
        return np.hstack([standard, *flags, *(standard * flag for flag in flags)])

    def probabilities(self, rows: Rows, examples: Sequence[Example]) -> Probabilities:
        """Return the probabilities of the quadrants, shape (examples, 4)."""
        said: Probabilities = self._fitted.predict_proba(self._design_matrix(rows, examples))
        every = np.zeros((len(rows), CLASSES))
        every[:, self._fitted.classes_] = said
        return every


def clip_weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return weights that sum to one over the rows of each clip, shape (examples,)."""
    clips = [(one.corpus, one.clip) for one in examples]
    _, which, counts = np.unique(
        np.array(["/".join(clip) for clip in clips]), return_inverse=True, return_counts=True
    )
    return 1 / counts[which]


def choose_strength(design: Design, rows: Rows, examples: Sequence[Example]) -> float:
    """Return the strength with the least cross-entropy in inner cross-validation by group."""
    strengths = STRENGTHS[design.kind]
    if len(strengths) == 1:
        return strengths[0]
    losses = []
    for strength in strengths:
        said = cross_fit(design, strength, rows, examples, _INNER_FOLDS, _INNER_SEED)
        losses.append(cross_entropy(said, examples))
    return strengths[int(np.argmin(losses))]


def cross_fit(
    design: Design,
    strength: float,
    rows: Rows,
    examples: Sequence[Example],
    folds: int,
    seed: int,
) -> Probabilities:
    """Say each example's quadrant by a classifier that saw nothing of its group.

    Parameters
    ----------
    design : Design
    strength : float
    rows : ndarray of float32, shape (examples, columns)
    examples : sequence of Example
    folds : int
        Classifiers fitted, each without one part of the groups.
    seed : int
        Deals the groups into parts.

    Returns
    -------
    probabilities : ndarray, shape (examples, 4)
    """
    numbers = inner_folds(examples, folds, seed)
    said = np.empty((len(examples), CLASSES))
    for number in range(folds):
        inside, outside = np.flatnonzero(numbers == number), np.flatnonzero(numbers != number)
        learned = [one for one, its in zip(examples, numbers) if its != number]
        asked = [one for one, its in zip(examples, numbers) if its == number]
        fitted = Classifier(design, strength).fit(rows[outside], learned)
        said[inside] = fitted.probabilities(rows[inside], asked)
    return said


def cross_entropy(probabilities: Probabilities, examples: Sequence[Example]) -> float:
    """Return the mean cross-entropy of the labels, nats; every clip counts the same."""
    quadrants = np.array([one.quadrant for one in examples])
    said = np.clip(probabilities[np.arange(len(examples)), quadrants], 1e-6, 1)
    return float(np.average(-np.log(said), weights=clip_weights(examples)))


def positive_arousal(quadrants: Probabilities) -> Probabilities:
    """Return the probability of positive arousal, the sum of its quadrants, shape (n,)."""
    return quadrants @ np.array([float(quadrant.arousal > 0) for quadrant in QUADRANTS])


def positive_valence(quadrants: Probabilities) -> Probabilities:
    """Return the probability of positive valence, the sum of its quadrants, shape (n,)."""
    return quadrants @ np.array([float(quadrant.valence > 0) for quadrant in QUADRANTS])
