"""Limiter and compressor: bounds, gains and time constants."""

import numpy as np
import pytest

from quadpred_plugin.training.degradations import dynamics
from tests import signals
from tests.training.degradations.measuring import RATE, level, music


@pytest.mark.parametrize("name", ["q1_joy", "q2_anger", "q4_calm"])
def test_nothing_exceeds_the_limiter_and_what_is_soft_becomes_louder(name):
    samples = music(name) / np.abs(music(name)).max()
    limited = dynamics.limiting(6).change(samples, RATE)
    assert 20 * np.log10(np.abs(limited).max()) == pytest.approx(-0.3, abs=1e-3)
    assert 1 < level(limited) - level(samples) < 6
    quiet = samples / 10
    factor = dynamics.limiting(6).change(quiet, RATE) / np.where(quiet, quiet, 1)
    np.testing.assert_allclose(factor[quiet != 0], 10 ** (6 / 20), rtol=1e-6)


def test_the_limiter_bounds_clicks_noise_and_what_exceeds_full_scale():
    random = np.random.default_rng(1)
    for samples in (signals.clicks(1) * 5, 3 * random.standard_normal(20000), np.ones(3)):
        limited = dynamics.limit(6, samples.astype(np.float32), RATE)
        assert np.abs(limited).max() <= 10 ** (-0.3 / 20) + 1e-6


def test_the_limiter_looks_ahead_and_releases():
    """A burst of a full-scale tone in a soft one: its gain falls before it and recovers after."""
    samples = 0.1 * signals.sine(3, 1000, RATE) / 0.5
    burst = slice(RATE, RATE + RATE // 10)
    samples[burst] *= 10
    gain = np.abs(dynamics.limit(6, samples, RATE)) / np.maximum(np.abs(samples), 1e-9)
    decibels = 20 * np.log10(gain[np.abs(samples) > 0.05])
    times = (np.flatnonzero(np.abs(samples) > 0.05) - burst.start) / RATE
    assert decibels[times < -0.0055].min() == pytest.approx(6, abs=1e-3)
    inside = (times > 0.001) & (times < 0.099)
    np.testing.assert_allclose(decibels[inside], -0.3, atol=0.05)
    # 6.3 dB of reduction, of which 1/e is left after another 100 ms.
    later = np.abs(times - 0.2) < 0.002
    np.testing.assert_allclose(decibels[later], 6 - 6.3 / np.e, atol=0.3)
    assert decibels[times > 1].min() == pytest.approx(6, abs=0.01)


def test_the_compressor_reduces_by_its_ratio_above_its_threshold():
    """A tone at full scale is 20 dB above: at 4:1, 15 dB are taken off."""
    samples = 2 * signals.sine(4, 1000, RATE)
    samples[2 * RATE :] *= 10 ** (-30 / 20)
    release = 0.2
    after = dynamics.compress(-20, 4, 0.005, release, samples, RATE)

    def gain(start, stop):
        part = slice(round(start * RATE), round(stop * RATE))
        return level(after[part]) - level(samples[part])

    assert gain(0.5, 1.9) == pytest.approx(-15, abs=0.05)
    assert gain(3.8, 4) == pytest.approx(0, abs=0.05)
    constant = 2 + release
    assert gain(constant - 0.005, constant + 0.005) == pytest.approx(-15 / np.e, abs=0.5)
    # The attack: after three time constants all but 5 % of the reduction are there.
    assert gain(0.013, 0.017) == pytest.approx(-15 * 0.95, abs=0.7)


def test_silence_and_nothing_pass():
    for seed in range(8):
        one = dynamics.draw(np.random.default_rng(seed))
        assert not one.change(np.zeros(1000, np.float32), RATE).any()
        assert len(one.change(np.zeros(0, np.float32), RATE)) == 0


def test_both_are_drawn():
    names = [dynamics.draw(np.random.default_rng(seed)).name for seed in range(100)]
    limiters = sum(name.startswith("limiter") for name in names)
    assert 30 < limiters < 70 and len(set(names)) > 80
