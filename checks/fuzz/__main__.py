"""Spoils valid audio files in ten thousand ways and hears what is left.

Ends with exit code 1 if a file raises what no caller expects, takes too long or too much memory.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from checks.fuzz.analysis import Case, hear_case
from checks.fuzz.kinds import write_valid_files
from checks.fuzz.tables import MEBIBYTE, write_page
from quadpred_plugin.batch.workers import STALL_SECONDS, run_in_processes
from quadpred_plugin.model.registry import find_model

# What one process may hold while it hears one spoiled file, bytes.
MEMORY_BOUND = 512 * MEBIBYTE


def main() -> int:
    """Run all cases, keep those that are to be looked at, write the page."""
    parser = argparse.ArgumentParser(prog="python -m checks.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="files to spoil")
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--page", type=Path, help="where the tables go")
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-findings"), help="folder for files that are found"
    )
    options = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="quadpred-fuzz-") as name:
        write_valid_files(Path(name))
        numbers = range(options.first, options.first + options.count)
        cases = (Case(Path(name), options.seed, number) for number in numbers)
        results, findings = [], 0
        for case, heard in run_in_processes(find_model(), hear_case, cases, options.jobs):
            mutation, content = case.content()
            results.append((case.kind, mutation, heard))
            complaint = complaint_of(heard)
            if complaint:
                findings += heard is not None
                options.keep.mkdir(parents=True, exist_ok=True)
                kept = options.keep / f"{case.seed}-{case.number}-{case.kind}"
                kept.write_bytes(content)
                print(f"{kept}: {mutation}: {complaint}", flush=True)
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


def complaint_of(heard):
    """Say what is wrong with how a file was heard; nothing for what should be."""
    if heard is None:
        return "its process ended"
    if heard.status == "raised":
        return heard.reason
    if heard.seconds > STALL_SECONDS:
        return f"took {heard.seconds:.1f} s"
    if heard.peak > MEMORY_BOUND:
        return f"took {heard.peak // MEBIBYTE} MiB"
    return ""


if __name__ == "__main__":
    sys.exit(main())
