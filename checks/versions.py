"""Compare predictions with the oldest and newest versions of all requirements, in each Python.

    python -m checks.versions [--python VERSION]

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
from pathlib import Path

import numpy as np

from checks.dist.building import build, named_pythons, named_requirements
from checks.dist.environment import Environment
from checks.dist.pythons import installed
from checks.dist.reference import PIECES, checkout, copy_examples
from quadpred_plugin.quadrants import DIMENSIONS, QUADRANTS
from tests.limits import HANG
from tests.tree import copy_tracked

# That of the HTML page, which is written, too.
EXTRAS = "report"
# uv's names. The oldest versions are those of setup.cfg; of what these require, the newest.
RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}
COLUMNS = (*(quadrant.name.lower() for quadrant in QUADRANTS), *DIMENSIONS)
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
    options = parser.parse_args()
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
            for which in RESOLUTIONS:
                _compare(version, pythons[version], wheel, which, expected, folder)


def _compare(
    version: str, python: Path, wheel: Path, which: str, expected: np.ndarray, parent: Path
) -> None:
    folder = parent / f"{version}-{which}"
    environment = _make(python, wheel, RESOLUTIONS[which], folder)
    found = _predictions(environment)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    difference = float(np.abs(found - expected).max())
    versions = ", ".join(_versions(environment, wheel))
    print(f"{version:5} {which}: differs by {difference:.1g} ({versions})", flush=True)
    assert difference < LARGEST_DIFFERENCE, difference
    # An environment takes a gigabyte.
    shutil.rmtree(folder)


def _make(python: Path, wheel: Path, resolution: str, folder: Path) -> Environment:
    """Create an environment with the wheel, and with requirements that have wheels, too."""
    place, home = folder / "environment", folder / "home"
    home.mkdir(parents=True)
    _uv("venv", "--python", python, place)
    choice = ["--resolution", resolution, "--only-binary", ":all:"]
    # Named here, they are direct requirements to uv.
    direct = [f"{one.name}{one.specifier}" for one in named_requirements(wheel, EXTRAS)]
    _uv("pip", "install", "--python", place / "bin" / "python", *choice, wheel, *direct)
    return Environment(place / "bin", home, {})


def _uv(*arguments: object) -> None:
    command = [sys.executable, "-m", "uv", "--quiet", *map(str, arguments)]
    run = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HANG
    )
    assert run.returncode == 0, run.stderr


def _versions(environment: Environment, wheel: Path) -> list[str]:
    """Return the installed versions of the packages that setup.cfg names."""
    names = [one.name for one in named_requirements(wheel, EXTRAS)]
    code = (
        "import sys\n"
        "from importlib.metadata import version\n"
        "print(*(f'{name} {version(name)}' for name in sys.argv[1:]), sep='\\n')\n"
    )
    return environment.run("python", "-c", code, *names).decode().splitlines()


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
