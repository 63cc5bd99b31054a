"""Read the architecture of a network that Keras 2 saved as JSON, without Keras.

Nothing in a file is evaluated. Classes and settings of layers are compared with those of the
released networks, and all others are refused.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError

Shape = tuple[int, ...]

# Settings that change what a layer computes, with the only supported values.
_REQUIRED_SETTINGS: dict[str, dict[str, Any]] = {
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

# The released networks have 6.5 million. The limit keeps a damaged file from exhausting memory.
_MAXIMUM_WEIGHTS = 100_000_000


@dataclass(frozen=True)
class Layer:
    """One layer of a saved network.

    Attributes
    ----------
    name : str
    kind : str
        Name of its Keras class.
    source : str or None
        Name of the layer whose output is its input; None for the input layer.
    settings : dict
        Its ``config`` in the file.
    shape : tuple of int
        Shape of its output for one patch: (channels, bands, frames), or (units,).
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
        JSON from Keras 2's ``to_json``.
    origin : str
        Name of the file, for messages.
    preprocessing : Preprocessing
        Gives the bands and frames that the input must have.

    Returns
    -------
    layers : dict of str to Layer
        By name; each layer comes after its source.

    Raises
    ------
    ModelError
        If the text is not JSON, not such a network, or has an unsupported layer.
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
            f"{origin} doesn't describe a network in the format of Keras 2: {error!r}."
        ) from error


def _read_layers(content: Any, preprocessing: Preprocessing) -> dict[str, Layer]:
    if content["class_name"] != "Model":
        raise ModelError(f"contains a '{content['class_name']}'; only a 'Model' can be imported.")
    expected = (1, preprocessing.bands, preprocessing.patch_size)
    layers: dict[str, Layer] = {}
    for entry in content["config"]["layers"]:
        layer = _read_layer(entry, layers)
        if layer.name in layers:
            raise ModelError(f"has two layers '{layer.name}'.")
        if layer.source is None and (layers or layer.shape != expected):
            raise ModelError(
                f"has the input {layer.shape} in the layer '{layer.name}'; only a single input of "
                f"{expected} (channels, bands, frames), in the first layer, can be imported."
            )
        layers[layer.name] = layer
    outputs = {
        name: layers[name].shape
        for name, *_ in content["config"]["output_layers"]
        if layers[name].settings.get("activation") == "softmax"
    }
    sizes = {head: len(HEADS[head].classes) for head in REQUIRED_HEADS}
    if outputs != {head: (classes,) for head, classes in sizes.items()}:
        heads = ", ".join(f"{head} of {classes}" for head, classes in sizes.items())
        names = ", ".join(str(name) for name, *_ in content["config"]["output_layers"])
        raise ModelError(
            f"has the outputs {names}; only a network with the softmaxes {heads} can be imported."
        )
    if sum(prod(shape) for layer in layers.values() for shape in layer.weights.values()) > (
        _MAXIMUM_WEIGHTS
    ):
        raise ModelError(f"has more than {_MAXIMUM_WEIGHTS} weights.")
    return layers


def _read_layer(entry: Any, earlier: dict[str, Layer]) -> Layer:
    name, kind, settings = entry["name"], entry["class_name"], entry["config"]
    if kind not in _REQUIRED_SETTINGS:
        raise ModelError(
            f"has the layer '{name}' of class {kind}; only {', '.join(_REQUIRED_SETTINGS)} can "
            "be imported."
        )
    for setting, value in _REQUIRED_SETTINGS[kind].items():
        if settings[setting] != value:
            raise ModelError(
                f"has the layer '{name}' with {setting} {settings[setting]!r}; only {value!r} "
                "can be imported."
            )
    if settings.get("activation", "linear") not in _ACTIVATIONS:
        raise ModelError(
            f"has the layer '{name}' with the activation {settings['activation']!r}; only "
            f"{', '.join(_ACTIVATIONS)} can be imported."
        )
    if kind == "InputLayer":
        shape = tuple(map(_positive_int, settings["batch_input_shape"][1:]))
        return Layer(name, kind, None, settings, shape, {})
    ((node,),) = entry["inbound_nodes"]
    source = node[0]
    if source not in earlier:
        raise ModelError(f"has the layer '{name}' before its input '{source}'.")
    try:
        shape, weights = _SHAPES[kind](settings, earlier[source].shape)
    except ValueError as error:
        raise ModelError(
            f"has the layer '{name}', which can't process the output of '{source}', "
            f"{earlier[source].shape}: {error}."
        ) from error
    if not all(size > 0 for size in shape):
        raise ModelError(f"has the layer '{name}', whose output would have the shape {shape}.")
    return Layer(name, kind, source, settings, shape, weights)


def _positive_int(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r} is not a positive integer")
    return value


def _norm_shapes(settings: dict[str, Any], inputs: Shape) -> tuple[Shape, dict[str, Shape]]:
    _, _, frames = inputs
    epsilon = settings["epsilon"]
    if not isinstance(epsilon, float) or not 0 < epsilon < 1:
        raise ModelError(
            f"has a batch norm with the epsilon {epsilon!r}; it must be between 0 and 1."
        )
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    return inputs, {name: (frames,) for name in names}


def _convolution_shapes(settings: dict[str, Any], inputs: Shape) -> tuple[Shape, dict[str, Shape]]:
    channels, bands, frames = inputs
    height, width = map(_positive_int, settings["kernel_size"])
    filters = _positive_int(settings["filters"])
    weights = {"kernel": (height, width, channels, filters), "bias": (filters,)}
    return (filters, bands, frames), weights


def _pooling_shapes(settings: dict[str, Any], inputs: Shape) -> tuple[Shape, dict[str, Shape]]:
    channels, bands, frames = inputs
    if settings["strides"] != settings["pool_size"]:
        raise ModelError(
            f"has a pooling of {settings['pool_size']} with strides of {settings['strides']}; only "
            "strides equal to the pool size can be imported."
        )
    over_bands, over_frames = map(_positive_int, settings["pool_size"])
    return (channels, bands // over_bands, frames // over_frames), {}


def _same_shape(settings: dict[str, Any], inputs: Shape) -> tuple[Shape, dict[str, Shape]]:
    return inputs, {}


def _flat_shape(settings: dict[str, Any], inputs: Shape) -> tuple[Shape, dict[str, Shape]]:
    return (prod(inputs),), {}


def _dense_shapes(settings: dict[str, Any], inputs: Shape) -> tuple[Shape, dict[str, Shape]]:
    (count,) = inputs
    units = _positive_int(settings["units"])
    return (units,), {"kernel": (count, units), "bias": (units,)}


_SHAPES: dict[str, Callable[[dict[str, Any], Shape], tuple[Shape, dict[str, Shape]]]] = {
    "BatchNormalization": _norm_shapes,
    "Conv2D": _convolution_shapes,
    "MaxPooling2D": _pooling_shapes,
    "Dropout": _same_shape,
    "Flatten": _flat_shape,
    "Dense": _dense_shapes,
}
