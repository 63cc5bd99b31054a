"""A prediction of music, predictions without patches, and synthetic ones."""

import dataclasses

import numpy as np
import pytest
import soundfile

import quadpred_plugin
from quadpred_plugin.prediction import without_patches
from tests import signals
from tests.exports import synthetic

# Not a whole number of samples at 44.1 kHz.
HOP = 0.32
RATE = 44100


@pytest.fixture(scope="session")
def music(tmp_path_factory):
    """Ten seconds of each example piece in turn: 40 s with changes of quadrant."""
    parts = []
    for name in ("q1_joy", "q3_sadness", "q2_anger", "q4_calm"):
        samples, rate = soundfile.read(signals.EXAMPLES / f"{name}.ogg", always_2d=True)
        assert rate == RATE
        parts.append(samples[5 * RATE : 15 * RATE])
    path = tmp_path_factory.mktemp("music") / "four moods.wav"
    soundfile.write(path, np.concatenate(parts), RATE)
    return path


@pytest.fixture(scope="session")
def song(music):
    """Prediction of the default model for the music."""
    return quadpred_plugin.predict(music, hop=HOP)


@pytest.fixture(scope="session")
def silent():
    """Two seconds of silence, without patches."""
    nothing = without_patches("silent.wav", "silent", 2.0, "is silent.", synthetic.PROVENANCE)
    return dataclasses.replace(nothing, sample_rate=16000.0)


@pytest.fixture(scope="session")
def empty():
    """A file without samples: no duration, no sample rate."""
    return without_patches("empty.wav", "empty", 0.0, "has no samples.", synthetic.PROVENANCE)


@pytest.fixture
def save(tmp_path):
    """Save a prediction under a suffix and return the path."""

    def write(prediction, suffix, **options):
        path = tmp_path / f"result{suffix}"
        prediction.save(path, **options)
        return path

    return write


@pytest.fixture(scope="session")
def numbers():
    """Quadrants, arousal and valence of a prediction as columns of float64."""

    def columns(prediction):
        heads = [prediction.quadrants, prediction.arousal[:, None], prediction.valence[:, None]]
        return np.concatenate(heads, axis=1).astype(np.float64)

    return columns
