"""Make one damaged file in a worker, analyse it as ``predict`` and ``batch`` do, and measure."""

import os
import random
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from checks.fuzz.kinds import KINDS
from checks.fuzz.mutations import MUTATIONS
from quadpred_plugin.audio.unreadable import not_processed
from quadpred_plugin.inference import Model
from tests.full_decode import full_decode

_KIBIBYTE = 1024
# Reason of an exception that the decoders don't know.
_UNEXPECTED = not_processed("").removesuffix(".")
# Rate to which the ffmpeg program decodes, Hz, and the time after which it is given up, s.
_RATE, _FFMPEG_SECONDS = 16000, 20
# Shorter differences are those of versions, which remove delays of codecs or don't.
_TOLERANCE_SECONDS = 0.1


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
    missing : float
        Seconds that the ffmpeg program decodes and this one doesn't, without saying so.
    """

    status: str
    reason: str
    seconds: float
    processor_seconds: float
    peak: int
    missing: float = 0.0


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
        decoded = prediction.duration
        if reason.startswith(_UNEXPECTED):
            status = "raised"
    except Exception as error:
        status, reason, decoded = "raised", f"{type(error).__name__}: {error}", None
    seconds = time.monotonic() - begin
    processor_seconds = time.process_time() - processor_begin
    peak = _peak()
    missing = 0.0 if decoded is None or status == "partial" else _missing(path, decoded)
    path.unlink()
    return Result(status, reason, seconds, processor_seconds, peak, missing)


def _missing(path: Path, decoded: float) -> float:
    try:
        whole = len(full_decode(path, _RATE, _FFMPEG_SECONDS)) / _RATE
    except subprocess.TimeoutExpired:
        return 0.0
    return whole - decoded if whole - decoded > _TOLERANCE_SECONDS else 0.0


def _reset_peak() -> None:
    with open("/proc/self/clear_refs", "w") as stream:
        stream.write("5")


def _peak() -> int:
    with open("/proc/self/status") as stream:
        (line,) = (line for line in stream if line.startswith("VmHWM:"))
    return int(line.split()[1]) * _KIBIBYTE
