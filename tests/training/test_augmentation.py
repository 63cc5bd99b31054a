"""Augmentation of logarithmic bands: each change alone, and all together."""

from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.training.augmentation import Augmentation, augment, mixup


def test_augmentation_changes_a_copy_and_is_seeded():
    slope = np.linspace(-2, -12, 128)
    patches = slope + np.random.default_rng(1).normal(0, 1, (6, 31, 128))
    patches = patches.astype(np.float32)
    before = patches.copy()
    one, two = (augment(patches, np.random.default_rng(2)) for _ in range(2))
    assert np.array_equal(patches, before)
    assert np.array_equal(one, two)
    assert one.shape == patches.shape
    assert all(not np.array_equal(new, old) for new, old in zip(one, patches))
    # A quieter or louder patch with other colours, not another patch.
    for new, old in zip(one, patches):
        assert np.corrcoef(new.mean(axis=0), old.mean(axis=0))[0, 1] > 0.8


def test_each_change_alone_is_what_it_is_called():
    patches = np.random.default_rng(1).normal(0, 1, (3000, 31, 128)).astype(np.float32)
    nothing = Augmentation(gain=0, equaliser=0, band_shift=0, masked_bands=0)

    def change(**strength):
        changed = augment(patches, np.random.default_rng(2), replace(nothing, **strength))
        # Whole frames may be masked, whatever the strength.
        kept = np.ptp(changed, axis=2) > 1e-3
        assert (~kept).sum(axis=1).max() == 4
        return changed, kept

    louder, kept = change(gain=0.3)
    gains = (louder - patches)[kept]
    np.testing.assert_allclose(gains.std(axis=1), 0, atol=1e-6)
    assert gains.mean(axis=1).std() == pytest.approx(0.3, rel=0.05)

    coloured, kept = change(equaliser=0.2)
    curves = (coloured - patches)[kept]
    ends = curves[:, [0, -1]]
    assert ends.std() == pytest.approx(0.2, rel=0.05)
    # Straight between its points, of which there are six.
    assert np.abs(np.diff(curves[:, :25], n=2, axis=1)).max() < 1e-5

    moved, kept = change(band_shift=2)
    same = {
        shift: [
            np.array_equal(new[one, max(shift, 0) : 128 + min(shift, 0)],
                           old[one, max(-shift, 0) : 128 + min(-shift, 0)])
            for new, old, one in zip(moved, patches, kept)
        ]
        for shift in range(-2, 3)
    }  # fmt: skip
    np.testing.assert_array_equal(np.sum(list(same.values()), axis=0), 1)
    assert all(500 < sum(found) < 700 for found in same.values())

    masked, kept = change(masked_bands=12)
    widths = (masked != patches).all(axis=1).sum(axis=1)
    assert widths.min() == 0 and widths.max() == 12


def test_mixup_keeps_sums():
    random = np.random.default_rng(3)
    patches = random.normal(size=(8, 31, 128)).astype(np.float32)
    labels = {"quadrants": np.eye(4, dtype=np.float32)[random.integers(0, 4, 8)]}
    mixed, soft = mixup(patches, labels, 0.4, random)
    np.testing.assert_allclose(soft["quadrants"].sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(mixed.sum() != 0, True)
    assert not np.array_equal(mixed, patches)
    same, hard = mixup(patches, labels, 0.0, random)
    assert same is patches
    assert hard is labels
