"""The trunk in Keras against the published network, as it was published."""

import subprocess
import sys
import textwrap

from tests.limits import HANG

# TensorFlow for training is in a process of its own: this one has loaded Essentia's.
CODE = """
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from quadpred_plugin.training.large.trunk_features import published_trunk
from quadpred_plugin.training.networks.musicnn_trunk import FEATURES, FRONT_END
from quadpred_plugin.training.teachers.musicnn import frozen_graph

power = np.random.default_rng(0).gamma(0.3, 0.01, (3, 187, 96)).astype(np.float32)
power[0] = 0
features = published_trunk().predict(
    np.log(power + np.float32(FRONT_END.logarithm_floor)), verbose=0
)
assert features.shape == (3, FEATURES)
graph = tf.compat.v1.GraphDef.FromString(frozen_graph("MSD", Path(sys.argv[1])).read_bytes())
with tf.Graph().as_default() as loaded:
    tf.import_graph_def(graph, name="")
    session = tf.compat.v1.Session(graph=loaded)
    expected = session.run(
        "model/Flatten/flatten/Reshape:0", {"model/Placeholder:0": np.log10(10000 * power + 1)}
    )
# Maximum and mean of each channel: there alternating, here one block each.
expected = np.concatenate([expected[:, ::2], expected[:, 1::2]], axis=1)
np.testing.assert_allclose(features, expected, rtol=1e-3, atol=1e-3)
assert np.abs(expected).max() > 5
"""


def test_the_trunk_is_the_published_network(tmp_path):
    code = textwrap.dedent(CODE)
    subprocess.run([sys.executable, "-c", code, tmp_path], timeout=HANG, check=True)
