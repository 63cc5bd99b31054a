"""Install, remove and inspect the plugin in the folders that Vamp hosts search."""

import os
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from quadpred_plugin.errors import InstallationError, OutputError
from quadpred_plugin.system.files import write_atomically
from vamp_wrapper.build import SOURCES, build_library, check_library
from vamp_wrapper.places import default_folder, library_name, search_path

# Files that hosts read beside the library: its category in menus and an RDF description.
COMPANIONS = ("quadpred.cat", "quadpred.n3")
_ENVIRONMENT = re.compile(rb"quadpred-environment:([^\0]+)\0")


@dataclass(frozen=True)
class Installed:
    """A library with the plugin's file name in some folder.

    Attributes
    ----------
    library : Path
    environment : Path or None
        The Python that it starts; None if quadpred-plugin didn't build the library.
    replaced : Path or None
        The other environment's Python that a library started which this one has replaced.
    """

    library: Path
    environment: Path | None
    replaced: Path | None = None

    @property
    def of_this_environment(self) -> bool:
        """Whether it starts the Python of this environment."""
        # An environment has several links to its Python: python, python3, python3.11.
        own = Path(sys.executable).parent
        return self.environment is not None and self.environment.parent == own

    def problem(self) -> str | None:
        """Return why a host can't use it, or None if it can.

        Raises
        ------
        InstallationError
            If that can't be checked because there is no C compiler.
        """
        if self.environment is None:
            return "it is not a library of quadpred-plugin."
        with tempfile.TemporaryDirectory() as folder:
            return check_library(self.library, Path(folder))


def install(folder: Path | None = None) -> Installed:
    """Build the library, check it in a child process and copy it to a folder.

    Parameters
    ----------
    folder : Path, optional
        Created if missing; the user's own plugin folder if None.

    Returns
    -------
    installed : Installed

    Raises
    ------
    InstallationError
        If a requirement is missing or the library doesn't work; a library that was
        installed before is kept.
    OutputError
        If the folder can't be written.
    """
    folder = folder or default_folder()
    with tempfile.TemporaryDirectory() as build:
        library = build_library(Path(build), library_name())
        problem = check_library(library, Path(build))
        if problem:
            raise InstallationError(f"The Vamp plugin was built but doesn't work: {problem}")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder {folder} can't be created: {error.strerror}.") from error
        former = _former_environment(folder / library_name())
        for source in (*(SOURCES / name for name in COMPANIONS), library):
            _copy(source, folder)
    installed = inspect_library(folder / library_name())
    problem = installed.problem()
    if problem:
        raise InstallationError(f"{installed.library} can't be opened in its folder: {problem}")
    return replace(installed, replaced=former)


def _former_environment(library: Path) -> Path | None:
    """Return the Python of another environment that an installed library starts."""
    if not library.is_file():
        return None
    former = inspect_library(library)
    return None if former.of_this_environment else former.environment


def uninstall(folder: Path | None = None) -> list[Path]:
    """Remove the library and its companion files.

    Parameters
    ----------
    folder : Path, optional
        As for `install`.

    Returns
    -------
    removed : list of Path
        The removed files.

    Raises
    ------
    InstallationError
        If there is no library, or quadpred-plugin didn't build it.
    OutputError
        If a file can't be removed.
    """
    folder = folder or default_folder()
    installed = inspect_library(folder / library_name())
    if installed.environment is None:
        raise InstallationError(
            f"{installed.library} is not a library of quadpred-plugin: nothing was removed."
        )
    removed = []
    for path in (installed.library, *(folder / name for name in COMPANIONS)):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OutputError(f"{path} can't be removed: {error.strerror}.") from error
        removed.append(path)
    return removed


def find_installed() -> list[Installed]:
    """Return the libraries on the hosts' search path; hosts use the first."""
    libraries = dict.fromkeys(folder / library_name() for folder in search_path())
    return [inspect_library(library) for library in libraries if library.is_file()]


def is_searched(folder: Path) -> bool:
    """Return whether a host started from here would search a folder."""
    return any(os.path.realpath(folder) == os.path.realpath(place) for place in search_path())


def _copy(source: Path, folder: Path) -> None:
    content = source.read_bytes()
    write_atomically(folder / source.name, lambda stream: stream.write(content))


def inspect_library(library: Path) -> Installed:
    """Read which environment a library starts, without running it.

    Raises
    ------
    InstallationError
        If the library is missing or can't be read.
    """
    try:
        content = library.read_bytes()
    except OSError as error:
        raise InstallationError(
            f"There is no Vamp plugin {library} that can be read: {error.strerror}."
        ) from error
    found = _ENVIRONMENT.search(content)
    return Installed(library, Path(os.fsdecode(found[1])) if found else None)
