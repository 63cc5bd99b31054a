"""Weights as Keras 2 stored them in HDF5, read without Keras.

Only numbers and names are read, and only from the file itself: nothing in it is unpickled or
evaluated, and links to other files aren't followed.

References
----------
Keras 2.2.4 and 2.3.1, ``keras/engine/saving.py``, which wrote such files.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError
from quadpred_plugin.training.keras2.layers import Layer, Shape, read_architecture

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# What a repository holds in a file's place that was cloned without Git LFS.
_LARGE_FILE_POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class StoredNetwork:
    """A network as stored: layers, weights, and what wrote it.

    Attributes
    ----------
    layers : dict of str to Layer
    weights : dict of str to list of ndarray of float32
        Of each layer that has some, in the order and the shapes of `Layer.weights`.
    keras_version : str
    """

    layers: dict[str, Layer]
    weights: dict[str, list[NDArray[np.float32]]]
    keras_version: str


def read_stored_network(path: Path, preprocessing: Preprocessing) -> StoredNetwork:
    """Read a network from its .hdf5 and the .json beside it.

    Parameters
    ----------
    path : Path
        The .hdf5, with weights and architecture, as Keras 2's ``Model.save`` writes it.
    preprocessing : Preprocessing
        Gives the bands and frames that the network's input must have.

    Raises
    ------
    ModelError
        If a file is missing, damaged, or not such a network; if the two files disagree; if a
        weight is missing, has another shape than the architecture says, or isn't finite.
    """
    check_signature(path)
    layers = _read_json(path.with_suffix(".json"), path, preprocessing)
    import h5py

    try:
        with h5py.File(path, "r") as file:
            version = _text(file.attrs["keras_version"])
            if not version.startswith("2."):
                raise ModelError(
                    f"{path} was written by Keras {version}, and only files of Keras 2 are known."
                )
            stored = read_architecture(_text(file.attrs["model_config"]), str(path), preprocessing)
            _compare(layers, stored, path)
            groups = _inside(file, "model_weights", path)
            weights = {
                layer.name: _read_weights(groups, layer, path)
                for layer in layers.values()
                if layer.weights
            }
    except (OSError, RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = " ".join(str(error).split()).strip("'\".")
        raise ModelError(
            f"{path} is damaged, or not a network that Keras 2 saved whole ({reason}): get the "
            "file again from where it came from."
        ) from error
    return StoredNetwork(layers, weights, version)


def check_signature(path: Path) -> None:
    """Raise ModelError, with the way out, if a file isn't there or doesn't begin as HDF5 does."""
    try:
        with path.open("rb") as stream:
            start = stream.read(len(_LARGE_FILE_POINTER))
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror}.") from error
    if start.startswith(_LARGE_FILE_POINTER):
        raise ModelError(
            f"{path} only says where Git LFS keeps the weights: run 'git lfs pull' in its "
            "repository."
        )
    if not start.startswith(_SIGNATURE):
        raise ModelError(
            f"{path} is not an HDF5 file: give the .hdf5 with the weights, not the .json or .txt "
            "beside it."
        )


def _read_json(path: Path, weights: Path, preprocessing: Preprocessing) -> dict[str, Layer]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"{weights} can't be imported without its architecture {path} ({error.strerror}): put "
            "the .json of the same name beside it."
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} is not JSON: {error}.") from error
    return read_architecture(text, str(path), preprocessing)


def _compare(layers: dict[str, Layer], stored: dict[str, Layer], path: Path) -> None:
    def essence(layer: Layer) -> tuple[Any, ...]:
        names = ("activation", "epsilon", "pool_size", "kernel_size")
        settings = [layer.settings.get(name) for name in names]
        return layer.kind, layer.source, layer.shape, settings

    odd = [
        name
        for name in {**layers, **stored}
        if name not in layers
        or name not in stored
        or essence(layers[name]) != essence(stored[name])
    ]
    if odd:
        raise ModelError(
            f"{path} and the .json beside it describe different networks: they differ in the "
            f"layer '{odd[0]}'; take both files from one place."
        )


def _read_weights(groups: Any, layer: Layer, path: Path) -> list[NDArray[np.float32]]:
    if layer.name not in groups:
        raise ModelError(f"{path} has no weights for the layer '{layer.name}'.")
    group = _inside(groups, layer.name, path)
    # Scopes before the last part count up when a network is built again: b1_c1_2/kernel:0.
    stored = {
        _text(name).rpartition("/")[2].partition(":")[0]: _text(name)
        for name in group.attrs["weight_names"]
    }
    if set(stored) != set(layer.weights):
        raise ModelError(
            f"{path} has for the layer '{layer.name}' the weights {', '.join(sorted(stored))}, "
            f"and needs {', '.join(layer.weights)}."
        )
    return [
        _read_array(
            _inside(group, stored[name], path), shape, f"{name} of the layer '{layer.name}'", path
        )
        for name, shape in layer.weights.items()
    ]


def _inside(group: Any, name: str, path: Path) -> Any:
    """Return what stands under a name, if it stands in this very file."""
    import h5py

    found = group
    for part in filter(None, name.split("/")):
        link = found.get(part, getlink=True)
        if link is not None and not isinstance(link, h5py.HardLink):
            raise ModelError(f"{path} is not taken: '{part}' leads elsewhere, perhaps out of it.")
        found = found[part]
    if isinstance(found, h5py.Dataset) and (found.external or found.is_virtual):
        raise ModelError(f"{path} is not taken: the numbers of '{name}' are in another file.")
    return found


def _read_array(data: Any, shape: Shape, name: str, path: Path) -> NDArray[np.float32]:
    if data.shape != shape or data.dtype.kind != "f":
        raise ModelError(
            f"{path} has the {name} as {data.dtype} of shape {data.shape}; the architecture asks "
            f"for real numbers of shape {shape}."
        )
    values: NDArray[np.float32] = data[()].astype(np.float32)
    if not np.isfinite(values).all():
        raise ModelError(f"{path} has values that aren't finite in the {name}.")
    if name.startswith("moving_variance") and values.min() < 0:
        raise ModelError(f"{path} has negative variances in the {name}.")
    return values


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
