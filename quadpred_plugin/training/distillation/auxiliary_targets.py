"""Auxiliary targets: values that a network learns to predict besides, or before, emotion.

A few hundred clips with one of four labels don't show the variety of music. Networks trained
on a hundred thousand tagged songs, or scores, do; predicting their values makes a small
network learn more from each second. The values are needed in training alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.training.midi.note_features import KEYS, VALUES, NoteFeatures

SOURCE, ARRAY = "musicnn_msd", "penultimate"
"""The embedding to predict: a name of `teachers.embeddings.SOURCES`, and one of its arrays."""
COMPONENTS = 128

# Keys are many and redundant; values that are nearly constant get a small weight.
_KEY_WEIGHT, _VALUE_WEIGHT = 0.8, 1.3
_NEARLY_CONSTANT = 0.02


def read_embedding(path: Path) -> NDArray[np.float32]:
    """Return the embedding of one track, shape (windows, values), from its cached file."""
    with np.load(path) as content:
        return np.asarray(content[ARRAY], dtype=np.float32)


@dataclass(frozen=True)
class Projection:
    """Principal components of embeddings: the values that a network learns to predict.

    Attributes
    ----------
    mean, deviation : ndarray, shape (values,)
        Of the embedding's values.
    directions : ndarray, shape (values, components)

    References
    ----------
    A. Romero et al., "FitNets", ICLR 2015.
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    directions: NDArray[np.float64]

    @classmethod
    def fit(cls, embeddings: Sequence[NDArray[np.floating]]) -> "Projection":
        """Return the components of the training tracks' embeddings.

        Parameters
        ----------
        embeddings : sequence of ndarray, shape (windows, values)
        """
        rows = np.concatenate(embeddings).astype(np.float64)
        mean, deviation = rows.mean(axis=0), rows.std(axis=0) + 1e-6
        standard = (rows - mean) / deviation
        variances, directions = np.linalg.eigh(standard.T @ standard / len(standard))
        strongest = np.argsort(variances)[::-1][:COMPONENTS]
        # One scale for all components keeps their relative importance.
        scale = np.sqrt(variances[strongest].mean())
        return cls(mean, deviation, directions[:, strongest] / scale)

    @property
    def size(self) -> int:
        """Number of components."""
        return int(self.directions.shape[1])

    def __call__(self, embedding: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the components of one track, shape (windows, components)."""
        projected = (embedding - self.mean) / self.deviation @ self.directions
        return np.asarray(projected, dtype=np.float32)


def standardise_notes(features: Sequence[NoteFeatures]) -> list[NDArray[np.float32]]:
    """Return note features as auxiliary targets of comparable scale.

    Parameters
    ----------
    features : sequence of NoteFeatures
        Of the training tracks.

    Returns
    -------
    targets : list of ndarray of float32, shape (windows, 116)
    """
    rows = [np.hstack([np.sqrt(one.keys), one.values]) for one in features]
    every = np.concatenate(rows)
    mean, deviation = every.mean(axis=0), every.std(axis=0) + _NEARLY_CONSTANT
    weights = np.concatenate([np.full(KEYS, _KEY_WEIGHT), np.full(VALUES, _VALUE_WEIGHT)])
    return [np.asarray((one - mean) / deviation * weights, dtype=np.float32) for one in rows]
