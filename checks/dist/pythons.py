"""Find the versions of Python that Essentia has wheels for and that are installed here."""

import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import findpython
from packaging.requirements import Requirement

from tests.limits import HANG

_FIRST_MINOR = 10
# The search ends after this many versions without a wheel.
_GAP = 2


def offered() -> list[str]:
    """Return the versions from 3.10 on for which the package index has wheels of Essentia."""
    (essentia,) = (
        requirement
        for requirement in map(Requirement, requires("quadpred-plugin") or [])
        if requirement.name == "essentia-tensorflow"
    )
    found: list[str] = []
    minor = _FIRST_MINOR
    while minor - _FIRST_MINOR < len(found) + _GAP:
        version = f"3.{minor}"
        if any(essentia.specifier.filter(_wheels(essentia.name, version), prereleases=True)):
            found.append(version)
        minor += 1
    return found


def _wheels(name: str, python: str) -> list[str]:
    """Return the versions of a package that have a wheel for a version of Python."""
    command = ["index", "versions", name, "--pre", "--python-version", python]
    run = subprocess.run(
        [sys.executable, "-m", "pip", *command, "--only-binary", ":all:"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    available = re.search("^Available versions: (.*)$", run.stdout, re.MULTILINE)
    return available[1].split(", ") if available else []


def installed() -> dict[str, Path]:
    """Return the newest Python of each installed version that can make environments."""
    found: dict[str, Path] = {}
    # The newest come first.
    for python in findpython.find_all(allow_prereleases=False, implementation="cpython"):
        version = f"{python.major}.{python.minor}"
        if version not in found and _makes_environments(python.real_path):
            found[version] = python.real_path
    return found


def _makes_environments(python: Path) -> bool:
    run = subprocess.run(
        [python, "-c", "import venv, ensurepip"], stderr=subprocess.DEVNULL, timeout=HANG
    )
    return run.returncode == 0
