"""Rooms, noise, level and start: decay, levels, spectra."""

import numpy as np
import pytest

from quadpred_plugin.training.degradations import acoustics
from tests.training.degradations.measuring import RATE, band_levels, level, music


@pytest.mark.parametrize(("seconds", "decibels"), [(0.3, -6), (1.0, -15)])
def test_a_room_decays_and_has_its_level(seconds, decibels):
    impulse = np.zeros(2 * RATE, np.float32)
    impulse[100] = 0.5
    answer = acoustics.room(seconds, decibels, 1).change(impulse, RATE)[100:] / 0.5
    assert answer[0] == pytest.approx(1, abs=1e-5)
    assert np.abs(answer[1 : RATE // 200]).max() < 1e-5
    wet = answer[1:].astype(np.float64)
    assert 10 * np.log10(np.sum(wet**2)) == pytest.approx(decibels, abs=0.1)
    # Schroeder's integral falls from -5 to -35 dB in half of the time of 60 dB.
    energy = np.cumsum((wet**2)[::-1])[::-1]
    curve = 10 * np.log10(energy / energy[0] + 1e-12)
    first, last = (np.argmax(curve < bound) for bound in (-5, -35))
    assert 2 * (last - first) / RATE == pytest.approx(seconds, rel=0.08)


@pytest.mark.parametrize("decibels", [-60, -30])
def test_white_noise_has_its_level_and_no_slope(decibels):
    samples = music() / 2
    added = acoustics.noise(False, decibels, 5).change(samples, RATE) - samples
    assert level(added) == pytest.approx(decibels, abs=0.02)
    octaves = band_levels(added, 100 * 2 ** np.arange(8))
    np.testing.assert_allclose(np.diff(octaves), 3.01, atol=0.6)


def test_pink_noise_has_its_level_and_equal_octaves():
    silence = np.zeros(20 * RATE, np.float32)
    added = acoustics.noise(True, -40, 5).change(silence, RATE)
    assert level(added) == pytest.approx(-40, abs=0.02)
    octaves = band_levels(added, 100 * 2 ** np.arange(8))
    np.testing.assert_allclose(octaves - octaves.mean(), 0, atol=0.6)


def test_gain_and_start():
    samples = music()
    softer = acoustics.gain(-12).change(samples, RATE)
    np.testing.assert_allclose(softer, samples * 10 ** (-12 / 20), rtol=1e-6)
    one = acoustics.later(0.25)
    assert one.start == 0.25
    assert np.array_equal(one.change(samples, RATE), samples[11025:])
    assert len(one.change(samples[:100], RATE)) == 0


def test_other_seeds_give_other_noise():
    first, same, other = (acoustics.room(0.5, -6, seed).change(music(), RATE) for seed in (1, 1, 2))
    assert np.array_equal(first, same) and not np.array_equal(first, other)
