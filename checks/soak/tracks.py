"""Generate a collection of tracks, some of them broken."""

import os
from pathlib import Path

import numpy as np
import soundfile

from tests import signals

SECONDS = 10
_A_FOLDER = 60
_SUFFIXES = ("wav", "flac", "ogg", "mp3")


def make_collection(root: Path, tracks: int, broken: int) -> tuple[set[str], set[str]]:
    """Write tracks of 10 s and files that aren't audio; return their paths below the root."""
    good, bad = set(), set()
    for number in range(tracks):
        file = f"album {number // _A_FOLDER:02}/{number:04}.{_SUFFIXES[number % 4]}"
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / file, _piece(number), signals.RATE)
        good.add(file)
    for number in range(broken):
        file = f"album {number * tracks // broken // _A_FOLDER:02}/broken {number:02}.mp3"
        (root / file).write_bytes(_broken(number))
        bad.add(file)
    return good, bad


def _piece(seed: int) -> np.ndarray:
    """Return amplitude-modulated noise and a tone, both with random frequencies."""
    random = np.random.default_rng(seed)
    times = np.arange(SECONDS * signals.RATE) / signals.RATE
    beat = 0.5 + 0.5 * np.sin(2 * np.pi * random.uniform(0.5, 8) * times)
    tone = np.sin(2 * np.pi * random.uniform(80, 4000) * times)
    return (0.3 * beat * (tone + signals.noise(SECONDS, seed))).astype(np.float32)


def _broken(number: int) -> bytes:
    kinds = (b"This is no music.\n" * 100, os.urandom(3000), b"fLaC" + b"\xff" * 500)
    return kinds[number % len(kinds)]
