"""Auxiliary targets: principal components as in scikit-learn, and standardised notes."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from quadpred_plugin.training.distillation.auxiliary_targets import (
    ARRAY,
    COMPONENTS,
    Projection,
    read_embedding,
    standardise_notes,
)
from quadpred_plugin.training.midi.note_features import KEYS, VALUES, NoteFeatures


def test_components_are_the_principal_ones():
    random = np.random.default_rng(1)
    mixing = random.normal(size=(20, 200))
    clips = [random.normal(size=(30, 20)) @ mixing + 5 for _ in range(8)]
    projection = Projection.fit(clips)
    rows = np.concatenate(clips)
    reference = PCA(20).fit_transform((rows - rows.mean(axis=0)) / rows.std(axis=0))
    ours = np.concatenate([projection(clip) for clip in clips])[:, :20]
    for number in range(20):
        correlation = np.corrcoef(ours[:, number], reference[:, number])[0, 1]
        assert abs(correlation) == pytest.approx(1, abs=1e-4)
    spread = ours.std(axis=0) / reference.std(axis=0)
    np.testing.assert_allclose(spread, spread[0], rtol=1e-4)
    assert projection.size == COMPONENTS


def test_the_embedding_is_read_from_its_cached_file(tmp_path):
    np.savez(tmp_path / "one.npz", **{ARRAY: np.full((3, 2), 7), "other": np.zeros(1)})
    np.testing.assert_array_equal(read_embedding(tmp_path / "one.npz"), np.full((3, 2), 7))


def test_notes_are_standardised_over_all_tracks():
    random = np.random.default_rng(2)
    features = [
        NoteFeatures(
            np.arange(50) / 2,
            random.uniform(0, 1, (50, KEYS)).astype(np.float32),
            random.normal(5, 3, (50, VALUES)).astype(np.float32),
        )
        for _ in range(4)
    ]
    targets = np.concatenate(standardise_notes(features))
    assert targets.shape == (200, KEYS + VALUES)
    np.testing.assert_allclose(targets.mean(axis=0), 0, atol=1e-5)
    # Each of the many keys weighs less than each of the few values.
    assert targets[:, :KEYS].std(axis=0).max() < targets[:, KEYS:].std(axis=0).min()
