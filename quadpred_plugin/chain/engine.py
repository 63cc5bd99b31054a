"""Essentia, loaded quietly, and fast where that is safe.

Essentia's Python modules make a class of each of some 300 algorithms when imported,
which takes a second. A process of our own needs a dozen and may restrict the list; a
user's script must find all of them, so nothing is restricted unless `restrict_algorithms` was
called first.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

# What TensorFlow reads once, when Essentia's library is loaded. oneDNN's kernels in the
# bundled TensorFlow 2.5 end the process with SIGFPE on some machines.
_ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
_ONE_THREAD = {
    name: "1"
    for name in (
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
    )
}
_USED = ("Windowing", "Spectrum", "TriangularBands", "TensorflowPredict")
# Essentia's own Python derives algorithms from these when it is imported.
_NEEDED_AT_IMPORT = ("FrameCutter", "CentralMoments", "Centroid", "Decrease", "Spline")

_restricted = False


def restrict_algorithms() -> None:
    """Load only the algorithms that the chain uses, and one thread of each library.

    For processes of our own (the command line and its workers), which run one process a
    core. Must be called before NumPy and Essentia are imported; harmless afterwards.
    """
    global _restricted
    _restricted = True
    for name, value in _ONE_THREAD.items():
        os.environ.setdefault(name, value)


@contextmanager
def one_tensorflow_thread() -> Iterator[None]:
    """Let graphs that are loaded inside run on one thread, if they are the process's first.

    Sums then come out the same, bit for bit, however busy the machine is. TensorFlow sizes
    its threads with the first graph of a process; a host's own wishes are put back.
    """
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update({name: _ONE_THREAD[name] for name in names})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def load_essentia() -> ModuleType:
    """Import ``essentia`` without its chatter and return it."""
    if "essentia" not in sys.modules:
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
    essentia = import_module("essentia")
    # Algorithms announce themselves on the information channel while their classes are made.
    essentia.log.infoActive = False
    essentia.log.warningActive = False
    return essentia


def load_standard() -> ModuleType:
    """Import ``essentia.standard``, restricted if this process asked for that."""
    essentia = load_essentia()
    if not _restricted or "essentia.standard" in sys.modules:
        return import_module("essentia.standard")
    native = essentia._essentia
    every_name = native.keys
    native.keys = lambda: [*_USED, *_NEEDED_AT_IMPORT]
    try:
        return import_module("essentia.standard")
    except Exception:  # a newer Essentia that needs more of its list at import
        sys.modules.pop("essentia.standard", None)
        native.keys = every_name
        return import_module("essentia.standard")
    finally:
        native.keys = every_name


def load_streaming() -> ModuleType:
    """Import ``essentia.streaming``, always whole: users connect what they like."""
    load_essentia()
    return import_module("essentia.streaming")
