"""A fresh environment with the wheel in it, and programs run in it as its owner would."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECONDS = 600
# All else that the caller's environment sets could lead back to the checkout.
_KEPT = ("LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Environment:
    """A Python with the package in it.

    Attributes
    ----------
    programs : Path
        Folder of its programs.
    folder : Path
        The working folder of all runs, and their home.
    variables : dict of str to str
        Set beside those of every run.
    """

    programs: Path
    folder: Path
    variables: dict[str, str]

    @classmethod
    def make(cls, python: Path, wheel: Path, extras: str, folder: Path) -> "Environment":
        """Make a fresh one and install the wheel into it, as the package index gives the rest."""
        place = folder / "environment"
        run = subprocess.run([python, "-m", "venv", place], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        home = folder / "home"
        home.mkdir()
        made = cls(place / "bin", home, {})
        pip = [made.programs / "python", "-m", "pip", "--disable-pip-version-check", "-q"]
        # The caller's settings of pip hold: a mirror, a certificate, a cache.
        installing = subprocess.run(
            [*pip, "install", f"{wheel}[{extras}]"],
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=1800,
        )
        assert installing.returncode == 0, installing.stderr
        return made

    def run(self, program: str | Path, *arguments: object, **variables: object) -> bytes:
        """Run a program of it; what it says on standard error must be no traceback.

        Returns
        -------
        output : bytes
            Standard output.
        """
        path = f"{self.programs}{os.pathsep}/usr/local/bin:/usr/bin:/bin"
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        own = {"PATH": path, "HOME": str(self.folder), **self.variables}
        command = [str(program), *map(str, arguments)]
        local = self.programs / command[0]
        done = subprocess.run(
            [local if local.exists() else command[0], *command[1:]],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**kept, **own, **{name: str(value) for name, value in variables.items()}},
            timeout=SECONDS,
        )
        said = done.stderr.decode("utf-8", "backslashreplace")
        assert done.returncode == 0, f"{' '.join(command)}: code {done.returncode}: {said[-3000:]}"
        assert "Traceback" not in said, said[-3000:]
        return done.stdout

    def quadpred(self, *arguments: object, **variables: object) -> bytes:
        """Run the command line."""
        return self.run("quadpred", *arguments, **variables)
