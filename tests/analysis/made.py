"""Synthetic predictions."""

import numpy as np

from quadpred_plugin.prediction import Prediction

HOP, PATCH = 0.64, 0.992


def make(quadrants, hop=HOP, duration=None):
    quadrants = np.asarray(quadrants, dtype=np.float32)
    count = len(quadrants)
    random = np.random.default_rng(count)
    times = np.arange(count) * hop
    return Prediction(
        source="test",
        status="ok",
        duration=duration if duration is not None else times[-1] + PATCH + 0.1,
        times=times,
        patch_duration=PATCH,
        hop=hop,
        quadrants=quadrants,
        arousal=random.uniform(-1, 1, count).astype(np.float32),
        valence=random.uniform(-1, 1, count).astype(np.float32),
    )
