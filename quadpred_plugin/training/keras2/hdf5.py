"""Read networks that Keras 2 saved as HDF5, without Keras.

Only numbers and names are read, and only from the file itself: nothing is unpickled or
evaluated, and links are refused.

References
----------
Keras 2.2.4 and 2.3.1, ``keras/engine/saving.py``.
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
# Start of the placeholder for a file in a repository cloned without Git LFS.
_LFS_POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class StoredNetwork:
    """Layers and weights of a saved network.

    Attributes
    ----------
    layers : dict of str to Layer
    weights : dict of str to list of ndarray of float32
        By layer, for layers with weights; order and shapes as in `Layer.weights`.
    keras_version : str
        Version of Keras that saved the file.
    """

    layers: dict[str, Layer]
    weights: dict[str, list[NDArray[np.float32]]]
    keras_version: str


def read_stored_network(path: Path, preprocessing: Preprocessing) -> StoredNetwork:
    """Read a network from its .hdf5 and the .json of the same name.

    Parameters
    ----------
    path : Path
        The .hdf5 with weights and architecture, from Keras 2's ``Model.save``.
    preprocessing : Preprocessing
        Gives the bands and frames that the network's input must have.

    Returns
    -------
    network : StoredNetwork

    Raises
    ------
    ModelError
        If a file is missing, damaged, or not such a network; if the two files disagree; if a
        weight is missing, doesn't have the architecture's shape, or isn't finite.
    """
    check_signature(path)
    layers = _read_json(path.with_suffix(".json"), path, preprocessing)
    import h5py

    try:
        with h5py.File(path, "r") as file:
            version = _text(file.attrs["keras_version"])
            if not version.startswith("2."):
                raise ModelError(
                    f"{path} was saved by Keras {version}; only files of Keras 2 can be imported."
                )
            stored = read_architecture(_text(file.attrs["model_config"]), str(path), preprocessing)
            _check_same(layers, stored, path)
            groups = _resolve(file, "model_weights", path)
            weights = {
                layer.name: _read_weights(groups, layer, path)
                for layer in layers.values()
                if layer.weights
            }
    except (OSError, RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = " ".join(str(error).split()).strip("'\".")
        raise ModelError(
            f"{path} is damaged, or not a complete network saved by Keras 2 ({reason}): download "
            "the file again."
        ) from error
    return StoredNetwork(layers, weights, version)


def check_signature(path: Path) -> None:
    """Raise ModelError if a file can't be read or isn't HDF5."""
    try:
        with path.open("rb") as stream:
            start = stream.read(len(_LFS_POINTER))
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror}.") from error
    if start.startswith(_LFS_POINTER):
        raise ModelError(
            f"{path} is a Git LFS pointer without the weights: run 'git lfs pull' in its "
            "repository."
        )
    if not start.startswith(_SIGNATURE):
        raise ModelError(
            f"{path} is not an HDF5 file: give the .hdf5 with the weights, not the .json or .txt "
            "in the same folder."
        )


def _read_json(path: Path, weights: Path, preprocessing: Preprocessing) -> dict[str, Layer]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"{weights} can't be imported without its architecture {path} ({error.strerror}): put "
            "the .json of the same name into the same folder."
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} is not JSON: {error}.") from error
    return read_architecture(text, str(path), preprocessing)


def _check_same(layers: dict[str, Layer], stored: dict[str, Layer], path: Path) -> None:
    def definition(layer: Layer) -> tuple[Any, ...]:
        names = ("activation", "epsilon", "pool_size", "kernel_size")
        settings = [layer.settings.get(name) for name in names]
        return layer.kind, layer.source, layer.shape, settings

    differing = [
        name
        for name in {**layers, **stored}
        if name not in layers
        or name not in stored
        or definition(layers[name]) != definition(stored[name])
    ]
    if differing:
        raise ModelError(
            f"{path} and the .json of the same name describe different networks: they differ in "
            f"the layer '{differing[0]}'; take both files from one source."
        )


def _read_weights(groups: Any, layer: Layer, path: Path) -> list[NDArray[np.float32]]:
    if layer.name not in groups:
        raise ModelError(f"{path} has no weights for the layer '{layer.name}'.")
    group = _resolve(groups, layer.name, path)
    # Keras numbers the scopes when a network is built again: b1_c1_2/kernel:0.
    stored = {
        _text(name).rpartition("/")[2].partition(":")[0]: _text(name)
        for name in group.attrs["weight_names"]
    }
    if set(stored) != set(layer.weights):
        raise ModelError(
            f"{path} has the weights {', '.join(sorted(stored)) or 'none'} for the layer "
            f"'{layer.name}', which needs {', '.join(layer.weights)}."
        )
    return [
        _read_array(
            _resolve(group, stored[name], path), shape, f"{name} of the layer '{layer.name}'", path
        )
        for name, shape in layer.weights.items()
    ]


def _resolve(group: Any, name: str, path: Path) -> Any:
    """Return the object of a name; refuse links and data outside the file."""
    import h5py

    found = group
    for part in filter(None, name.split("/")):
        link = found.get(part, getlink=True)
        if link is not None and not isinstance(link, h5py.HardLink):
            raise ModelError(f"{path} can't be imported: '{part}' is a link, not data.")
        found = found[part]
    if isinstance(found, h5py.Dataset) and (found.external or found.is_virtual):
        raise ModelError(f"{path} can't be imported: the data of '{name}' are in another file.")
    return found


def _read_array(data: Any, shape: Shape, name: str, path: Path) -> NDArray[np.float32]:
    if data.shape != shape or data.dtype.kind != "f":
        raise ModelError(
            f"{path} has the {name} as {data.dtype} of shape {data.shape}; the architecture "
            f"requires floating-point numbers of shape {shape}."
        )
    values: NDArray[np.float32] = data[()].astype(np.float32)
    if not np.isfinite(values).all():
        raise ModelError(f"{path} has values that aren't finite in the {name}.")
    if name.startswith("moving_variance") and values.min() < 0:
        raise ModelError(f"{path} has negative variances in the {name}.")
    return values


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
