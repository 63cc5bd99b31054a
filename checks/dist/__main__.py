"""Build wheel and source distribution, and use the wheel in fresh environments.

The tree is copied, built, and the copy renamed: nothing that is installed can read it.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from checks.dist.building import build, inspect, named_pythons
from checks.dist.environment import Environment
from checks.dist.pythons import installed, offered
from checks.dist.reference import Numbers, checkout, copy_examples
from checks.dist.uses import USES, numbers_are_the_checkouts
from tests.tree import copy_tracked

# What 'quadpred report' needs.
EXTRAS = "report"


def main() -> None:
    """Run all parts and print what was found; a failed assertion ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path, help="folder for wheel and source distribution")
    parser.add_argument(
        "--python",
        action="append",
        metavar="VERSION",
        help="only this one, such as 3.11, of those that are tested",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quadpred-dist-") as name:
        folder = Path(name)
        sdist, wheel = _build(folder)
        expected = _expected(folder / "checkout")
        for version, python in _choose(wheel, options.python).items():
            _use(version, python, wheel, expected, folder / version)
        options.output.mkdir(parents=True, exist_ok=True)
        for path in (sdist, wheel):
            shutil.copy2(path, options.output)
            print(options.output / path.name)


def _build(folder: Path) -> tuple[Path, Path]:
    source, built = folder / "source", folder / "built"
    copy_tracked(source)
    sdist, wheel = build(source, built)
    _tell("wheel", inspect(sdist, wheel, source))
    source.rename(folder / "renamed")
    return sdist, wheel


def _expected(folder: Path) -> Numbers:
    folder.mkdir()
    copy_examples(folder)
    return Numbers(checkout(folder))


def _choose(wheel: Path, wanted: list[str] | None) -> dict[str, Path]:
    """Return the Pythons to test, and say which of those named can't be tested here."""
    named, wheels = named_pythons(wheel), offered()
    assert named == wheels, f"setup.cfg names {named}, but Essentia has wheels for {wheels}"
    found = installed()
    for version in named:
        if version not in found:
            _tell(version, "not on this machine")
    chosen = {version: found[version] for version in wanted or named if version in found}
    assert chosen, f"none of {wanted or named} is on this machine"
    return chosen


def _use(version: str, python: Path, wheel: Path, expected: Numbers, folder: Path) -> None:
    folder.mkdir()
    start = time.monotonic()
    environment = Environment.make(python, wheel, EXTRAS, folder)
    copy_examples(environment.folder)
    size = subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=True)
    took = f"{size.stdout.split()[0]} MiB in {time.monotonic() - start:.0f} s"
    _tell(version, f"{python}, installed: {took}")
    for name, use in USES.items():
        _tell(version, f"{name}: {use(environment)}")
    _tell(version, f"numbers: {numbers_are_the_checkouts(environment, expected)}")
    # An environment has a gigabyte.
    shutil.rmtree(folder)


def _tell(topic: str, words: str) -> None:
    print(f"{topic:6} {words}", flush=True)


if __name__ == "__main__":
    main()
