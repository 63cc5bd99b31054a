"""C structures of Vamp's plugin interface, version 2, as ctypes.

References
----------
``vamp/vamp.h`` of the Vamp plugin SDK 2.10, with the same order and types.
"""

from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_float,
    c_int,
    c_size_t,
    c_uint,
    c_void_p,
)

API_VERSION = 2

TIME_DOMAIN = 0
FIXED_SAMPLE_RATE = 1
VARIABLE_SAMPLE_RATE = 2


class ParameterDescriptor(Structure):
    """``VampParameterDescriptor``."""

    _fields_ = (
        ("identifier", c_char_p),
        ("name", c_char_p),
        ("description", c_char_p),
        ("unit", c_char_p),
        ("minValue", c_float),
        ("maxValue", c_float),
        ("defaultValue", c_float),
        ("isQuantized", c_int),
        ("quantizeStep", c_float),
        ("valueNames", POINTER(c_char_p)),
    )


class OutputDescriptor(Structure):
    """``VampOutputDescriptor``."""

    _fields_ = (
        ("identifier", c_char_p),
        ("name", c_char_p),
        ("description", c_char_p),
        ("unit", c_char_p),
        ("hasFixedBinCount", c_int),
        ("binCount", c_uint),
        ("binNames", POINTER(c_char_p)),
        ("hasKnownExtents", c_int),
        ("minValue", c_float),
        ("maxValue", c_float),
        ("isQuantized", c_int),
        ("quantizeStep", c_float),
        ("sampleType", c_int),
        ("sampleRate", c_float),
        ("hasDuration", c_int),
    )


class Feature(Structure):
    """``VampFeature``, with addresses as integers so that NumPy can fill arrays of it."""

    _fields_ = (
        ("hasTimestamp", c_int),
        ("sec", c_int),
        ("nsec", c_int),
        ("valueCount", c_uint),
        ("values", c_size_t),
        ("label", c_size_t),
    )


class FeatureDuration(Structure):
    """``VampFeatureV2``, padded to the size of ``VampFeatureUnion``, the arrays' element."""

    _fields_ = (
        ("hasDuration", c_int),
        ("durationSec", c_int),
        ("durationNsec", c_int),
        ("rest_of_union", c_int * 5),
    )


class FeatureList(Structure):
    """``VampFeatureList``: n of `Feature`, then n of `FeatureDuration`."""

    _fields_ = (("featureCount", c_uint), ("features", c_void_p))


class PluginDescriptor(Structure):
    """``VampPluginDescriptor``."""


# A ctypes callback can't return a pointer type: such functions return the address.
Instantiate = CFUNCTYPE(c_void_p, POINTER(PluginDescriptor), c_float)
Cleanup = CFUNCTYPE(None, c_void_p)
Initialise = CFUNCTYPE(c_int, c_void_p, c_uint, c_uint, c_uint)
Reset = CFUNCTYPE(None, c_void_p)
GetParameter = CFUNCTYPE(c_float, c_void_p, c_int)
SetParameter = CFUNCTYPE(None, c_void_p, c_int, c_float)
GetCurrentProgram = CFUNCTYPE(c_uint, c_void_p)
SelectProgram = CFUNCTYPE(None, c_void_p, c_uint)
GetNumber = CFUNCTYPE(c_uint, c_void_p)
GetOutputDescriptor = CFUNCTYPE(c_void_p, c_void_p, c_uint)
ReleaseOutputDescriptor = CFUNCTYPE(None, c_void_p)
Process = CFUNCTYPE(c_void_p, c_void_p, POINTER(c_void_p), c_int, c_int)
GetRemainingFeatures = CFUNCTYPE(c_void_p, c_void_p)
ReleaseFeatureSet = CFUNCTYPE(None, c_void_p)

PluginDescriptor._fields_ = (
    ("vampApiVersion", c_uint),
    ("identifier", c_char_p),
    ("name", c_char_p),
    ("description", c_char_p),
    ("maker", c_char_p),
    ("pluginVersion", c_int),
    ("copyright", c_char_p),
    ("parameterCount", c_uint),
    ("parameters", POINTER(POINTER(ParameterDescriptor))),
    ("programCount", c_uint),
    ("programs", POINTER(c_char_p)),
    ("inputDomain", c_int),
    ("instantiate", Instantiate),
    ("cleanup", Cleanup),
    ("initialise", Initialise),
    ("reset", Reset),
    ("getParameter", GetParameter),
    ("setParameter", SetParameter),
    ("getCurrentProgram", GetCurrentProgram),
    ("selectProgram", SelectProgram),
    ("getPreferredStepSize", GetNumber),
    ("getPreferredBlockSize", GetNumber),
    ("getMinChannelCount", GetNumber),
    ("getMaxChannelCount", GetNumber),
    ("getOutputCount", GetNumber),
    ("getOutputDescriptor", GetOutputDescriptor),
    ("releaseOutputDescriptor", ReleaseOutputDescriptor),
    ("process", Process),
    ("getRemainingFeatures", GetRemainingFeatures),
    ("releaseFeatureSet", ReleaseFeatureSet),
)


def strings(texts: tuple[str, ...], end: bool = False) -> "object":
    """Return a C array of UTF-8 strings.

    Parameters
    ----------
    texts : tuple of str
    end : bool
        Whether to append a NULL.

    Returns
    -------
    array : ctypes array
        Must be kept for as long as C may read it.
    """
    array = (c_char_p * (len(texts) + end))()
    array[: len(texts)] = [text.encode() for text in texts]
    return array
