"""Build the plugin's library from its C sources for this environment's Python."""

import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from quadpred_plugin.errors import InstallationError

SOURCES = Path(__file__).parent
_LIBRARY_SOURCES = ("shim.c", "interpreter.c", "calls.c")
_CHECK_SECONDS = 60


def build_library(folder: Path, name: str) -> Path:
    """Compile the plugin's library.

    Parameters
    ----------
    folder : Path
        Existing folder for the library and the generated header.
    name : str
        File name of the library.

    Returns
    -------
    library : Path

    Raises
    ------
    InstallationError
        If the machine has no C compiler, no Python headers or no shared libpython.
    """
    if sys.platform not in ("linux", "darwin"):
        raise InstallationError(
            f"The Vamp plugin supports Linux and macOS; it can't be built on {sys.platform}."
        )
    compiler, headers, python = find_compiler(), find_headers(), find_python_library()
    (folder / "environment.h").write_text(
        _definition("QUADPRED_LIBPYTHON", python)
        + _definition("QUADPRED_EXECUTABLE", Path(sys.executable))
        + _definition("QUADPRED_PACKAGES", packages_folder()),
        encoding="ascii",
    )
    library = folder / name
    kind = "-dynamiclib" if sys.platform == "darwin" else "-shared"
    _compile(
        [*compiler, kind, "-fPIC", "-fvisibility=hidden", f"-I{folder}", f"-I{headers}"],
        _LIBRARY_SOURCES,
        library,
    )
    return library


def check_library(library: Path, folder: Path) -> str | None:
    """Open a library in a child process, as a host does.

    Parameters
    ----------
    library : Path
    folder : Path
        Existing folder in which the checking program is compiled.

    Returns
    -------
    problem : str or None
        Message of the library, None if it works.

    Raises
    ------
    InstallationError
        If there is no C compiler.
    """
    program = folder / "check"
    _compile(find_compiler(), ["check.c"], program)
    try:
        run = subprocess.run(
            [program, library],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_CHECK_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"it doesn't respond within {_CHECK_SECONDS} s."
    if run.returncode == 0:
        return None
    message = " ".join(run.stderr.split()).removeprefix("quadpred: ")
    return message or f"the process that opened it ended with code {run.returncode}."


def find_compiler() -> list[str]:
    """Return the command of the machine's C compiler.

    Raises
    ------
    InstallationError
        If there is none.
    """
    configured = (sysconfig.get_config_var("CC") or "").split()[:1]
    for command in (shlex.split(os.environ.get("CC", "")), configured, ["cc"], ["gcc"], ["clang"]):
        if command and shutil.which(command[0]):
            return command
    remedy = (
        "run 'xcode-select --install'"
        if sys.platform == "darwin"
        else "install one, on Debian and Ubuntu with 'sudo apt install gcc libc6-dev'"
    )
    raise InstallationError(f"No C compiler was found, which the Vamp plugin needs: {remedy}.")


def find_headers() -> Path:
    """Return the folder of Python.h.

    Raises
    ------
    InstallationError
        If the headers aren't installed.
    """
    folder = Path(sysconfig.get_path("include"))
    if not (folder / "Python.h").is_file():
        raise InstallationError(
            f"Python's headers, which the Vamp plugin needs, are not in {folder}. Install them, "
            f"on Debian and Ubuntu with 'sudo apt install python{_version()}-dev'."
        )
    return folder


def find_python_library() -> Path:
    """Return the shared library of the running Python.

    Raises
    ------
    InstallationError
        If there is none: a plugin can't open a static library.
    """
    get = sysconfig.get_config_var
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    names = [get("INSTSONAME"), get("LDLIBRARY"), f"libpython{_version()}{suffix}"]
    folders = [get("LIBDIR"), get("PYTHONFRAMEWORKPREFIX"), f"{sys.base_prefix}/lib"]
    if get("LIBDIR") and get("MULTIARCH"):
        folders.insert(1, f"{get('LIBDIR')}/{get('MULTIARCH')}")
    for folder in filter(None, folders):
        for name in filter(None, names):
            library = Path(folder, name)
            if library.suffix != ".a" and library.is_file():
                return library
    raise InstallationError(
        f"The Python of this environment, {platform.python_version()} in {sys.base_prefix}, has no "
        f"shared library (libpython{_version()}{suffix}), which the Vamp plugin needs. On "
        f"Debian and Ubuntu: 'sudo apt install libpython{_version()}'. With pyenv: "
        f"'PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force "
        f"{platform.python_version()}'. Python from conda-forge has one too. If this installs "
        "another Python, create the environment again with it."
    )


def packages_folder() -> Path:
    """Return the folder from which a Python imports this package and its requirements."""
    parent = SOURCES.parent
    if parent.name in ("site-packages", "dist-packages"):
        return parent
    return Path(sysconfig.get_path("purelib"))


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _definition(name: str, path: Path) -> str:
    """Return a C macro definition of a path that may contain any bytes."""
    octal = "".join(f"\\{byte:03o}" for byte in os.fsencode(path))
    return f'/* {ascii(str(path)).replace("*/", "* /")} */\n#define {name} "{octal}"\n'


def _compile(command: Sequence[str], sources: Sequence[str], target: Path) -> None:
    paths = [str(SOURCES / source) for source in sources]
    run = subprocess.run(
        [*command, "-std=gnu11", "-O2", *paths, "-o", str(target), "-ldl", "-lpthread"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if run.returncode:
        reason = next((line for line in run.stderr.splitlines() if "error" in line), run.stderr)
        raise InstallationError(
            f"'{command[0]}' can't compile {sources[0]}: {reason.strip()} On Debian and Ubuntu, "
            "'sudo apt install gcc libc6-dev' installs the compiler and its headers."
        )
