"""Patches drawn at random positions of tracks."""

import numpy as np

from quadpred_plugin.training.patches import draw


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
