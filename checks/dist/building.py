"""Build wheel and source distribution, and inspect their contents."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from packaging.metadata import Metadata
from packaging.requirements import Requirement

from tests.limits import HANG
from tests.tree import tracked_files

LARGEST_WHEEL = 60e6


def build(source: Path, folder: Path) -> tuple[Path, Path]:
    """Build the source distribution from a tree, and the wheel from the source distribution.

    A wheel built from the tree directly must have the same contents.

    Returns
    -------
    sdist, wheel : Path
        Files in the folder.
    """
    _run("build", "--outdir", folder, source)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    direct = folder / "direct"
    _run("build", "--wheel", "--outdir", direct, source)
    (other,) = direct.glob("*.whl")
    assert wheel_files(wheel) == wheel_files(other), "the wheels of sdist and tree differ"
    return sdist, wheel


def inspect(sdist: Path, wheel: Path, source: Path) -> str:
    """Check both with twine and check-wheel-contents, and compare them with the tree."""
    _run("twine", "check", "--strict", sdist, wheel)
    _run("check_wheel_contents", "--config", source / "pyproject.toml", wheel)
    size = wheel.stat().st_size
    assert size <= LARGEST_WHEEL, f"the wheel has {size} bytes"
    shipped, tracked = sdist_files(sdist), set(tracked_files())
    assert shipped >= tracked, f"not in the sdist: {sorted(tracked - shipped)}"
    made = {name for name in shipped - tracked if ".egg-info/" not in name}
    assert made <= {"PKG-INFO"}, f"in the sdist, but not tracked: {sorted(made)}"
    return f"{size / 1e6:.1f} MB, sdist {sdist.stat().st_size / 1e6:.1f} MB"


def wheel_files(wheel: Path) -> dict[str, int]:
    """Return the checksum of each file in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist()}


def sdist_files(sdist: Path) -> set[str]:
    """Return the paths of the files in a source distribution, below its top folder."""
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive if member.isfile()}


def named_pythons(wheel: Path) -> list[str]:
    """Return the versions of Python in a wheel's metadata, such as ``3.10``."""
    start = "Programming Language :: Python :: 3."
    named = [each for each in _metadata(wheel).classifiers or [] if each.startswith(start)]
    return [each.rpartition(" ")[2] for each in named]


def named_requirements(wheel: Path, extra: str) -> list[Requirement]:
    """Return what a wheel requires, with an extra."""
    named = _metadata(wheel).requires_dist or []
    return [one for one in named if not one.marker or one.marker.evaluate({"extra": extra})]


def _metadata(wheel: Path) -> Metadata:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(name), validate=False)


def _run(module: str, *arguments: object) -> None:
    """Run a module of this environment; its output is shown if it fails."""
    run = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 0, f"{module} failed:\n{run.stdout}"
