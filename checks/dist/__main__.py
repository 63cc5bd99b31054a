"""Build wheel and source distribution, and use the wheel in fresh environments.

The tree is copied and built, and the copy is renamed so that no installed file can refer to it.
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

# The extra that 'quadpred report' needs.
EXTRAS = "report"


def main() -> None:
    """Run all parts and print their results; a failed assertion ends the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path, help="folder for wheel and source distribution")
    parser.add_argument(
        "--python",
        action="append",
        metavar="VERSION",
        help="test only this version, such as 3.11",
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
    _report("wheel", inspect(sdist, wheel, source))
    source.rename(folder / "renamed")
    return sdist, wheel


def _expected(folder: Path) -> Numbers:
    folder.mkdir()
    copy_examples(folder)
    return Numbers(checkout(folder))


def _choose(wheel: Path, wanted: list[str] | None) -> dict[str, Path]:
    """Return the Pythons to test, and report supported versions that aren't installed."""
    named, wheels = named_pythons(wheel), offered()
    assert named == wheels, f"setup.cfg names {named}, but Essentia has wheels for {wheels}"
    found = installed()
    for version in named:
        if version not in found:
            _report(version, "not installed")
    chosen = {version: found[version] for version in wanted or named if version in found}
    assert chosen, f"none of {wanted or named} is installed"
    return chosen


def _use(version: str, python: Path, wheel: Path, expected: Numbers, folder: Path) -> None:
    folder.mkdir()
    start = time.monotonic()
    environment = Environment.make(python, wheel, EXTRAS, folder)
    copy_examples(environment.folder)
    size = subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=True)
    cost = f"{size.stdout.split()[0]} MiB in {time.monotonic() - start:.0f} s"
    _report(version, f"{python}, installed: {cost}")
    for name, use in USES.items():
        _report(version, f"{name}: {use(environment)}")
    _report(version, f"numbers: {numbers_are_the_checkouts(environment, expected)}")
    # An environment takes a gigabyte.
    shutil.rmtree(folder)


def _report(topic: str, text: str) -> None:
    print(f"{topic:6} {text}", flush=True)


if __name__ == "__main__":
    main()
