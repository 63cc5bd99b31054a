"""Commands of the compared methods."""

import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

METHODS = ("reference", "vibenet", "quadpred")
ONE_JOB = "quadpred -j 1"
MODEL_NAME = "reference.keras"

_HERE = Path(__file__).parent


def command_of(
    method: str, paths: Sequence[Path], work: Path, jobs: int | None = None
) -> list[str]:
    """Return the command line of a method.

    Parameters
    ----------
    method : str
        ``reference``, ``vibenet`` or ``quadpred``.
    paths : sequence of Path
        Audio files.
    work : Path
        Folder with the Keras model.
    jobs : int, optional
        Processes of quadpred; its default if None.

    Returns
    -------
    command : list of str
    """
    names = [str(path) for path in paths]
    if method == "reference":
        script = str(_HERE / "reference.py")
        return [sys.executable, script, "--model", str(work / MODEL_NAME), *names]
    if method == "vibenet":
        # Its command line takes many files at once and by default a thread a core, which
        # its Python interface doesn't. Strict, so that a file that fails isn't time won.
        return [_script("vibenet"), "--format", "csv", "--strict", *names]
    options = ["--format", "csv", "--level", "file"]
    if jobs is not None:
        options += ["-j", str(jobs)]
    return [_script("quadpred"), "predict", *options, *names]


def _script(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts")) / name)
