"""Folders that Vamp hosts search for plugins."""

import os
import sys
from pathlib import Path


def library_name() -> str:
    """Return the file name of the library; hosts take its stem as the library's name."""
    return "quadpred.dylib" if sys.platform == "darwin" else "quadpred.so"


def standard_folders() -> list[Path]:
    """Return the folders that hosts search by default, in order."""
    if sys.platform == "darwin":
        plugins = Path("Library/Audio/Plug-Ins/Vamp")
        return [Path.home() / plugins, Path("/") / plugins]
    home = Path.home()
    return [home / "vamp", home / ".vamp", Path("/usr/local/lib/vamp"), Path("/usr/lib/vamp")]


def search_path() -> list[Path]:
    """Return the folders that a host started from here would search.

    The environment variable VAMP_PATH replaces the standard folders.
    """
    vamp_path = os.environ.get("VAMP_PATH")
    if not vamp_path:
        return standard_folders()
    return [Path(folder) for folder in vamp_path.split(os.pathsep) if folder]


def default_folder() -> Path:
    """Return the user's own folder, the first in the search order."""
    return standard_folders()[0]
