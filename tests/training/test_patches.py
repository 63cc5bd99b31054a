"""Patches drawn at random positions of tracks."""

import numpy as np
import pytest

from quadpred_plugin.chain.patches import PatchBuffer
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.patches import cut, cut_as_predicted, draw


def test_patches_are_drawn_from_the_given_tracks():
    tracks = [
        (np.arange(start, start + 50)[:, np.newaxis] * np.ones(4)).astype(np.float16)
        for start in (0, 100)
    ]
    patches = draw(tracks, [0, 1] * 20, 31, np.random.default_rng(6))
    assert patches.shape == (40, 31, 4)
    first = patches[:, 0, 0]
    np.testing.assert_array_equal(patches[:, :, 0], first[:, np.newaxis] + np.arange(31))
    np.testing.assert_array_equal(first // 100, [0, 1] * 20)
    assert (first % 100 <= 19).all()


@pytest.mark.parametrize("frames", [0, 3, 5, 11, 12, 14, 40])
def test_tracks_are_cut_as_a_prediction_cuts_them(frames):
    for front_end in (
        Preprocessing(bands=4, patch_size=5),
        Preprocessing(bands=4, patch_size=12, context_before=4, context_after=3),
    ):
        features = np.random.default_rng(frames).normal(size=(frames, 4)).astype(np.float16)
        with PatchBuffer(front_end) as buffer:
            buffer.append(features.astype(np.float32))
            (expected,) = list(buffer.batches(5, -1)) or [np.zeros((0, front_end.patch_size, 4))]
        np.testing.assert_array_equal(cut_as_predicted(features, front_end), expected)
        if not front_end.has_context:
            np.testing.assert_array_equal(expected, cut(features, 5, 5))
