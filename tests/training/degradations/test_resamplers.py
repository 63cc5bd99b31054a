"""Other resamplers: what they keep, what they fold down, and that nothing moves."""

import numpy as np
import pytest
import soxr
from scipy.signal import resample_poly

from quadpred_plugin.training.degradations import resamplers
from tests import signals
from tests.training.degradations.measuring import RATE, band_levels, delay, level, music

NAMES = tuple(resamplers.RESAMPLERS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rate", [44100, 48000])
def test_music_is_neither_moved_nor_changed_below_3000_hertz(name, rate):
    before = soxr.resample(music(), RATE, rate, quality="VHQ")
    after = resamplers.resampling(name).change(before, rate)
    assert len(after) == len(before) and after.dtype == np.float32
    assert delay(before, after) == 0
    edges = [100, 300, 1000, 3000]
    np.testing.assert_allclose(
        band_levels(after, edges, rate), band_levels(before, edges, rate), atol=0.5
    )
    upper = band_levels(after, [8200, 20000], rate) - band_levels(before, [8200, 20000], rate)
    assert upper < -20


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_above_8000_hertz_is_removed_or_folded_down(name):
    tone = signals.sine(1, 11000, RATE)
    after = resamplers.resampling(name).change(tone, RATE)[2000:-2000]
    # 16 - 11 kHz
    folded = band_levels(after, [4900, 5100])[0] - band_levels(tone, [10900, 11100])[0]
    if name in ("linear interpolation", "soxr quick"):
        assert -12 < folded < 0
    else:
        assert folded < -60 and level(after) < -60


def test_a_lower_rate_keeps_what_is_below_it():
    after = resamplers.lower_rate(22050).change(music(), RATE)
    difference = np.abs(band_levels(after, [50, 9500]) - band_levels(music(), [50, 9500]))
    assert difference < 0.01
    assert band_levels(after, [11200, 20000])[0] < band_levels(music(), [11200, 20000])[0] - 40
    assert delay(music(), after) == 0


def test_samples_may_be_given_at_the_chain_s_rate():
    samples, rate = resamplers.given_at_chain_rate("scipy").apply(music(), RATE)
    assert rate == 16000
    expected = resample_poly(music().astype(np.float64), 160, 441)
    np.testing.assert_allclose(samples, np.clip(expected, -1, 1), atol=1e-5)
