"""Damage valid audio files in ten thousand ways and analyse them.

The exit code is 1 if a file raises an unexpected exception, or takes too much time or memory.
"""

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from checks.fuzz.analysis import Case, Result, analyse_case
from checks.fuzz.kinds import write_valid_files
from checks.fuzz.tables import MEBIBYTE, write_page
from quadpred_plugin.batch.workers import STALL_SECONDS, run_in_processes
from quadpred_plugin.inference import Model
from quadpred_plugin.model.registry import find_model

# Most memory of a process while it analyses one damaged file, in bytes.
MEMORY_BOUND = 512 * MEBIBYTE


def main() -> int:
    """Run all cases, keep the files that show a fault, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m checks.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="number of damaged files")
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--page", type=Path, help="page to write the tables to")
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-findings"), help="folder for faulty cases"
    )
    options = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="quadpred-fuzz-") as name:
        write_valid_files(Path(name))
        numbers = range(options.first, options.first + options.count)
        cases = (Case(Path(name), options.seed, number) for number in numbers)
        load = partial(Model, find_model())
        results, findings = [], 0
        for case, result in run_in_processes(load, analyse_case, cases, options.jobs):
            mutation, content = case.content()
            results.append((case.kind, mutation, result))
            fault = describe_fault(result)
            if fault:
                findings += result is not None
                options.keep.mkdir(parents=True, exist_ok=True)
                kept = options.keep / f"{case.seed}-{case.number}-{case.kind}"
                kept.write_bytes(content)
                print(f"{kept}: {mutation}: {fault}", flush=True)
            if len(results) % 500 == 0:
                print(f"{len(results)} files, {time.monotonic() - begin:.0f} s", flush=True)
    if options.page and not findings:
        write_page(
            options.page,
            results,
            seed=options.seed,
            jobs=options.jobs,
            seconds=time.monotonic() - begin,
            limit=STALL_SECONDS,
            bound=MEMORY_BOUND // MEBIBYTE,
        )
    print(f"{len(results)} files: {findings} findings.")
    return 1 if findings else 0


def describe_fault(result: Result | None) -> str:
    """Return what is wrong with the outcome of a case, or an empty string."""
    if result is None:
        return "its process ended"
    if result.status == "raised":
        return result.reason
    # Processor time, since the clock depends on the load of the machine.
    if result.processor_seconds > STALL_SECONDS:
        return f"took {result.processor_seconds:.1f} s of processor time"
    if result.peak > MEMORY_BOUND:
        return f"took {result.peak // MEBIBYTE} MiB"
    return ""


if __name__ == "__main__":
    sys.exit(main())
