"""Run a user's script as a file of its own."""

import subprocess
import sys
import textwrap

from tests.conftest import clean_environment
from tests.limits import HANG
from tests.signals import EXAMPLES

NAMES = ("q1_joy", "q2_anger", "q3_sadness", "q4_calm")
FILES = [str(EXAMPLES / f"{name}.ogg") for name in NAMES]


def run_script(folder, text, *arguments, **environment):
    """Run a script in a folder, and return its `CompletedProcess`, which may have failed."""
    path = folder / "script.py"
    path.write_text(textwrap.dedent(text))
    return subprocess.run(
        [sys.executable, path, *arguments],
        cwd=folder,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=HANG,
    )


def check_script(folder, text, *arguments, **environment):
    """Run a script that must succeed and print nothing on standard error; return its output."""
    done = run_script(folder, text, *arguments, **environment)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout
