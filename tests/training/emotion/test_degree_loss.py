"""The loss of degrees against its definition in NumPy, and through a saved network."""

import subprocess
import sys
import textwrap

from tests.limits import HANG

# TensorFlow for training is in a process of its own: this one has loaded Essentia's.
CODE = """
import sys

import keras
import numpy as np

from quadpred_plugin.training.emotion.degree_loss import degree_loss

loss = degree_loss(margin=1.0, softness=0.5, rating_weight=20.0)
positive = np.array([0.9, 0.3, 0.6, 0.75], dtype=np.float32)
predicted = np.stack([1 - positive, positive], axis=1)
# A label each way, a rating, and nothing at all.
truth = np.array([[1, 0, 0], [1, 0, 0], [0, 0.5, 1], [0, 0, 0]], dtype=np.float32)
odds = np.log(positive / (1 - positive))
expected = [
    0.5 * np.log1p(np.exp((1 - odds[0]) / 0.5)),
    0.5 * np.log1p(np.exp((1 - odds[1]) / 0.5)),
    20 * (0.2 - 0.5) ** 2,
    0,
]
np.testing.assert_allclose(loss.call(truth, predicted), expected, rtol=1e-4, atol=1e-6)
# Beyond the margin, a label says no more: ten times the odds cost nothing less.
far = np.array([[1e-4, 1 - 1e-4]], dtype=np.float32)
assert float(loss.call(truth[:1], far)[0]) < 1e-6

network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
network.compile(optimizer="sgd", loss=loss)
network.fit(np.ones((4, 3)), truth, verbose=0)
network.save(sys.argv[1])
again = keras.saving.load_model(sys.argv[1]).loss
assert again.get_config() == loss.get_config(), again
"""


def test_the_loss_is_its_definition_and_is_saved_with_a_network(tmp_path):
    path = tmp_path / "network.keras"
    code = textwrap.dedent(CODE)
    subprocess.run([sys.executable, "-c", code, path], timeout=HANG, check=True)
