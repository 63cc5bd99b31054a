"""Probes in a process of their own, since what is broken may bring its process down."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_SECONDS = 120
# The child sees the packages that this process sees, whatever folder it was started in.
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from quadpred_plugin.doctor.probes import main; main(*sys.argv[2:])"
)


@dataclass(frozen=True)
class Answer:
    """What a probe said of one subject.

    Attributes
    ----------
    subject : str
    facts : dict
        What it found; empty where it failed.
    problem : str
        Why it failed, empty if it didn't.
    """

    subject: str
    facts: dict[str, Any]
    problem: str = ""


def probe(kind: str, subjects: Sequence[str]) -> Iterator[Answer]:
    """Run a probe over subjects, in order; one that ends its process costs only itself.

    Parameters
    ----------
    kind : str
        A key of `probes.PROBES`.
    subjects : sequence of str
    """
    remaining = list(subjects)
    while remaining:
        command = [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), kind, *remaining]
        run, end = _run(command)
        answers = [json.loads(line) for line in run.splitlines() if line.startswith("{")]
        for answer in answers[: len(remaining)]:
            yield Answer(remaining.pop(0), answer["facts"], answer["problem"])
        if remaining:
            yield Answer(remaining.pop(0), {}, end)


def _run(command: list[str]) -> tuple[str, str]:
    """Return what a child printed, and how it ended in words."""
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        printed = error.stdout or b""
        text = printed.decode(errors="replace") if isinstance(printed, bytes) else printed
        return text, f"it didn't answer within {_SECONDS} s."
    if run.returncode < 0:
        name = signal.Signals(-run.returncode).name
        hint = (
            " This processor may lack instructions that the library was built for."
            if name in ("SIGILL", "SIGFPE")
            else ""
        )
        return run.stdout, f"it ended its process by {name}.{hint}"
    last = run.stderr.strip().splitlines()[-1:] or [f"exit code {run.returncode}"]
    return run.stdout, f"it ended its process: {last[0]}"
