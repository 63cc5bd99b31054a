"""Installing the plugin where Vamp hosts look, and saying how it stands."""

import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import InstallationError, OutputError
from quadpred_plugin.system.files import write_atomically
from vamp_wrapper.build import SOURCES, build_library, check_library
from vamp_wrapper.places import default_folder, library_name, search_path

# What hosts read beside the library: the category in menus, and a description in RDF.
COMPANIONS = ("quadpred.cat", "quadpred.n3")
_ENVIRONMENT = re.compile(rb"quadpred-environment:([^\0]+)\0")


@dataclass(frozen=True)
class Installed:
    """A library of that name in a folder.

    Attributes
    ----------
    library : Path
    environment : Path or None
        The Python that it starts; None if the library isn't one of ours.
    """

    library: Path
    environment: Path | None

    @property
    def of_this_environment(self) -> bool:
        """Whether it starts the Python that runs this."""
        # One environment has several links to its Python: python, python3, python3.11.
        own = Path(sys.executable).parent
        return self.environment is not None and self.environment.parent == own

    def problem(self) -> str | None:
        """Say why a host can't use it, None if it can.

        Raises
        ------
        InstallationError
            If that can't be found out, for want of a compiler.
        """
        if self.environment is None:
            return "it is not a library of quadpred-plugin."
        with tempfile.TemporaryDirectory() as folder:
            return check_library(self.library, Path(folder))


def install(folder: Path | None = None) -> Installed:
    """Build the library, check it in a child process and put it into a folder.

    Parameters
    ----------
    folder : Path, optional
        Made if it isn't there; the user's own plugin folder if None.

    Raises
    ------
    InstallationError
        If something is missing or the library doesn't work; what was installed before is
        then still there.
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
            raise OutputError(f"The folder {folder} can't be made: {error.strerror}.") from error
        for source in (*(SOURCES / name for name in COMPANIONS), library):
            _copy(source, folder)
    installed = look_at(folder / library_name())
    problem = installed.problem()
    if problem:
        raise InstallationError(f"{installed.library} can't be opened where it is: {problem}")
    return installed


def uninstall(folder: Path | None = None) -> list[Path]:
    """Remove the library and what lies beside it.

    Parameters
    ----------
    folder : Path, optional
        As for `install`.

    Returns
    -------
    removed : list of Path

    Raises
    ------
    InstallationError
        If there is none, or one that isn't ours.
    OutputError
        If it can't be removed.
    """
    folder = folder or default_folder()
    installed = look_at(folder / library_name())
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
    return [look_at(library) for library in libraries if library.is_file()]


def is_searched(folder: Path) -> bool:
    """Say whether a host started from here would look into a folder."""
    return any(os.path.realpath(folder) == os.path.realpath(place) for place in search_path())


def _copy(source: Path, folder: Path) -> None:
    content = source.read_bytes()
    write_atomically(folder / source.name, lambda stream: stream.write(content))


def look_at(library: Path) -> Installed:
    """Read whose a library is, without running it.

    Raises
    ------
    InstallationError
        If it isn't there or can't be read.
    """
    try:
        content = library.read_bytes()
    except OSError as error:
        raise InstallationError(
            f"There is no Vamp plugin {library} that can be read: {error.strerror}."
        ) from error
    found = _ENVIRONMENT.search(content)
    return Installed(library, Path(os.fsdecode(found[1])) if found else None)
