"""The level of audio over time, against that of a sine of known amplitude."""

import numpy as np
import pytest
import soundfile

from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.emotion.level_curves import level_curve
from tests import signals


def test_levels_are_those_of_each_second(tmp_path):
    path = tmp_path / "sound.wav"
    soundfile.write(path, np.concatenate([signals.sine(2) * 0.5, np.zeros(16000)]), 16000)
    curve = level_curve(Track("any", "sound", path))
    np.testing.assert_array_equal(curve.times, [0.5, 1.5, 2.5])
    peak = np.abs(signals.sine(2) * 0.5).max()
    expected = 20 * np.log10(peak / np.sqrt(2))
    assert curve.values == pytest.approx([expected, expected, -100], abs=0.01)


def test_less_than_a_second_has_one_level(tmp_path):
    path = tmp_path / "short.wav"
    soundfile.write(path, np.full(100, 0.25), 16000)
    assert level_curve(Track("any", "short", path)).values == pytest.approx([-12.04], abs=0.01)
