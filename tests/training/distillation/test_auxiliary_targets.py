"""Hints are principal components, as scikit-learn computes them."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from quadpred_plugin.training.distillation.auxiliary_targets import (
    COMPONENTS,
    HINTS,
    Projection,
    read_hints,
)


def test_components_are_the_principal_ones():
    random = np.random.default_rng(1)
    mixing = random.normal(size=(20, 200))
    clips = [random.normal(size=(30, 20)) @ mixing + 5 for _ in range(8)]
    projection = Projection(clips)
    rows = np.concatenate(clips)
    reference = PCA(20).fit_transform((rows - rows.mean(axis=0)) / rows.std(axis=0))
    ours = np.concatenate([projection(clip) for clip in clips])[:, :20]
    for number in range(20):
        correlation = np.corrcoef(ours[:, number], reference[:, number])[0, 1]
        assert abs(correlation) == pytest.approx(1, abs=1e-4)
    spread = ours.std(axis=0) / reference.std(axis=0)
    np.testing.assert_allclose(spread, spread[0], rtol=1e-4)
    assert projection.size == COMPONENTS


def test_a_clips_hints_stand_side_by_side(tmp_path):
    paths = {}
    for number, (source, array) in enumerate(HINTS.items()):
        paths[source] = tmp_path / f"{source}.npz"
        np.savez(paths[source], **{array: np.full((3, 2), number), "other": np.zeros(1)})
    np.testing.assert_array_equal(
        read_hints(paths), [[number for number in range(len(HINTS)) for _ in "ab"]] * 3
    )
