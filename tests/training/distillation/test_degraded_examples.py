"""Degraded versions of a clip learn from its own soft labels, at the times that they have."""

import numpy as np
import pytest
import soundfile

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.datasets.track import degraded_name
from quadpred_plugin.training.distillation.examples import load_examples
from quadpred_plugin.training.teachers.soft_labels import SoftLabels, write_soft_labels
from tests import signals


@pytest.mark.parametrize("clip", ["pop", "clip@timgm"])
def test_soft_labels_of_a_later_start(clip, tmp_path):
    soundfile.write(tmp_path / "a.wav", signals.noise(3, 1, 44100), 44100)
    random = np.random.default_rng(1)
    times = [np.array([1.5, 2.0, 2.5], np.float32)] * 2
    quadrants = list(random.dirichlet(np.ones(4), (2, 3)))
    names = [clip, f"{clip.split('@')[0]}@other"]
    path = tmp_path / "labels.npz"
    write_soft_labels(path, names, times, quadrants, random.dirichlet(np.ones(4), 2))
    labels = SoftLabels(path, "quadpred train teacher")
    track = Track("4q", degraded_name(clip, 2), tmp_path / "a.wav", 1, start=0.75)
    (example,) = load_examples({"4q": [track]}, Preprocessing(), tmp_path, {"4q": labels})["4q"]
    np.testing.assert_allclose(example.times, [0.75, 1.25, 1.75])
    np.testing.assert_allclose(example.quadrants, quadrants[0], atol=1e-6)
    assert example.quadrant == 1
