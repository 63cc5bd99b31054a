"""One spoiled file in a worker: made, heard as ``predict`` and ``batch`` hear, measured."""

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

from checks.fuzz.kinds import KINDS
from checks.fuzz.mutations import MUTATIONS
from quadpred_plugin.inference import Model

_KIBIBYTE = 1024


@dataclass(frozen=True)
class Case:
    """A spoiled file, told by two numbers.

    Attributes
    ----------
    folder : Path
        Holds the valid files.
    seed, number : int
        The same numbers give the same bytes.
    """

    folder: Path
    seed: int
    number: int

    @property
    def kind(self) -> str:
        """Name of the valid file that is spoiled; each has its turn."""
        return KINDS[self.number % len(KINDS)]

    def content(self) -> tuple[str, bytes]:
        """Return the name of the last way that the file was spoiled in, and its bytes."""
        generator = random.Random(f"{self.seed} {self.number}")
        content = (self.folder / self.kind).read_bytes()
        others = [(self.folder / kind).read_bytes() for kind in KINDS]
        mutation = generator.choice(MUTATIONS)
        for one in generator.choice(((), (), (generator.choice(MUTATIONS),))):
            content = one(content, generator, others) or b"\0"
        return mutation.__name__, mutation(content, generator, others)


@dataclass(frozen=True)
class Heard:
    """What became of a case.

    Attributes
    ----------
    status : str
        Of the prediction; ``raised`` where an exception came out that no caller expects.
    reason : str
    seconds : float
        By the clock.
    peak : int
        Most memory that the process held meanwhile, bytes.
    """

    status: str
    reason: str
    seconds: float
    peak: int


def hear_case(model: Model, case: Case) -> Heard:
    """Hear a case in this process."""
    _, content = case.content()
    path = case.folder / f"{os.getpid()}-{case.kind}"
    path.write_bytes(content)
    _forget_peak()
    begin = time.monotonic()
    try:
        prediction = model.predict_or_explain(str(path), None)
        status, reason = prediction.status, " ".join(prediction.warnings)
    except Exception as error:
        status, reason = "raised", f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - begin
    path.unlink()
    return Heard(status, reason, seconds, _peak())


def _forget_peak() -> None:
    with open("/proc/self/clear_refs", "w") as stream:
        stream.write("5")


def _peak() -> int:
    with open("/proc/self/status") as stream:
        (line,) = (line for line in stream if line.startswith("VmHWM:"))
    return int(line.split()[1]) * _KIBIBYTE
