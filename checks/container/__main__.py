"""Lint the Dockerfile, run its steps in a Debian root, and use what they make.

Needs root's rights and debootstrap; no container engine. What runs in the root has a network
while the image is built and none when it is used.
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
    """Run all parts and print what was found; a failed assertion ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", help="where Debian's packages come from")
    parser.add_argument("--folder", help="for the roots, 3 GB; default: for temporary files")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("only root can make a Debian root: run it by sudo.")
    if shutil.which("debootstrap") is None:
        parser.error("debootstrap is missing: 'sudo make hosts' installs it.")
    with tempfile.TemporaryDirectory(prefix="quadpred-container-", dir=options.folder) as name:
        _check(Path(name), options.mirror)


def _check(folder: Path, mirror: str | None) -> None:
    # A user without rights must come through.
    folder.chmod(0o755)
    context, roots, home = folder / "context", folder / "roots", folder / "checkout"
    copy_tracked(context)
    # Beside this Python, which needs no place in the search path.
    hadolint = Path(sys.executable).with_name("hadolint")
    lint = subprocess.run([hadolint, context / "Dockerfile"], capture_output=True, text=True)
    assert lint.returncode == 0 and not lint.stdout, f"hadolint:\n{lint.stdout}{lint.stderr}"
    _tell("hadolint", "nothing to say")
    roots.mkdir()
    start = time.monotonic()
    image = Builder(context, roots, mirror)
    for instruction in image.build():
        _tell(f"{time.monotonic() - start:.0f} s", instruction)
    _tell("image", measure(image.stage.root))
    home.mkdir()
    uses = Uses(image.stage, checkout(home))
    for use in uses.parts():
        _tell(use.__name__, use())


def _tell(topic: str, words: str) -> None:
    print(f"{topic:16} {words}", flush=True)


if __name__ == "__main__":
    main()
