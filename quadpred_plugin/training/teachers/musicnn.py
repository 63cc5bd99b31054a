"""Features of musicnn, a music tagging network, from its published checkpoints.

The package requires NumPy and TensorFlow of 2019 and is never imported; only its files are read.
Install it with ``pip install --no-deps musicnn``.

References
----------
J. Pons, X. Serra, "musicnn: pre-trained convolutional neural networks for music audio
tagging", late-breaking session of ISMIR, 2019. Licence of code and weights: ISC.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.networks.musicnn_trunk import FRONT_END
from quadpred_plugin.training.teachers.installed_files import find_installed
from quadpred_plugin.training.teachers.mel_spectrogram import mel_power
from quadpred_plugin.training.teachers.windows import (
    HOP_SAMPLES,
    SAMPLE_RATE,
    pad_to_window,
    window_count,
)

FRAME_SIZE, HOP_SIZE, BANDS = FRONT_END.frame_size, FRONT_END.hop_size, FRONT_END.bands
PATCH_FRAMES = FRONT_END.patch_size
_HOP_FRAMES = HOP_SAMPLES // HOP_SIZE

_INPUT = "model/Placeholder"
_FEATURE_MAP = "model/concat_1"
_POOLED = "model/Flatten/flatten/Reshape"
_OUTPUTS = {"penultimate": "model/dense/Relu", "tags": "model/Sigmoid"}


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the input of musicnn: log10(10000 · mel power + 1).

    Parameters
    ----------
    samples : ndarray of float32, shape (samples,)
        16 kHz, full scale 1.

    Returns
    -------
    bands : ndarray of float32, shape (frames, 96)
        At least 0. Frame *i* is centred on sample 256 · *i*; samples outside the signal are
        zero.
    """
    padded = np.pad(samples, FRAME_SIZE // 2)
    power = mel_power(padded, SAMPLE_RATE, FRAME_SIZE, FRAME_SIZE, HOP_SIZE, BANDS)
    return np.log10(10000 * power + 1)


def checkpoint_prefix(training_set: str) -> str:
    """Return the common prefix of the paths of an installed checkpoint.

    Parameters
    ----------
    training_set : {'MSD', 'MTT'}
        Million Song Dataset (tags given by listeners), or MagnaTagATune (instruments and
        genres).

    Returns
    -------
    prefix : str

    Raises
    ------
    InstallationError
        If the package isn't installed, or lacks the checkpoint.
    """
    name = f"musicnn/{training_set}_musicnn/.meta"
    meta = find_installed(
        "musicnn", lambda file: file.as_posix() == name, "pip install --no-deps musicnn"
    )
    return str(meta).removesuffix(".meta")


def freeze(prefix: str) -> bytes:
    """Freeze the inference part of a checkpoint.

    The graph takes any number of frames. It contains only the nodes that the outputs need:
    TensorFlow 2 can't import the whole meta graph, which includes training.

    Parameters
    ----------
    prefix : str
        From `checkpoint_prefix`.

    Returns
    -------
    graph : bytes
        A serialised GraphDef.
    """
    import tensorflow as tf
    from tensorflow.core.framework.graph_pb2 import GraphDef
    from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef

    meta = MetaGraphDef()
    meta.ParseFromString(Path(f"{prefix}.meta").read_bytes())
    values = tf.compat.v1.train.NewCheckpointReader(prefix)
    nodes = {node.name: node for node in meta.graph_def.node}
    frozen, pending, visited = GraphDef(), list(_OUTPUTS.values()), set()
    while pending:
        name = pending.pop().lstrip("^").split(":")[0]
        if name in visited:
            continue
        visited.add(name)
        source, node = nodes[name], frozen.node.add()
        is_switch = source.op == "Placeholder" and name != _INPUT
        if source.op.startswith("Variable") or is_switch:
            # The only other placeholder is the switch between training and inference.
            constant = tf.make_tensor_proto(False if is_switch else values.get_tensor(name))
            node.name, node.op = name, "Const"
            node.attr["dtype"].type = constant.dtype
            node.attr["value"].tensor.CopyFrom(constant)
            continue
        node.CopyFrom(source)
        node.attr.pop("_output_shapes", None)
        if name == _INPUT:
            node.attr["shape"].shape.dim[1].size = -1
        pending.extend(source.input)
    return bytes(frozen.SerializeToString(deterministic=True))


def frozen_graph(training_set: str, folder: Path) -> Path:
    """Return the path of the frozen graph in a folder; create it if it is missing."""
    path = folder / f"musicnn_{training_set.lower()}.pb"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        content = freeze(checkpoint_prefix(training_set))
        write_atomically(path, lambda stream: stream.write(content))
    return path


def pool_windows(feature_map: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pool a feature map over windows of 187 frames, as the network does over a patch.

    Parameters
    ----------
    feature_map : ndarray of float32, shape (frames, channels)
        At least 187 frames.

    Returns
    -------
    pooled : ndarray of float32, shape (windows, 2 * channels)
        Maximum and mean of each channel, alternating.
    """
    last = len(feature_map) - PATCH_FRAMES
    # A loop is much faster than reducing a sliding view along its frames.
    windows = (
        feature_map[start : start + PATCH_FRAMES] for start in range(0, last + 1, _HOP_FRAMES)
    )
    return np.stack(
        [np.stack([window.max(axis=0), window.mean(axis=0)], axis=-1).ravel() for window in windows]
    )


class Musicnn:
    """One of the package's networks, applied to a whole clip.

    The convolutions run once over the clip and only the pooling is by window, which takes a
    third of the arithmetic of overlapping patches. Near the ends of a window, the
    convolutions see the neighbouring frames, where the original network sees zeros.

    Parameters
    ----------
    graph : Path
        From `frozen_graph`.
    """

    def __init__(self, graph: Path) -> None:
        import tensorflow as tf

        definition = tf.compat.v1.GraphDef.FromString(graph.read_bytes())
        one_thread = tf.compat.v1.ConfigProto(
            intra_op_parallelism_threads=1, inter_op_parallelism_threads=1
        )
        with tf.Graph().as_default() as loaded:
            tf.import_graph_def(definition, name="")
            self._session: Any = tf.compat.v1.Session(graph=loaded, config=one_thread)

    def __call__(self, samples: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return the features over time.

        Parameters
        ----------
        samples : ndarray of float32, shape (samples,)
            16 kHz, full scale 1.

        Returns
        -------
        features : dict of ndarray of float32
            ``tags``, shape (windows, 50), 0..1, and ``penultimate``, (windows, 200), at
            least 0; on the grid of `windows.window_times`.
        """
        frames = log_mel(pad_to_window(samples))[np.newaxis]
        feature_map = self._session.run(f"{_FEATURE_MAP}:0", {f"{_INPUT}:0": frames})[0, :, :, 0]
        pooled = pool_windows(feature_map)
        assert len(pooled) == window_count(len(samples))
        fetches = {name: f"{node}:0" for name, node in _OUTPUTS.items()}
        features: dict[str, NDArray[np.float32]] = self._session.run(
            fetches, {f"{_POOLED}:0": pooled}
        )
        return features
