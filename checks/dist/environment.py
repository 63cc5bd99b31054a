"""Create a fresh environment with the wheel, and run programs in it as a user does."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.limits import HANG

# Other environment variables could refer to the checkout.
_KEPT = ("LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Environment:
    """A Python environment with the package.

    Attributes
    ----------
    programs : Path
        Folder of the environment's programs.
    folder : Path
        Working and home folder of all runs.
    variables : dict of str to str
        Environment variables of all runs.
    """

    programs: Path
    folder: Path
    variables: dict[str, str]

    @classmethod
    def make(cls, python: Path, wheel: Path, extras: str, folder: Path) -> "Environment":
        """Create an environment and install the wheel; other packages come from the index."""
        place = folder / "environment"
        run = subprocess.run([python, "-m", "venv", place], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        home = folder / "home"
        home.mkdir()
        made = cls(place / "bin", home, {})
        pip = [made.programs / "python", "-m", "pip", "--disable-pip-version-check", "-q"]
        # With the caller's settings of pip: mirror, certificate, cache.
        installing = subprocess.run(
            [*pip, "install", f"{wheel}[{extras}]"],
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        assert installing.returncode == 0, installing.stderr
        return made

    def run(self, program: str | Path, *arguments: object, **variables: object) -> bytes:
        """Run a program of the environment; a traceback is an error.

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
            timeout=HANG,
        )
        errors = done.stderr.decode("utf-8", "backslashreplace")
        assert done.returncode == 0, f"{' '.join(command)}: code {done.returncode}: {errors[-3000:]}"
        assert "Traceback" not in errors, errors[-3000:]
        return done.stdout

    def quadpred(self, *arguments: object, **variables: object) -> bytes:
        """Run the command line."""
        return self.run("quadpred", *arguments, **variables)
