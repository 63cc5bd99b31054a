"""Lint the Dockerfile, run its steps in a Debian root, and use the image.

It needs root and debootstrap, but no container engine. The root has a network while the image is
built and none while it is used.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from checks.container.image import Builder
from checks.container.uses import Uses, measure
from checks.dist.reference import checkout
from tests.tree import copy_tracked


def main() -> None:
    """Run all parts and print their results; a failed assertion ends the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", help="source of Debian's packages")
    parser.add_argument(
        "--folder", help="folder for 3 GB of roots (default: that of temporary files)"
    )
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("only root can make a Debian root; run it with sudo.")
    if shutil.which("debootstrap") is None:
        parser.error("debootstrap is missing: 'sudo make hosts' installs it.")
    with tempfile.TemporaryDirectory(prefix="quadpred-container-", dir=options.folder) as name:
        _check(Path(name), options.mirror)


def _check(folder: Path, mirror: str | None) -> None:
    # The unprivileged user of the image needs access.
    folder.chmod(0o755)
    context, roots, home = folder / "context", folder / "roots", folder / "checkout"
    copy_tracked(context)
    # The program of this environment, which needn't be in the search path.
    hadolint = Path(sys.executable).with_name("hadolint")
    lint = subprocess.run([hadolint, context / "Dockerfile"], capture_output=True, text=True)
    assert lint.returncode == 0 and not lint.stdout, f"hadolint:\n{lint.stdout}{lint.stderr}"
    _report("hadolint", "no findings")
    roots.mkdir()
    start = time.monotonic()
    image = Builder(context, roots, mirror)
    for instruction in image.build():
        _report(f"{time.monotonic() - start:.0f} s", instruction)
    _report("image", measure(image.stage.root))
    home.mkdir()
    uses = Uses(image.stage, checkout(home))
    for use in uses.parts():
        _report(use.__name__, use())


def _report(topic: str, text: str) -> None:
    print(f"{topic:16} {text}", flush=True)


if __name__ == "__main__":
    main()
