"""The whole training of the default model: commands, order and recorded durations."""

import json
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.datasets.emopia import NAME as EMOPIA
from quadpred_plugin.training.datasets.fourq import NAME as FOURQ
from quadpred_plugin.training.datasets.vgmidi import NAME as VGMIDI

RECIPE = "compact"
DURATIONS = "durations.json"


@dataclass(frozen=True)
class ChainStep:
    """One command of the chain.

    Attributes
    ----------
    name : str
        Unique within the chain.
    minutes : (int, int) or None
        Duration as `run_chain` recorded it on two cores that other work shared: by the clock,
        and processor time of all processes. None where it hasn't been recorded.
    arguments : tuple of str
        After ``quadpred``.
    """

    name: str
    minutes: tuple[int, int] | None
    arguments: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command as typed in a shell."""
        return shlex.join(("quadpred", *self.arguments))


def default_chain(data: Path, work: Path, output: Path, date: str, jobs: int) -> list[ChainStep]:
    """Return the commands that train the default model from raw data, in order.

    Parameters
    ----------
    data : Path
        Folder with the folders ``4q``, ``emopia`` and ``vgmidi``.
    work : Path
        Folder of caches and runs; gets ``games``, ``renders`` and ``vgmidi-renders`` too.
    output : Path
        Folder for the model's files.
    date : str
        Release date in the card.
    jobs : int
        Processes.
    """
    fourq, emopia = str(data / FOURQ), str(data / EMOPIA)
    games, renders = str(work / "games"), str(work / "renders")
    table = str(work / "renders" / "renders.csv")
    pieces = ("--dataset", VGMIDI, "--data", str(data / VGMIDI))
    piece_renders = str(work / "vgmidi-renders")
    at_work = ("--work", str(work))
    parallel = ("-j", str(jobs))
    renders_and_work = ("--renders", table, *at_work, *parallel)
    student = ("student", RECIPE, "--data", fourq, *renders_and_work)
    export = ("export", RECIPE, "--data", fourq, *at_work, "-o", str(output), "--date", date)
    embeddings = ("pretext", "pretext-embeddings", "--games", games, *renders_and_work)
    notes = ("pretext", "pretext-notes", "--data", emopia, *renders_and_work)
    return [
        ChainStep(name, minutes, ("train", *arguments))
        for name, minutes, arguments in (
            ("games", (6, 2), ("games", "-o", games)),
            ("render", None, ("render", "--data", emopia, "-o", renders, *parallel)),
            ("render-vgmidi", None, ("render", *pieces, "-o", piece_renders, *parallel)),
            ("teacher", (28, 34), ("teacher", "--data", fourq, *renders_and_work)),
            ("notes", (4, 6), ("notes", "--data", emopia, *renders_and_work)),
            ("pretext-embeddings", (27, 22), embeddings),
            ("pretext-notes", (3, 3), notes),
            ("folds", None, student),
            ("final", None, (*student, "--final")),
            ("export", None, export),
        )
    ]


@dataclass(frozen=True)
class Duration:
    """Duration of a step in a work folder, summed over interrupted runs.

    Attributes
    ----------
    seconds : float
        By the clock.
    processor_seconds : float
        Of all its processes.
    """

    seconds: float = 0.0
    processor_seconds: float = 0.0


def recorded_durations(work: Path) -> dict[str, Duration]:
    """Return the durations of the chain's steps in a work folder, by name.

    Raises
    ------
    QuadpredError
        If the file that records them can't be read.
    """
    path = work / DURATIONS
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): Duration(**one) for name, one in content.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise QuadpredError(f"{path} can't be read: {error}. Delete it.") from error


def run_chain(steps: Sequence[ChainStep], work: Path, report: Callable[[ChainStep], None]) -> None:
    """Run the commands one after the other, and record their durations.

    Each runs in a process of its own, and resumes what an interrupted one left. The duration
    of a command is the sum over its interrupted runs.

    Parameters
    ----------
    steps : sequence of ChainStep
    work : Path
    report : callable
        Called with each step before it runs.

    Raises
    ------
    QuadpredError
        If a command fails; it has printed the reason.
    """
    work.mkdir(parents=True, exist_ok=True)
    for step in steps:
        report(step)
        begin, before = time.monotonic(), _processor_seconds()
        code = subprocess.call([sys.executable, "-m", "quadpred_plugin", *step.arguments])
        durations = recorded_durations(work)
        former = durations.get(step.name, Duration())
        durations[step.name] = Duration(
            round(former.seconds + time.monotonic() - begin, 1),
            round(former.processor_seconds + _processor_seconds() - before, 1),
        )
        written = {name: asdict(one) for name, one in durations.items()}
        _write(work / DURATIONS, json.dumps(written, indent=1) + "\n")
        if code:
            raise QuadpredError(
                f"'{step.command}' ended with exit code {code}: once its problem is solved, the "
                "same command resumes the chain there."
            )


def _write(path: Path, text: str) -> None:
    write_atomically(path, lambda stream: stream.write(text), text=True)


def _processor_seconds() -> float:
    """Return the processor time of all children that have ended, and of their children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
