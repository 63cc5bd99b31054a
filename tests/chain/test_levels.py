"""Which patches are quiet, relative to the loudest one."""

import numpy as np
import pytest

import quadpred_plugin as qp
from quadpred_plugin.chain.levels import LevelMeter
from tests import signals


@pytest.mark.parametrize("block", [1, 100, 512, 5000])
def test_levels_do_not_depend_on_blocks(block):
    random = np.random.default_rng(1)
    # Each of ten frames is 6 dB below the one before it, and so is the rest of half a frame.
    samples = random.uniform(-1, 1, 512 * 10 + 256).astype(np.float32)
    samples *= np.float32(0.5) ** np.repeat(np.arange(11), 512)[: len(samples)]
    meter = LevelMeter(512)
    for start in range(0, len(samples), block):
        meter.process(samples[start : start + block])
    # 35 dB below the loudest frame are 5.8 times 6 dB.
    np.testing.assert_array_equal(meter.quiet(np.arange(11), 1), [False] * 6 + [True] * 5)
    assert not meter.quiet(np.array([0]), 31).any()


def test_a_prediction_knows_its_pause():
    """Ten seconds of noise with three of it 60 dB softer: patches that are within them."""
    samples = signals.noise(10)
    samples[4 * 16000 : 7 * 16000] *= 1e-3
    prediction = qp.predict((samples, 16000), hop=0.32)
    ends = prediction.times + prediction.patch_duration
    within = (prediction.times >= 4) & (ends <= 7)
    beside = (ends <= 4) | (prediction.times >= 7)
    assert prediction.quiet[within].all() and within.sum() >= 6
    assert not prediction.quiet[beside].any()
