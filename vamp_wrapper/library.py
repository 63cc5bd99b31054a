"""The plugin's descriptor, and the functions that the library in C (`calls.c`) calls.

Arguments and results are numbers, as they come from C: instances have numbers, structures have
addresses. A function whose failure has an explanation prints it and returns None. All other
exceptions leave it; the library in C decides what the host gets then.

Structures that hosts don't release are kept for the life of the process, since hosts store their
addresses.
"""

import ctypes
import functools
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.version import VERSION
from vamp_wrapper import abi
from vamp_wrapper.outputs import OUTPUTS, Output
from vamp_wrapper.plugin import MAXIMUM_CHANNELS, PREFERRED_BLOCK, QuadpredPlugin, print_message
from vamp_wrapper.settings import Parameter, parameters

IDENTIFIER = "quadpred"
NAME = "Emotion over Time"
DESCRIPTION = (
    "Arousal, valence and the four quadrants of Russell's circumplex, predicted by a neural "
    "network for each second of music"
)
MAKER = "The quadpred-plugin developers"
COPYRIGHT = (
    "Code: AGPL-3.0-or-later. Weights trained on research recordings: CC BY-NC-SA 4.0, not for "
    "commercial use."
)
# Version of the plugin; hosts warn if a session was saved with another one.
PLUGIN_VERSION = 2
# Sample rate of the output descriptors that hosts get if an instance can't make its own, Hz.
_USUAL_RATE = 44100.0

_Result = TypeVar("_Result")

_numbers = itertools.count(1)
_instances: dict[int, QuadpredPlugin] = {}
# Structures that hosts have not released yet, by address.
_unreleased: dict[int, Any] = {}
_lock = threading.Lock()


def _explained(function: Callable[..., _Result]) -> Callable[..., _Result | None]:
    """Print an error that has an explanation; the result is None then."""

    @functools.wraps(function)
    def guarded(*arguments: Any) -> _Result | None:
        try:
            return function(*arguments)
        except QuadpredError as error:
            print_message(str(error))
            return None

    return guarded


@_explained
def plugin_address(host_version: int, index: int) -> int:
    """Return the address of the plugin's ``VampPluginDescriptor``, 0 if there is none.

    Its functions are added in C.

    Parameters
    ----------
    host_version : int
        Highest version of the interface that the host supports.
    index : int
        Number of the plugin in this library; only 0 exists.
    """
    if host_version < abi.API_VERSION or index != 0:
        return 0
    with _lock:
        return ctypes.addressof(_descriptor())


def output_count() -> int:
    """Return the number of outputs."""
    return len(OUTPUTS)


@_explained
def usual_outputs() -> int:
    """Return the address of an array of addresses of output descriptors, which live for ever."""
    with _lock:
        return ctypes.addressof(_usual_outputs()[0])


def preferred_size() -> int:
    """Return the preferred step and block, in samples."""
    return PREFERRED_BLOCK


def maximum_channels() -> int:
    """Return the largest number of channels."""
    return MAXIMUM_CHANNELS


@_explained
def instantiate(sample_rate: float) -> int:
    """Make an instance of the plugin and return its number."""
    instance = QuadpredPlugin(sample_rate)
    number = next(_numbers)
    _instances[number] = instance
    return number


@_explained
def cleanup(number: int) -> int:
    """Discard an instance."""
    instance = _instances.pop(number, None)
    if instance is not None:
        instance.close()
    return 1


@_explained
def initialise(number: int, channels: int, step: int, block: int) -> int:
    """Load the model and start a signal; return 0 if that isn't possible."""
    return int(_instances[number].initialise(channels, step, block))


@_explained
def reset(number: int) -> int:
    """Start a signal."""
    _instances[number].reset()
    return 1


def get_parameter(number: int, index: int) -> float:
    """Return the value of an instance's parameter."""
    return float(_instances[number].get_parameter(index))


def set_parameter(number: int, index: int, value: float) -> int:
    """Set the value of an instance's parameter."""
    _instances[number].set_parameter(index, value)
    return 1


