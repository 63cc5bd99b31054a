"""The architecture of a network as Keras 2 wrote it in JSON, read without Keras.

Nothing that a file says is evaluated: classes and settings of its layers are compared with
the few that the released networks have, and everything else is refused.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError
from quadpred_plugin.training.networks.published import HEADS

Shape = tuple[int, ...]

# Settings that decide what a layer computes, and the only values known here.
_FIXED: dict[str, dict[str, Any]] = {
    "InputLayer": {},
    "BatchNormalization": {"axis": -1, "center": True, "scale": True},
    "Conv2D": {
        "data_format": "channels_first",
        "padding": "same",
        "strides": [1, 1],
        "dilation_rate": [1, 1],
        "use_bias": True,
    },
    "MaxPooling2D": {"data_format": "channels_first", "padding": "valid"},
    "Dropout": {},
    "Flatten": {"data_format": "channels_first"},
    "Dense": {"use_bias": True},
}
_ACTIVATIONS = ("linear", "relu", "softmax")

# The released networks have 6.5 million; a damaged file shall not ask for all memory.
_MOST_WEIGHTS = 100_000_000


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    name : str
    kind : str
        Keras's name of its class.
    source : str or None
        The layer whose output it takes; None for the input.
    settings : dict
        All that the file says of it.
    shape : tuple of int
        Of its output for one patch: (channels, bands, frames), or (units,).
    weights : dict of str to tuple of int
        Shape of each of its weights, in Keras's order.
    """

    name: str
    kind: str
    source: str | None
    settings: dict[str, Any]
    shape: Shape
    weights: dict[str, Shape]


