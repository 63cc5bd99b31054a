"""Synthetic predictions."""

import numpy as np

from quadpred_plugin.prediction import Prediction

PROVENANCE = {
    "model": "by-hand",
    "sha256": "0" * 64,
    "version": "0.0.0",
    "preprocessing": "none",
    "patch": 1.0,
    "hop": 0.5,
}


def make_prediction(quadrants, hop=0.5, patch=1.0, rate=44100.0, source="song.wav", seed=0):
    """Build a prediction around probabilities of shape (frames, 4), with random curves."""
    quadrants = np.asarray(quadrants, dtype=np.float32)
    count = len(quadrants)
    random = np.random.default_rng(seed)
    return Prediction(
        source=source,
        status="ok",
        duration=(count - 1) * hop + patch + 0.25 * hop,
        times=np.arange(count) * hop,
        patch_duration=patch,
        hop=hop,
        quadrants=quadrants,
        arousal=random.uniform(-1, 1, count).astype(np.float32),
        valence=random.uniform(-1, 1, count).astype(np.float32),
        provenance=PROVENANCE | {"hop": hop, "patch": patch},
        sample_rate=rate,
    )


def random_prediction(count, seed=0, **settings):
    """Build a prediction with random probabilities."""
    random = np.random.default_rng(seed)
    return make_prediction(random.dirichlet(np.ones(4), count), seed=seed, **settings)
