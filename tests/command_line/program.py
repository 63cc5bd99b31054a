"""The program as users run it: in a process of its own."""

import csv
import io
import os
import subprocess
import sys
from dataclasses import dataclass

COMMAND = [sys.executable, "-c", "from quadpred_plugin.cli.main import main; main()"]


@dataclass
class Outcome:
    code: int
    out: bytes
    error: str

    @property
    def rows(self):
        """Rows of csv as dictionaries, names byte for byte."""
        text = self.out.decode("utf-8", "surrogateescape")
        return list(csv.DictReader(io.StringIO(text, newline="")))


def quadpred(*arguments, **options):
    environment = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"}
    run = subprocess.run(
        [*COMMAND, *map(os.fspath, arguments)],
        capture_output=True,
        timeout=120,
        env=environment,
        **options,
    )
    error = run.stderr.decode("utf-8", "replace")
    assert "Traceback" not in error, error
    return Outcome(run.returncode, run.stdout, error)


def predict(*arguments, **options):
    return quadpred("predict", "--format", "csv", *arguments, **options)
