"""Frequency responses of low-passes, shelves and equalisers."""

import numpy as np
import pytest

from quadpred_plugin.training.degradations import filters
from tests.training.degradations.measuring import RATE, delay, music, response


@pytest.mark.parametrize("order", [2, 4, 8])
def test_a_butterworth_low_pass_has_its_slope(order):
    change = filters.low_passing(7000, order).change
    frequencies = np.array([100, 3000, 6000, 7000, 9000])
    # The bilinear transform maps frequencies by a tangent.
    ratio = np.tan(np.pi * frequencies / RATE) / np.tan(np.pi * 7000 / RATE)
    expected = -10 * np.log10(1 + ratio ** (2 * order))
    np.testing.assert_allclose(response(change, frequencies), expected, atol=0.02)


def test_a_brick_wall_falls_within_300_hertz():
    change = filters.low_passing(6800, filters.BRICK_WALL).change
    assert np.abs(response(change, np.arange(20, 6650))).max() < 0.01
    assert response(change, np.arange(6950, 22050)).max() < -79
    assert response(change, [6800])[0] == pytest.approx(-6.02, abs=0.05)
    assert delay(music(), change(music(), RATE)) == 0


@pytest.mark.parametrize("decibels", [-3, 3])
def test_shelves_raise_their_side_alone(decibels):
    treble = filters.shelving_treble(decibels).change
    found = response(treble, [30, 300, 3000, 20000])
    np.testing.assert_allclose(found[[0, 2, 3]], [0, decibels / 2, decibels], atol=0.03)
    assert abs(found[1]) < 0.1
    bass = filters.shelving_bass(decibels).change
    found = response(bass, [2, 100, 1000, 20000])
    np.testing.assert_allclose(found, [decibels, decibels / 2, 0, 0], atol=0.05)


@pytest.mark.parametrize("rate", [44100, 48000])
def test_an_equaliser_has_its_gains_at_the_third_octaves(rate):
    one = filters.draw_equaliser(np.random.default_rng(3))
    gains = np.array([float(word) for word in one.name.split()[1:-1]])
    assert len(gains) == len(filters.THIRD_OCTAVES) and 1 <= np.abs(gains).max() <= 9
    # Below 200 Hz the filter is too short to follow.
    upper = filters.THIRD_OCTAVES > 200
    frequencies = np.round(filters.THIRD_OCTAVES[upper]).astype(int)
    np.testing.assert_allclose(response(one.change, frequencies, rate), gains[upper], atol=0.6)
    assert delay(music(), one.change(music(), RATE)) == 0


def test_equalisers_are_smooth_and_of_any_strength():
    largest, steps = [], []
    for seed in range(200):
        name = filters.draw_equaliser(np.random.default_rng(seed)).name
        gains = np.array([float(word) for word in name.split()[1:-1]])
        largest.append(np.abs(gains).max())
        steps.append(np.abs(np.diff(gains)).max() / largest[-1])
    assert 0.9 < min(largest) < 1.6 and 8.4 < max(largest) <= 9
    assert np.mean(steps) < 1


def test_raised_music_stays_within_full_scale_without_clipping():
    loud = music() / np.abs(music()).max()
    raised = filters.shelving_bass(3).change(loud, RATE)
    assert np.abs(raised).max() <= 1
    quiet = filters.shelving_bass(3).change(loud / 4, RATE)
    # The same shape: only the level differs.
    np.testing.assert_allclose(
        raised * np.abs(quiet).max() / np.abs(raised).max(), quiet, atol=1e-6
    )


def test_low_passes_are_drawn_from_all_corners_and_orders():
    names = {filters.draw_low_pass(np.random.default_rng(seed)).name for seed in range(300)}
    corners = [float(name.split()[1]) for name in names]
    assert 6.5 <= min(corners) < 6.6 and 7.9 < max(corners) <= 8
    assert {name.split(", ")[1] for name in names} == {
        "brick wall",
        "order 2",
        "order 4",
        "order 8",
    }
