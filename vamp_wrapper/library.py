"""The plugin's descriptor, with its C functions as ctypes callbacks.

All objects here are kept for the life of the process, since hosts store their addresses. An
exception must not leave a callback: its message is printed to standard error, and the callback
returns the failure value of vamp.h.
"""

import ctypes
import functools
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.version import VERSION
from vamp_wrapper import abi
from vamp_wrapper.outputs import OUTPUTS, Output
from vamp_wrapper.plugin import MAXIMUM_CHANNELS, PREFERRED_BLOCK, QuadpredPlugin, print_message
from vamp_wrapper.settings import Parameter, parameters, programs

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
PLUGIN_VERSION = 1

_handles = itertools.count(1)
_instances: dict[int, QuadpredPlugin] = {}
# Structures that hosts have not released yet, by address.
_unreleased: dict[int, Any] = {}
_nothing = (abi.FeatureList * len(OUTPUTS))()
_empty_set = ctypes.addressof(_nothing)
_lock = threading.Lock()


def _callback(kind: Any, failure: Any = None) -> Callable[[Callable[..., Any]], Any]:
    """Make a function callable from C; on an exception it prints a line and returns `failure`."""

    def wrap(function: Callable[..., Any]) -> Any:
        @functools.wraps(function)
        def guarded(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except QuadpredError as error:
                print_message(str(error))
            except BaseException as error:
                print_message(
                    f"{function.__name__.strip('_')} failed: {type(error).__name__}: {error}"
                )
            return failure

        return kind(guarded)

    return wrap


@_callback(abi.Instantiate)
def _instantiate(descriptor: Any, sample_rate: float) -> int:
    handle = next(_handles)
    _instances[handle] = QuadpredPlugin(sample_rate)
    return handle


@_callback(abi.Cleanup)
def _cleanup(handle: int) -> None:
    _instances.pop(handle).close()


@_callback(abi.Initialise, 0)
def _initialise(handle: int, channels: int, step: int, block: int) -> int:
    return int(_instances[handle].initialise(channels, step, block))


@_callback(abi.Reset)
def _reset(handle: int) -> None:
    _instances[handle].reset()


@_callback(abi.GetParameter, 0.0)
def _get_parameter(handle: int, index: int) -> float:
    return _instances[handle].get_parameter(index)


@_callback(abi.SetParameter)
def _set_parameter(handle: int, index: int, value: float) -> None:
    _instances[handle].set_parameter(index, value)


@_callback(abi.GetCurrentProgram, 0)
def _get_current_program(handle: int) -> int:
    return _instances[handle].program


@_callback(abi.SelectProgram)
def _select_program(handle: int, index: int) -> None:
    _instances[handle].select_program(index)


@_callback(abi.GetNumber, 0)
def _get_preferred_size(handle: int) -> int:
    return PREFERRED_BLOCK


@_callback(abi.GetNumber, 0)
def _get_minimum_channels(handle: int) -> int:
    return 1


@_callback(abi.GetNumber, 0)
def _get_maximum_channels(handle: int) -> int:
    return MAXIMUM_CHANNELS


@_callback(abi.GetNumber, 0)
def _get_output_count(handle: int) -> int:
    return len(OUTPUTS)


@_callback(abi.GetOutputDescriptor)
def _get_output_descriptor(handle: int, index: int) -> int | None:
    if not 0 <= index < len(OUTPUTS):
        return None
    descriptor, names = _describe_output(OUTPUTS[index], _instances[handle].feature_rate)
    address = ctypes.addressof(descriptor)
    _unreleased[address] = (descriptor, names)
    return address


@_callback(abi.ReleaseOutputDescriptor)
def _release_output_descriptor(address: int | None) -> None:
    _unreleased.pop(address or 0, None)


@_callback(abi.Process, _empty_set)
def _process(handle: int, buffers: Any, seconds: int, nanoseconds: int) -> int:
    _instances[handle].process(buffers, seconds * 1_000_000_000 + nanoseconds)
    return _empty_set


@_callback(abi.GetRemainingFeatures, _empty_set)
def _get_remaining_features(handle: int) -> int:
    remaining = _instances[handle].remaining()
    if remaining is None:
        return _empty_set
    from vamp_wrapper.features import feature_set

    lists, buffers = feature_set(*remaining)
    address = ctypes.addressof(lists)
    _unreleased[address] = (lists, buffers)
    return address


@_callback(abi.ReleaseFeatureSet)
def _release_feature_set(address: int | None) -> None:
    _unreleased.pop(address or 0, None)


def _describe_output(output: Output, feature_rate: float) -> tuple[abi.OutputDescriptor, Any]:
    named = output.fixed_bins and len(output.bins) > 1
    names = abi.strings(output.bins) if named else None
    descriptor = abi.OutputDescriptor(
        identifier=output.identifier.encode(),
        name=output.name.encode(),
        description=output.description.encode(),
        unit=output.unit.encode(),
        hasFixedBinCount=int(output.fixed_bins),
        binCount=len(output.bins) if output.fixed_bins else 0,
        binNames=names,
        hasKnownExtents=1,
        minValue=output.minimum,
        maxValue=output.maximum,
        isQuantized=int(output.step > 0),
        quantizeStep=output.step,
        sampleType=abi.FIXED_SAMPLE_RATE if output.per_patch else abi.VARIABLE_SAMPLE_RATE,
        sampleRate=feature_rate if output.per_patch else 0.0,
        hasDuration=int(not output.per_patch),
    )
    return descriptor, names


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
        programCount=len(programs()),
        programs=abi.strings(tuple(name for name, _ in programs())),
        inputDomain=abi.TIME_DOMAIN,
        instantiate=_instantiate,
        cleanup=_cleanup,
        initialise=_initialise,
        reset=_reset,
        getParameter=_get_parameter,
        setParameter=_set_parameter,
        getCurrentProgram=_get_current_program,
        selectProgram=_select_program,
        getPreferredStepSize=_get_preferred_size,
        getPreferredBlockSize=_get_preferred_size,
        getMinChannelCount=_get_minimum_channels,
        getMaxChannelCount=_get_maximum_channels,
        getOutputCount=_get_output_count,
        getOutputDescriptor=_get_output_descriptor,
        releaseOutputDescriptor=_release_output_descriptor,
        process=_process,
        getRemainingFeatures=_get_remaining_features,
        releaseFeatureSet=_release_feature_set,
    )


def descriptor_address(host_version: int, index: int) -> int:
    """Return the address of the plugin's ``VampPluginDescriptor``, 0 if there is none.

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
