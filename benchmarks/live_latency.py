"""Measure the latency of ``quadpred live``: from the end of a patch to its line of output."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import click
import numpy as np

_CHUNK_SECONDS = 0.01
# Interval between writes; sound cards deliver blocks of about this length.
_PATCH_SECONDS = 0.992


@click.command()
@click.option("--seconds", type=int, default=30, show_default=True)
def main(seconds: int) -> None:
    """Print a Markdown table: median and worst latency for kinds of streams."""
    print("| stream | patches | median, s | worst, s |\n| --- | ---: | ---: | ---: |")
    for rate, channels in ((44100, 2), (48000, 1), (16000, 1)):
        random = np.random.default_rng(0)
        samples = random.normal(0, 3000, (seconds * rate, channels)).astype("<i2")
        raw = ["--raw", "--rate", str(rate), "--channels", str(channels)]
        for kind, header, options in (("wav", _header(rate, channels), []), ("raw", b"", raw)):
            latencies = _feed(header, samples, rate, options)
            print(
                f"| {kind}, {rate} Hz, {channels} channels | {len(latencies)} "
                f"| {median(latencies):.3f} | {max(latencies):.3f} |",
                flush=True,
            )


def _feed(header: bytes, samples: np.ndarray, rate: int, options: list[str]) -> list[float]:
    program = Path(sys.executable).with_name("quadpred")
    process = subprocess.Popen(
        [program, "live", *options, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    arrivals: list[float] = []

    def read() -> None:
        arrivals.extend(time.monotonic() for _ in process.stdout)

    reader = threading.Thread(target=read)
    reader.start()
    # The program needs this time to start.
    time.sleep(3)
    process.stdin.write(header)
    begin = time.monotonic()
    step = round(rate * _CHUNK_SECONDS)
    for first in range(0, len(samples), step):
        # A chunk is available once its last sample was played.
        due = begin + (first + step) / rate
        time.sleep(max(0.0, due - time.monotonic()))
        process.stdin.write(samples[first : first + step].tobytes())
        process.stdin.flush()
    played = begin + len(samples) / rate
    process.stdin.close()
    process.wait()
    reader.join()
    # Lines that the end of the stream triggers don't count.
    return [
        arrival - (begin + (number + 1) * _PATCH_SECONDS)
        for number, arrival in enumerate(arrivals)
        if arrival < played
    ]


def _header(rate: int, channels: int) -> bytes:
    """Return the header of a wav stream of unknown length, as FFmpeg writes it."""
    size = b"\xff\xff\xff\xff"
    byte_rate, block = rate * channels * 2, channels * 2
    fields = (1).to_bytes(2, "little") + channels.to_bytes(2, "little")
    fields += rate.to_bytes(4, "little") + byte_rate.to_bytes(4, "little")
    fields += block.to_bytes(2, "little") + (16).to_bytes(2, "little")
    return b"RIFF" + size + b"WAVEfmt " + (16).to_bytes(4, "little") + fields + b"data" + size


if __name__ == "__main__":
    main()
