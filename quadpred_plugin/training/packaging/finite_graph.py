"""The graph of the streaming algorithms that replaces samples that aren't finite by zero.

``python -m quadpred_plugin.training.packaging.finite_graph`` writes it into the package.
"""

from pathlib import Path

import quadpred_plugin.chain
from quadpred_plugin.system.files import write_atomically

PATH = Path(quadpred_plugin.chain.__file__).with_name("finite.pb")


def finite_graph() -> bytes:
    """Return the graph: input ``frames`` of any shape with four dimensions, output ``finite``."""
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        frames = tf.compat.v1.placeholder(tf.float32, [None] * 4, name="frames")
        finite = tf.math.is_finite(frames)
        tf.compat.v1.where_v2(finite, frames, tf.zeros_like(frames), name="finite")
    content: bytes = graph.as_graph_def().SerializeToString()
    return content


if __name__ == "__main__":
    write_atomically(PATH, lambda stream: stream.write(finite_graph()))
