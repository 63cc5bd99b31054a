"""Import of Essentia: nothing is changed for the rest of the process, nothing is printed.

Essentia's Python modules create a class for each of some 300 algorithms when imported,
which takes a second. Processes of the command line need a dozen of them and call
`restrict_algorithms` first. A user's script gets all of them, and its own settings of Essentia's
log and of the environment are put back.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from quadpred_plugin.errors import InstallationError

# Variables that TensorFlow reads once: when Essentia's library is loaded, and when the first
# graph is. oneDNN's kernels in the bundled TensorFlow 2.5 end the process with SIGFPE on some
# machines. Another TensorFlow in the process must not see them.
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
# Reentrant: importing a module of Essentia imports `essentia` first.
_lock = threading.RLock()


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
    with _environment({name: _ONE_THREAD[name] for name in names}):
        yield


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables inside, and put them back afterwards."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def quiet_essentia() -> Iterator[ModuleType]:
    """Import ``essentia``, and keep its log and TensorFlow's off inside.

    Importing its modules and creating algorithms prints otherwise. The log and the environment
    of the caller's program are put back afterwards; other threads wait.

    Yields
    ------
    essentia : module

    Raises
    ------
    InstallationError
        If the process has loaded another TensorFlow before.
    """
    with _lock, _environment(_ENVIRONMENT):
        if "essentia" not in sys.modules:
            _refuse_earlier_tensorflow()
        essentia = import_module("essentia")
        log = essentia.log
        before = log.infoActive, log.warningActive
        log.infoActive = log.warningActive = False
        try:
            yield essentia
        finally:
            # A process of the command line has no log of its own to put back.
            if not _restricted:
                log.infoActive, log.warningActive = before


def _refuse_earlier_tensorflow() -> None:
    """Refuse to import Essentia where that would end the process.

    The two libraries share names, and the second one registers its operations twice.
    """
    if "tensorflow" in sys.modules or _has_loaded("libtensorflow_framework"):
        raise InstallationError(
            "The package tensorflow was imported before Essentia, whose own TensorFlow can't be "
            "loaded after it. Import Essentia first: put 'import essentia' above 'import "
            "tensorflow' or 'import keras', or predict in another process."
        )


def _has_loaded(library: str) -> bool:
    """Whether the process has loaded a library; False where the system doesn't say."""
    try:
        with open("/proc/self/maps", "rb") as maps:
            return any(library.encode() in line for line in maps)
    except OSError:
        return False


def load_essentia() -> ModuleType:
    """Import ``essentia`` quietly and return it."""
    with quiet_essentia() as essentia:
        return essentia


def load_standard() -> ModuleType:
    """Import ``essentia.standard``, restricted after `restrict_algorithms`, and return it."""
    with quiet_essentia() as essentia:
        return _import_standard(essentia)


def _import_standard(essentia: ModuleType) -> ModuleType:
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
    with quiet_essentia():
        return import_module("essentia.streaming")
