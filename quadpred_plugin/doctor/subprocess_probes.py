"""Run probes in a child process, since a broken library may end its process."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_TIMEOUT_SECONDS = 120
# The child gets this process's import path, so that it finds the same packages.
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from quadpred_plugin.doctor.probes import main; main(*sys.argv[2:])"
)


@dataclass(frozen=True)
class ProbeResult:
    """Result of a probe of one subject.

    Attributes
    ----------
    subject : str
    facts : dict
        Results; empty if the probe failed.
    problem : str
        Reason of the failure; empty if the probe succeeded.
    """

    subject: str
    facts: dict[str, Any]
    problem: str = ""


def run_probe(kind: str, subjects: Sequence[str]) -> Iterator[ProbeResult]:
    """Run a probe over subjects in order; a crash affects only the subject that caused it.

    Parameters
    ----------
    kind : str
        A key of `probes.PROBES`.
    subjects : sequence of str

    Yields
    ------
    result : ProbeResult
        One per subject, in order.
    """
    remaining = list(subjects)
    while remaining:
        command = [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), kind, *remaining]
        output, failure = _run(command)
        results = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        for result in results[: len(remaining)]:
            yield ProbeResult(remaining.pop(0), result["facts"], result["problem"])
        if remaining:
            yield ProbeResult(remaining.pop(0), {}, failure)


def _run(command: list[str]) -> tuple[str, str]:
    """Return the output of a child process and a sentence on how it ended."""
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        printed = error.stdout or b""
        text = printed.decode(errors="replace") if isinstance(printed, bytes) else printed
        return text, f"it didn't respond within {_TIMEOUT_SECONDS} s."
    if run.returncode < 0:
        name = signal.Signals(-run.returncode).name
        cause = (
            " This processor may lack instructions that the library was built for."
            if name in ("SIGILL", "SIGFPE")
            else ""
        )
        return run.stdout, f"it ended its process by {name}.{cause}"
    last = run.stderr.strip().splitlines()[-1:] or [f"exit code {run.returncode}"]
    return run.stdout, f"it ended its process: {last[0]}"
