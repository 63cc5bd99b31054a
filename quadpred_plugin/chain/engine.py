"""Import of Essentia, without log output and, on request, with few algorithms.

Essentia's Python modules create a class for each of some 300 algorithms when imported,
which takes a second. Processes of the command line need a dozen of them and call
`restrict_algorithms` first. A user's script gets all of them.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from quadpred_plugin.errors import QuadpredError

# Variables that TensorFlow reads once, when Essentia's library is loaded. oneDNN's kernels
# in the bundled TensorFlow 2.5 end the process with SIGFPE on some machines.
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
# Essentia's Python modules subclass these algorithms when imported.
_NEEDED_AT_IMPORT = ("FrameCutter", "CentralMoments", "Centroid", "Decrease", "Spline")

_restricted = False
# The process that first loaded a graph; None before.
_tensorflow_process: int | None = None


def restrict_algorithms() -> None:
    """Import only the algorithms that the chain uses, and use one thread per library.

    For the command line and its workers, which run one process per core. Call it before
    NumPy and Essentia are imported; afterwards it has no effect.
    """
    global _restricted
    _restricted = True
    for name, value in _ONE_THREAD.items():
        os.environ.setdefault(name, value)


@contextmanager
def one_tensorflow_thread() -> Iterator[None]:
    """Run the process's first TensorFlow graph, loaded inside, on one thread.

    Results are then identical to the bit, however busy the machine is. TensorFlow sets the
    number of its threads with a process's first graph. The environment variables of the
    host are restored afterwards.
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


def refuse_forked_tensorflow() -> None:
    """Refuse TensorFlow in a process that was forked off one that has loaded a graph.

    A forked process has none of TensorFlow's threads, and would wait for them for ever.

    Raises
    ------
    QuadpredError
        If this is such a process.
    """
    if _tensorflow_process not in (None, os.getpid()):
        raise QuadpredError(
            "This process was forked off one that had loaded a model, and TensorFlow doesn't run "
            "in both. Start processes afresh, with multiprocessing.get_context('spawn'), or load "
            "models only in the forked processes."
        )


def claim_tensorflow() -> None:
    """Record that this process loads a graph.

    Raises
    ------
    QuadpredError
        As for `refuse_forked_tensorflow`.
    """
    global _tensorflow_process
    refuse_forked_tensorflow()
    _tensorflow_process = os.getpid()


def load_essentia() -> ModuleType:
    """Import ``essentia`` with its log output off and return it."""
    if "essentia" not in sys.modules:
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
    essentia = import_module("essentia")
    # Algorithms are logged at information level while their classes are created.
    essentia.log.infoActive = False
    essentia.log.warningActive = False
    return essentia


def load_standard() -> ModuleType:
    """Import ``essentia.standard``, restricted after `restrict_algorithms`, and return it."""
    essentia = load_essentia()
    if not _restricted or "essentia.standard" in sys.modules:
        return import_module("essentia.standard")
    native = essentia._essentia
    every_name = native.keys
    native.keys = lambda: [*_USED, *_NEEDED_AT_IMPORT]
    try:
        return import_module("essentia.standard")
    except Exception:  # a newer Essentia that subclasses further algorithms
        sys.modules.pop("essentia.standard", None)
        native.keys = every_name
        return import_module("essentia.standard")
    finally:
        native.keys = every_name


def load_streaming() -> ModuleType:
    """Import ``essentia.streaming`` with all algorithms and return it."""
    load_essentia()
    return import_module("essentia.streaming")