def read_architecture(text: str, origin: str, preprocessing: Preprocessing) -> dict[str, Layer]:
    """Read the layers of a multi-task network.

    Parameters
    ----------
    text : str
        JSON, as Keras 2's ``to_json`` writes it.
    origin : str
        What to call it in messages.
    preprocessing : Preprocessing
        Gives the bands and frames that the input must have.

    Returns
    -------
    layers : dict of str to Layer
        By name; each stands after the one it takes its input from.

    Raises
    ------
    ModelError
        If it is not JSON, not such a network, or has a layer that isn't known here.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{origin} is not JSON: {error}.") from error
    try:
        return _read_layers(content, preprocessing)
    except ModelError as error:
        raise ModelError(f"{origin} {error}") from error
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ModelError(
            f"{origin} doesn't describe a network as Keras 2 does: {error!r}."
        ) from error


def _read_layers(content: Any, preprocessing: Preprocessing) -> dict[str, Layer]:
    if content["class_name"] != "Model":
        raise ModelError(f"holds a '{content['class_name']}', and only a 'Model' can be imported.")
    wanted = (1, preprocessing.bands, preprocessing.patch_size)
    layers: dict[str, Layer] = {}
    for entry in content["config"]["layers"]:
        layer = _read_layer(entry, layers)
        if layer.name in layers:
            raise ModelError(f"has two layers '{layer.name}'.")
        if layer.source is None and (layers or layer.shape != wanted):
            raise ModelError(
                f"takes {layer.shape} in the layer '{layer.name}', and only a network that takes "
                f"patches of {wanted} (channels, bands, frames) in its first can be imported."
            )
        layers[layer.name] = layer
    outputs = {
        name: layers[name].shape
        for name, *_ in content["config"]["output_layers"]
        if layers[name].settings.get("activation") == "softmax"
    }
    if outputs != {head: (classes,) for head, classes in HEADS.items()}:
        heads = ", ".join(f"{head} of {classes}" for head, classes in HEADS.items())
        names = ", ".join(str(name) for name, *_ in content["config"]["output_layers"])
        raise ModelError(f"gives {names}, and only a network with softmaxes {heads} is known.")
    if sum(prod(shape) for layer in layers.values() for shape in layer.weights.values()) > (
        _MOST_WEIGHTS
    ):
        raise ModelError(f"has more than {_MOST_WEIGHTS} weights.")
    return layers


def _read_layer(entry: Any, earlier: dict[str, Layer]) -> Layer:
    name, kind, settings = entry["name"], entry["class_name"], entry["config"]
    if kind not in _FIXED:
        raise ModelError(
            f"has the layer '{name}' of class {kind}; only {', '.join(_FIXED)} can be imported."
        )
    for setting, only in _FIXED[kind].items():
        if settings[setting] != only:
            raise ModelError(
                f"has the layer '{name}' with {setting} {settings[setting]!r}, and only {only!r} "
                "can be imported."
            )
    if settings.get("activation", "linear") not in _ACTIVATIONS:
        raise ModelError(
            f"has the layer '{name}' with the activation {settings['activation']!r}; only "
            f"{', '.join(_ACTIVATIONS)} can be imported."
        )
    if kind == "InputLayer":
        shape = tuple(map(_whole, settings["batch_input_shape"][1:]))
        return Layer(name, kind, None, settings, shape, {})
    ((node,),) = entry["inbound_nodes"]
    source = node[0]
    if source not in earlier:
        raise ModelError(f"has the layer '{name}' before its input '{source}'.")
    try:
        shape, weights = _SHAPES[kind](settings, earlier[source].shape)
    except ValueError as error:
        raise ModelError(
            f"has the layer '{name}', which can't take what '{source}' gives, "
            f"{earlier[source].shape}: {error}."
        ) from error
    if not all(size > 0 for size in shape):
        raise ModelError(f"has the layer '{name}', whose output would be {shape}.")
    return Layer(name, kind, source, settings, shape, weights)


def _whole(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r} is not a whole number above 0")
    return value


def _norm_shapes(settings: dict[str, Any], taken: Shape) -> tuple[Shape, dict[str, Shape]]:
    _, _, frames = taken
    epsilon = settings["epsilon"]
    if not isinstance(epsilon, float) or not 0 < epsilon < 1:
        raise ModelError(f"normalises with the epsilon {epsilon!r}.")
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    return taken, {name: (frames,) for name in names}


def _convolution_shapes(settings: dict[str, Any], taken: Shape) -> tuple[Shape, dict[str, Shape]]:
    channels, bands, frames = taken
    height, width = map(_whole, settings["kernel_size"])
    filters = _whole(settings["filters"])
    weights = {"kernel": (height, width, channels, filters), "bias": (filters,)}
    return (filters, bands, frames), weights


def _pooling_shapes(settings: dict[str, Any], taken: Shape) -> tuple[Shape, dict[str, Shape]]:
    channels, bands, frames = taken
    if settings["strides"] != settings["pool_size"]:
        raise ModelError(
            f"pools {settings['pool_size']} in strides of {settings['strides']}, and only equal "
            "ones can be imported."
        )
    over_bands, over_frames = map(_whole, settings["pool_size"])
    return (channels, bands // over_bands, frames // over_frames), {}


def _same_shape(settings: dict[str, Any], taken: Shape) -> tuple[Shape, dict[str, Shape]]:
    return taken, {}


def _flat_shape(settings: dict[str, Any], taken: Shape) -> tuple[Shape, dict[str, Shape]]:
    return (prod(taken),), {}


def _dense_shapes(settings: dict[str, Any], taken: Shape) -> tuple[Shape, dict[str, Shape]]:
    (count,) = taken
    units = _whole(settings["units"])
    return (units,), {"kernel": (count, units), "bias": (units,)}


_SHAPES: dict[str, Callable[[dict[str, Any], Shape], tuple[Shape, dict[str, Shape]]]] = {
    "BatchNormalization": _norm_shapes,
    "Conv2D": _convolution_shapes,
    "MaxPooling2D": _pooling_shapes,
    "Dropout": _same_shape,
    "Flatten": _flat_shape,
    "Dense": _dense_shapes,
}
