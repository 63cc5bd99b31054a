"""Input files of the compared commands; missing ones are generated."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from measure import CommandError
from methods import MODEL_NAME, ONE_JOB

WORKLOADS = ("one", "hundred", "hour")
# Besides the workloads of the comparison: quadpred's peak over the number of files.
MEMORY = "memory"
MANY = 100

_SUFFIXES = frozenset((".aif", ".aiff", ".flac", ".mp3", ".ogg", ".wav"))
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Workload:
    """Input files of one command.

    Attributes
    ----------
    name : str
        ``one``, ``hundred`` or ``hour``; or ``memory-`` and the number of files.
    title : str
        Title for display.
    paths : sequence of Path
    repeats : int
        Measured runs of each method.
    warm_up : bool
        Whether each method is run once before, unmeasured.
    """

    name: str
    title: str
    paths: Sequence[Path]
    repeats: int
    warm_up: bool

    @property
    def compared(self) -> bool:
        """Whether all methods are measured on it."""
        return self.name in WORKLOADS


def track_paths(folder: Path) -> list[Path]:
    """Return the paths of the hundred generated files of 30 s."""
    return [folder / f"track-{number:03}.mp3" for number in range(MANY)]


def hour_path(folder: Path) -> Path:
    """Return the path of the generated file of one hour."""
    return folder / "hour.mp3"


def prepare(
    repeats: Sequence[int], work: Path, audio: Path | None, only: set[str]
) -> list[Workload]:
    """Generate the required audio and Keras model, and list the workloads.

    Parameters
    ----------
    repeats : sequence of int
        Runs of each workload of the comparison.
    work : Path
        Folder of generated audio and model.
    audio : Path or None
        Folder of the user's own music, if any.
    only : set of str
        Names of methods and workloads.

    Returns
    -------
    workloads : list of Workload
        Workloads of the comparison, then those of quadpred's memory by number of files.

    Raises
    ------
    CommandError
        If a script fails, or the user's folder has too few files.
    """
    # Absolute, so that no folder's name can pass for an option.
    folder = work.absolute() / "audio"
    count = MANY if only & {"hundred", MEMORY} else 1
    kind = "30 s mp3" if audio is None else "of the user's own"
    options = ["--hour"] if only & {"hour", MEMORY} else []
    if audio is None:
        many = track_paths(folder)[:count]
        options += ["--tracks", str(count)]
    else:
        many = _own_files(audio.absolute(), count)
    _run_script("audio.py", str(folder), *options)
    if "reference" in only:
        _run_script("reference_model.py", str(work.absolute() / MODEL_NAME))
    hour = hour_path(folder)
    files = {
        "one": (f"1, {kind}", many[:1]),
        "hundred": (f"{MANY}, {kind}", many),
        "hour": ("1, 1 h mp3", [hour]),
    }
    workloads = [
        Workload(name, *files[name], repeats=number, warm_up=name != "hour")
        for name, number in zip(WORKLOADS, repeats, strict=True)
        if name in only
    ]
    if MEMORY in only and "quadpred" in only:
        series = [(str(number), many[:number]) for number in (1, 10, MANY)] + [("hour", [hour])]
        workloads += [
            Workload(f"{MEMORY}-{name}", f"{name}, {ONE_JOB}", paths, repeats=1, warm_up=False)
            for name, paths in series
        ]
    return workloads


def _own_files(folder: Path, count: int) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if len(found) < count:
        raise CommandError(f"{folder} has {len(found)} audio files; {count} are needed.")
    return found[:count]


def _run_script(name: str, *arguments: str) -> None:
    # In a process of its own: Linux counts a parent's peak into that of the commands that it
    # starts, so the process that measures must stay small.
    click.echo(f"{name} …", err=True)
    ended = subprocess.run(
        [sys.executable, str(_HERE / name), *arguments], capture_output=True, text=True
    )
    if ended.returncode:
        raise CommandError(f"{name} failed. Its stderr:\n{ended.stderr.strip()}")