@_explained
def describe_output(number: int, index: int) -> int:
    """Return the address of a new ``VampOutputDescriptor``, to be released."""
    descriptor, names = _describe_output(OUTPUTS[index], _instances[number].feature_rate)
    address = ctypes.addressof(descriptor)
    _unreleased[address] = (descriptor, names)
    return address


@_explained
def process(number: int, buffers: int, seconds: int, nanoseconds: int) -> int:
    """Take a block: the address of an array with each channel's address, and the block's time."""
    instance = _instances[number]
    addresses = list((ctypes.c_size_t * instance.channels).from_address(buffers))
    instance.process(addresses, seconds * 1_000_000_000 + nanoseconds)
    return 1


@_explained
def remaining_features(number: int) -> int:
    """Return the address of the features of the whole signal, to be released; 0 for none."""
    remaining = _instances[number].remaining()
    if remaining is None:
        return 0
    from vamp_wrapper.features import feature_set

    lists, buffers = feature_set(*remaining)
    address = ctypes.addressof(lists)
    _unreleased[address] = (lists, buffers)
    return address


def release(address: int) -> int:
    """Free a structure that a host was given."""
    _unreleased.pop(address, None)
    return 1


def _describe_output(output: Output, feature_rate: float) -> tuple[abi.OutputDescriptor, Any]:
    names = abi.strings(output.bins) if len(output.bins) > 1 else None
    descriptor = abi.OutputDescriptor(
        identifier=output.identifier.encode(),
        name=output.name.encode(),
        description=output.description.encode(),
        unit=output.unit.encode(),
        hasFixedBinCount=1,
        binCount=len(output.bins),
        binNames=names,
        hasKnownExtents=1,
        minValue=output.minimum,
        maxValue=output.maximum,
        isQuantized=int(output.step > 0),
        quantizeStep=output.step,
        sampleType=abi.FIXED_SAMPLE_RATE if output.is_grid else abi.VARIABLE_SAMPLE_RATE,
        sampleRate=feature_rate if output.is_grid else 0.0,
        hasDuration=int(output.has_duration),
    )
    return descriptor, names


@functools.lru_cache(maxsize=1)
def _usual_outputs() -> tuple[Any, list[Any]]:
    rate = QuadpredPlugin(_USUAL_RATE).feature_rate
    described = [_describe_output(output, rate) for output in OUTPUTS]
    addresses = (ctypes.c_void_p * len(described))(
        *(ctypes.addressof(descriptor) for descriptor, _ in described)
    )
    return addresses, described


def _describe_parameter(parameter: Parameter) -> abi.ParameterDescriptor:
    return abi.ParameterDescriptor(
        identifier=parameter.identifier.encode(),
        name=parameter.name.encode(),
        description=parameter.description.encode(),
        unit=parameter.unit.encode(),
        minValue=parameter.minimum,
        maxValue=parameter.maximum,
        defaultValue=parameter.default,
        isQuantized=int(parameter.step > 0),
        quantizeStep=parameter.step,
        valueNames=abi.strings(parameter.value_names, end=True) if parameter.value_names else None,
    )


def _pointers(structures: Sequence[Any], kind: Any) -> Any:
    return (ctypes.POINTER(kind) * len(structures))(*map(ctypes.pointer, structures))


@functools.lru_cache(maxsize=1)
def _descriptor() -> abi.PluginDescriptor:
    described = [_describe_parameter(parameter) for parameter in parameters()]
    return abi.PluginDescriptor(
        vampApiVersion=abi.API_VERSION,
        identifier=IDENTIFIER.encode(),
        name=NAME.encode(),
        description=DESCRIPTION.encode(),
        maker=MAKER.encode(),
        pluginVersion=PLUGIN_VERSION,
        copyright=f"quadpred-plugin {VERSION}. {COPYRIGHT}".encode(),
        parameterCount=len(described),
        parameters=_pointers(described, abi.ParameterDescriptor),
        inputDomain=abi.TIME_DOMAIN,
    )
