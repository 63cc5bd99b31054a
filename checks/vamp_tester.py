"""Build vamp-plugin-tester from source, and run its tests on the plugin of this environment.

    python -m checks.vamp_tester [--source FOLDER]

Needs git and a network unless --source names its sources; g++ and Vamp's host SDK (Debian's
vamp-plugin-sdk). Builds in half a minute and runs in another.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ADDRESS = "https://github.com/vamp-plugins/vamp-plugin-tester"
# Against hangs only.
_SECONDS = 1800


def build(source: Path, program: Path) -> None:
    """Compile the tester against the installed host SDK instead of a copy of its own."""
    command = ["g++", "-std=c++11", "-O1", *sorted(source.glob("*.cpp")), "-o", program]
    libraries = ["-lvamp-hostsdk", "-ldl", "-pthread"]
    subprocess.run([*command, *libraries], check=True, timeout=_SECONDS)


def main() -> int:
    """Build, install the plugin in a folder of its own, and run all tests."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, help="folder of vamp-plugin-tester's sources")
    source = parser.parse_args().source
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if source is None:
            source = folder / "source"
            command = ["git", "clone", "--quiet", "--depth=1", ADDRESS, source]
            subprocess.run(command, check=True, timeout=_SECONDS)
        build(source, folder / "tester")
        plugins = folder / "plugins"
        command = [Path(sys.executable).with_name("quadpred"), "vamp", "install", "--path", plugins]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=_SECONDS)
        environment = {**os.environ, "VAMP_PATH": str(plugins)}
        run = subprocess.run(
            [folder / "tester", "quadpred:quadpred"], env=environment, timeout=_SECONDS
        )
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
