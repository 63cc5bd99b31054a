"""Feed ``quadpred live`` an hour of audio at full speed; count lines and measure memory."""

import argparse
import subprocess
import threading
import time
from pathlib import Path

import numpy as np

from tests.conftest import SCRIPT, clean_environment
from tests.limits import HANG

RATE, CHANNELS = 44100, 2
# The heaps of Python and of the decoder grow and shrink by this much.
FLAT_BYTES = 4e6


def main() -> None:
    """Feed the signal and print the figures; fail if memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    minutes = parser.parse_args().minutes
    process = subprocess.Popen(
        [SCRIPT, "live", "--raw", "--rate", str(RATE), "--channels", str(CHANNELS), "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean_environment(),
    )
    assert process.stdin is not None and process.stdout is not None
    lines = 0

    def count() -> None:
        nonlocal lines
        for _ in process.stdout:
            lines += 1

    reader = threading.Thread(target=count)
    reader.start()
    random = np.random.default_rng(0)
    minute = (random.normal(0, 3000, (RATE * 60, CHANNELS))).astype("<i2").tobytes()
    sizes = []
    begin = time.monotonic()
    for _ in range(minutes):
        process.stdin.write(minute)
        process.stdin.flush()
        sizes.append(_resident(process.pid))
    process.stdin.close()
    assert process.wait(timeout=HANG) == 0
    reader.join()
    seconds = time.monotonic() - begin
    growth = max(sizes[-len(sizes) // 5 :]) - max(sizes[len(sizes) // 5 : 2 * len(sizes) // 5])
    print(
        f"{minutes} minutes in {seconds:.0f} s, {lines} lines; memory {max(sizes) / 1e6:.1f} MB at "
        f"most, last fifth less second fifth {growth / 1e6:+.1f} MB",
        flush=True,
    )
    assert lines == int((minutes * 60) / 0.992), lines
    assert growth < FLAT_BYTES
    print("flat")


def _resident(number: int) -> int:
    for line in Path(f"/proc/{number}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
