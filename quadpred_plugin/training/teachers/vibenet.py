"""Features of vibenet, a small network that predicts energy, valence and five other attributes.

References
----------
PyPI package ``vibenet`` 0.1.0, licence GPL-3.0.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.training.teachers.installed_files import find_installed
from quadpred_plugin.training.teachers.mel_spectrogram import mel_power
from quadpred_plugin.training.teachers.windows import (
    SAMPLE_RATE,
    WINDOW_SAMPLES,
    pad_to_window,
    window_starts,
)

OUTPUT_NAMES = (
    "acousticness",
    "danceability",
    "energy",
    "instrumentalness",
    "liveness",
    "speechiness",
    "valence",
)

WINDOW_SIZE, TRANSFORM_SIZE, HOP_SIZE, BANDS = 640, 1024, 320, 128
_DYNAMIC_RANGE = 80.0
# Name of the node before the output layer.
_TRUNK = b"gelu"
# Windows overlap by five sixths, and no part of the network can be shared between them. Every
# second window is processed; its features are used for the next one as well.
_WINDOW_STEP = 2


def decibel_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the input of vibenet: mel bands in dB.

    Parameters
    ----------
    samples : ndarray of float32, shape (samples,)
        16 kHz, full scale 1.

    Returns
    -------
    bands : ndarray of float32, shape (frames, 128)
        dB, at most 80 below the maximum.
    """
    power = mel_power(samples, SAMPLE_RATE, WINDOW_SIZE, TRANSFORM_SIZE, HOP_SIZE, BANDS)
    decibels = 10 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(decibels, decibels.max() - _DYNAMIC_RANGE)


def graph_path() -> Path:
    """Return the path of the network in the installed package.

    Returns
    -------
    path : Path
        The .onnx file.

    Raises
    ------
    InstallationError
        If the package isn't installed, or lacks the file.
    """
    return find_installed(
        "vibenet",
        lambda file: file.suffix == ".onnx",
        "pip install 'quadpred-plugin[teacher]'",
    )


def with_trunk_output(content: bytes) -> bytes:
    """Add the trunk to the outputs of the network.

    Concatenated protocol buffers are merged when read. It is enough to append a model that
    contains only a graph (field 7) with an output (field 12) of that name (field 1).

    Parameters
    ----------
    content : bytes
        The network, a serialised ONNX model.

    Returns
    -------
    content : bytes
    """

    def field(number: int, payload: bytes) -> bytes:
        return bytes([number << 3 | 2, len(payload)]) + payload

    return content + field(7, field(12, field(1, _TRUNK)))


class Vibenet:
    """The network, applied to windows and to whole clips."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        content = with_trunk_output(graph_path().read_bytes())
        self._session = onnxruntime.InferenceSession(content, options)

    def __call__(self, samples: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return the features over time and of the whole clip.

        Parameters
        ----------
        samples : ndarray of float32, shape (samples,)
            16 kHz, full scale 1.

        Returns
        -------
        features : dict of ndarray of float32
            ``trunk``, shape (windows, 256), and ``outputs``, (windows, 7), in the order of
            `OUTPUT_NAMES`, unbounded; on the grid of `windows.window_times`. ``whole_trunk``
            and ``whole_outputs``: the same for the whole clip, one row, as the package itself
            uses the network.
        """
        samples = pad_to_window(samples)
        starts = window_starts(len(samples))
        rows = [
            self._run(samples[start : start + WINDOW_SAMPLES]) for start in starts[::_WINDOW_STEP]
        ]
        outputs, trunk = (
            np.repeat(np.concatenate(part), _WINDOW_STEP, axis=0)[: len(starts)]
            for part in zip(*rows)
        )
        whole_outputs, whole_trunk = self._run(samples)
        return {
            "trunk": trunk,
            "outputs": outputs,
            "whole_trunk": whole_trunk,
            "whole_outputs": whole_outputs,
        }

    def _run(self, samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        bands = decibel_mel(samples).T[np.newaxis]
        return tuple(self._session.run(["out", _TRUNK.decode()], {"x": bands}))
