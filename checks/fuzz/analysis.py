"""Make one damaged file in a worker, analyse it as ``predict`` and ``batch`` do, and measure."""

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

from checks.fuzz.kinds import KINDS
from checks.fuzz.mutations import MUTATIONS
from quadpred_plugin.audio.unreadable import not_processed
from quadpred_plugin.inference import Model

_KIBIBYTE = 1024
# Reason of an exception that the decoders don't know.
_UNEXPECTED = not_processed("").removesuffix(".")


@dataclass(frozen=True)
class Case:
    """A damaged file, identified by two numbers.

    Attributes
    ----------
    folder : Path
        Folder of the valid files.
    seed, number : int
        The same numbers give the same bytes.
    """

    folder: Path
    seed: int
    number: int

    @property
    def kind(self) -> str:
        """Name of the valid file that is damaged; kinds alternate by number."""
        return KINDS[self.number % len(KINDS)]

    def content(self) -> tuple[str, bytes]:
        """Return the name of the last mutation that was applied, and the file's bytes."""
        generator = random.Random(f"{self.seed} {self.number}")
        content = (self.folder / self.kind).read_bytes()
        others = [(self.folder / kind).read_bytes() for kind in KINDS]
        mutation = generator.choice(MUTATIONS)
        for one in generator.choice(((), (), (generator.choice(MUTATIONS),))):
            content = one(content, generator, others) or b"\0"
        return mutation.__name__, mutation(content, generator, others)


@dataclass(frozen=True)
class Result:
    """Outcome of a case.

    Attributes
    ----------
    status : str
        Status of the prediction; ``raised`` for an unexpected exception.
    reason : str
    seconds : float
        Elapsed time.
    processor_seconds : float
        Processor time of the process.
    peak : int
        Peak resident memory of the process, in bytes.
    """

    status: str
    reason: str
    seconds: float
    processor_seconds: float
    peak: int


def analyse_case(model: Model, case: Case) -> Result:
    """Analyse a case in this process."""
    _, content = case.content()
    path = case.folder / f"{os.getpid()}-{case.kind}"
    path.write_bytes(content)
    _reset_peak()
    begin, processor_begin = time.monotonic(), time.process_time()
    try:
        prediction = model.predict_or_explain(str(path), None)
        status, reason = prediction.status, " ".join(prediction.warnings)
        if reason.startswith(_UNEXPECTED):
            status = "raised"
    except Exception as error:
        status, reason = "raised", f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - begin
    processor_seconds = time.process_time() - processor_begin
    path.unlink()
    return Result(status, reason, seconds, processor_seconds, _peak())


def _reset_peak() -> None:
    with open("/proc/self/clear_refs", "w") as stream:
        stream.write("5")


def _peak() -> int:
    with open("/proc/self/status") as stream:
        (line,) = (line for line in stream if line.startswith("VmHWM:"))
    return int(line.split()[1]) * _KIBIBYTE
