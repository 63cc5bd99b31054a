"""Features as C arrays, which are kept until the host releases them."""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vamp_wrapper.abi import Feature, FeatureDuration, FeatureList
from vamp_wrapper.outputs import Features

_NANOSECONDS = 1_000_000_000


def to_nanoseconds(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return times in nanoseconds, rounded to integers."""
    return np.round(seconds * _NANOSECONDS).astype(np.int64)


def feature_set(outputs: Sequence[Features], start: int) -> tuple[ctypes.Array[Any], list[Any]]:
    """Return the features of all outputs as an array of ``VampFeatureList``.

    Parameters
    ----------
    outputs : sequence of Features
        In the order of the descriptor's outputs.
    start : int
        Time of the signal's first sample in the host's file, ns.

    Returns
    -------
    lists : ctypes array of FeatureList
        Its address is returned to the host.
    buffers : list
        Memory that the array points to. Both must be kept until the host releases the set.
    """
    lists = (FeatureList * len(outputs))()
    buffers: list[Any] = []
    for entry, features in zip(lists, outputs, strict=True):
        if len(features.times):
            array = _layout(features, start, buffers)
            entry.featureCount = len(features.times)
            entry.features = array.ctypes.data
    return lists, buffers


def _layout(features: Features, start: int, buffers: list[Any]) -> NDArray[Any]:
    count = len(features.times)
    union = np.zeros(2 * count, dtype=np.dtype(Feature))
    first, second = union[:count], union[count:].view(np.dtype(FeatureDuration))
    values = np.ascontiguousarray(features.values, dtype=np.float32)
    first["hasTimestamp"] = 1
    # Floor division: for a negative time, the nanoseconds must still be positive.
    first["sec"], first["nsec"] = np.divmod(start + to_nanoseconds(features.times), _NANOSECONDS)
    first["valueCount"] = values.shape[1]
    first["values"] = values.ctypes.data + np.arange(count) * values.strides[0]
    if features.labels is not None:
        texts = [ctypes.create_string_buffer(label.encode()) for label in features.labels]
        first["label"] = [ctypes.addressof(text) for text in texts]
        buffers.extend(texts)
    if features.durations is not None:
        second["hasDuration"] = 1
        second["durationSec"], second["durationNsec"] = np.divmod(
            to_nanoseconds(features.durations), _NANOSECONDS
        )
    buffers.extend([union, values])
    return union
