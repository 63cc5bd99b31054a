"""Temperatures: known ones are found again, and built into a network they do what they say."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.special import softmax

from quadpred_plugin.training.calibration import (
    apply_temperatures,
    fit_temperatures,
)
from quadpred_plugin.training.scoring import calibration_error

HEADS = ("quadrants", "arousal", "valence")


def clips_of_one_patch(temperature, count=4000):
    """Clips whose labels are drawn from the truth, and a network that is too sure by a factor."""
    random = np.random.default_rng(1)
    logits = random.normal(0, 1.5, (count, 4))
    truth = np.array([random.choice(4, p=row) for row in softmax(logits, axis=1)])
    said = softmax(logits * temperature, axis=1)
    # Arousal and valence as the quadrants have them, through the same temperature.
    outputs = []
    high = softmax(logits, axis=1)[:, [0, 1]].sum(axis=1)
    glad = softmax(logits, axis=1)[:, [0, 3]].sum(axis=1)
    for index in range(count):
        row = {"quadrants": said[index : index + 1]}
        for head, chance in (("arousal", high[index]), ("valence", glad[index])):
            log_odds = temperature * np.log(chance / (1 - chance))
            row[head] = np.array([np.tanh(log_odds / 2)])
        outputs.append(row)
    return truth, outputs


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_known_temperature_is_found(temperature):
    truth, outputs = clips_of_one_patch(temperature)
    found = fit_temperatures(truth, outputs)
    for head in HEADS:
        assert found[head] == pytest.approx(temperature, rel=0.08), head


def test_applied_it_calibrates():
    truth, outputs = clips_of_one_patch(2.0)
    before = np.concatenate([one["quadrants"] for one in outputs])
    calibrated = apply_temperatures(outputs, fit_temperatures(truth, outputs))
    after = np.concatenate([one["quadrants"] for one in calibrated])
    np.testing.assert_allclose(after.sum(axis=1), 1)
    np.testing.assert_array_equal(after.argmax(axis=1), before.argmax(axis=1))
    assert calibration_error(truth, before) > 0.1
    assert calibration_error(truth, after) < 0.03


def test_scaled_heads_say_what_the_temperatures_ask(tmp_path):
    # In a process of its own: this TensorFlow and Essentia's can't share one.
    code = """
import sys
import keras
import numpy as np
from quadpred_plugin.training.calibration import scale_heads
keras.utils.set_random_seed(3)
values = keras.Input((5,))
sizes = {"quadrants": 4, "arousal": 2, "valence": 2}
heads = {
    head: keras.layers.Dense(size, activation="softmax", name=head)(values)
    for head, size in sizes.items()
}
network = keras.Model(values, heads)
rows = np.random.default_rng(2).normal(size=(6, 5)).astype(np.float32)
before = network.predict(rows, verbose=0)
scale_heads(network, {"quadrants": 0.5, "arousal": 2.0, "valence": 1.0})
after = network.predict(rows, verbose=0)
both = {f"before_{head}": before[head] for head in sizes}
np.savez(sys.argv[1], **both, **{f"after_{head}": after[head] for head in sizes})
"""
    path = tmp_path / "said.npz"
    subprocess.run([sys.executable, "-c", code, path], check=True, timeout=120)
    with np.load(path) as said:
        for head, temperature in (("quadrants", 0.5), ("arousal", 2.0), ("valence", 1.0)):
            expected = softmax(np.log(said[f"before_{head}"]) / temperature, axis=1)
            np.testing.assert_allclose(said[f"after_{head}"], expected, atol=1e-6)
