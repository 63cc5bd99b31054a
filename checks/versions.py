"""Compare predictions with the oldest and newest versions of all requirements, in each Python.

    python -m checks.versions [--python VERSION] [--oldest | --newest]

The wheel is installed into a fresh environment each, whose versions uv chooses: the oldest and the
newest that setup.cfg allows and that have a wheel for the Python. Each environment is a download of
some 300 MB the first time.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import requires
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement

from checks.dist.building import build, named_pythons
from checks.dist.environment import Environment
from checks.dist.pythons import installed
from checks.dist.reference import PIECES, checkout, copy_examples
from tests.limits import HANG
from tests.tree import copy_tracked

# That of the HTML page, which is written, too.
EXTRAS = "report"
# uv's names. The oldest versions are those of setup.cfg; of what these require, the newest.
RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}
COLUMNS = (*(f"q{number}" for number in (1, 2, 3, 4)), "arousal", "valence")
# Four decimals agree.
LARGEST_DIFFERENCE = 5e-5


def main() -> None:
    """Print the greatest difference of each environment; a failed assertion ends the run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--python",
        action="append",
        metavar="VERSION",
        help="only this version, such as 3.11; repeatable",
    )
    choice = parser.add_mutually_exclusive_group()
    for name in RESOLUTIONS:
        choice.add_argument(f"--{name}", action="store_true", help=f"only the {name} versions")
    options = parser.parse_args()
    wanted = [name for name in RESOLUTIONS if getattr(options, name)] or list(RESOLUTIONS)
    with tempfile.TemporaryDirectory(prefix="quadpred-versions-") as name:
        folder = Path(name)
        copy_tracked(folder / "source")
        _, wheel = build(folder / "source", folder / "built")
        (folder / "checkout").mkdir()
        expected = _predictions(checkout(folder / "checkout"))
        pythons = installed()
        for version in options.python or named_pythons(wheel):
            if version not in pythons:
                print(f"{version:5} not installed", flush=True)
                continue
            for which in wanted:
                _compare(version, pythons[version], wheel, which, expected, folder)


def _compare(
    version: str, python: Path, wheel: Path, which: str, expected: np.ndarray, parent: Path
) -> None:
    folder = parent / f"{version}-{which}"
    folder.mkdir()
    pins = _resolve(version, wheel, RESOLUTIONS[which], folder)
    environment = Environment.make(python, wheel, EXTRAS, folder, pins)
    found = _predictions(environment)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    difference = float(np.abs(found - expected).max())
    print(f"{version:5} {which}: differs by {difference:.1g} ({_named(pins)})", flush=True)
    assert difference < LARGEST_DIFFERENCE, difference
    # An environment takes a gigabyte.
    shutil.rmtree(folder)


def _resolve(version: str, wheel: Path, resolution: str, folder: Path) -> Path:
    """Write the versions of all packages to a file of pip's constraints, and return it."""
    pins = folder / "versions.txt"
    (folder / "wanted.txt").write_text(f"quadpred-plugin[{EXTRAS}] @ {wheel.as_uri()}\n")
    options = ["--resolution", resolution, "--python-version", version, "--only-binary", ":all:"]
    run = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options),
            *("--no-annotate", "--no-emit-package", "quadpred-plugin"),
            *("--output-file", pins, folder / "wanted.txt"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert run.returncode == 0, run.stderr
    return pins


def _named(pins: Path) -> str:
    """Return the versions of the packages that setup.cfg names."""
    requirements = map(Requirement, requires("quadpred-plugin") or [])
    names = {one.name.replace("_", "-") for one in requirements if one.marker is None}
    lines = pins.read_text().splitlines()
    return ", ".join(line for line in lines if line.partition("==")[0] in names)


def _predictions(environment: Environment) -> np.ndarray:
    """Return all numbers of the pieces' patches; table, plot and page must succeed, too."""
    copy_examples(environment.folder)
    environment.quadpred("predict", "--format", "table", "--plot", "plot.png", PIECES[0])
    environment.quadpred("report", "-o", "page.html", PIECES[0])
    choice = ["--level", "frame", "--format", "json"]
    files = json.loads(environment.quadpred("predict", "-q", *choice, *PIECES))
    return np.concatenate([[one["frames"][name] for name in COLUMNS] for one in files], axis=1)


if __name__ == "__main__":
    main()
