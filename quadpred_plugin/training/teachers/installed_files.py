"""Find files of other packages that are installed, such as a network's weights."""

from collections.abc import Callable
from importlib.metadata import PackagePath
from pathlib import Path

from quadpred_plugin.errors import InstallationError


def find_installed(package: str, wanted: Callable[[PackagePath], bool], command: str) -> Path:
    """Return the path of the first file of an installed package that fits.

    Parameters
    ----------
    package : str
    wanted : callable
        Whether a file fits.
    command : str
        Installs the package.

    Raises
    ------
    InstallationError
        If the package isn't installed, or lacks the file.
    """
    from importlib.metadata import PackageNotFoundError, files

    try:
        listed = files(package) or []
    except PackageNotFoundError as error:
        raise InstallationError(f"The teacher needs {package}: {command}.") from error
    for file in listed:
        if wanted(file):
            return Path(str(file.locate()))
    raise InstallationError(f"The installed {package} lacks the file of its network: {command}.")
