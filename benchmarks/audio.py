"""Generate the audio of the benchmark: seeded, music-like, full-band stereo mp3 files."""

import argparse
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from workloads import MANY, hour_path, track_paths

SAMPLE_RATE = 44100
FILE_SECONDS = 30.0
HOUR_SECONDS = 3600.0

_HARMONICS = 16
_TABLE_SIZE = 4096
_BEATS_PER_BAR = 4
_CHORDS = ((0, 4, 7, 12), (0, 3, 7, 12), (0, 4, 7, 11), (0, 3, 7, 10), (0, 5, 7, 12))


def bars(seed: int) -> Iterator[NDArray[np.float32]]:
    """Render bars endlessly; each has its own chord and drums.

    Parameters
    ----------
    seed : int
        Determines tempo, chords and drums.

    Yields
    ------
    bar : ndarray of float32, shape (samples, 2)
        Samples at 44.1 kHz, in -1 to 1.
    """
    random = np.random.default_rng([20211, seed])
    beat = int(60 / random.uniform(80, 160) * SAMPLE_RATE)
    root = random.uniform(55, 110)
    while True:
        bar = _chord(random, root, beat) + _drums(random, beat)
        yield np.tanh(bar).astype(np.float32)


def _chord(random: np.random.Generator, root: float, beat: int) -> NDArray[np.float32]:
    samples = beat * _BEATS_PER_BAR
    amplitudes = random.uniform(0.2, 1.0, _HARMONICS) / np.arange(1, _HARMONICS + 1)
    angles = 2 * np.pi * np.arange(_TABLE_SIZE) / _TABLE_SIZE
    # A table of one period, since summing sines sample by sample would take hours.
    table = np.sin(np.outer(np.arange(1, _HARMONICS + 1), angles)).T @ amplitudes
    table = table.astype(np.float32)
    decay = np.tile(np.exp(-np.arange(beat) / (0.4 * SAMPLE_RATE)), _BEATS_PER_BAR)
    step = int(random.integers(0, 12))
    chord = np.zeros((samples, 2), np.float32)
    for semitones in _CHORDS[random.integers(len(_CHORDS))]:
        frequency = root * 2 ** ((step + semitones) / 12 + random.integers(0, 3))
        for channel, detuning in enumerate((0.999, 1.001)):
            periods = np.arange(samples) * (frequency * detuning / SAMPLE_RATE)
            chord[:, channel] += table[(periods * _TABLE_SIZE).astype(np.int64) % _TABLE_SIZE]
    return 0.15 * chord * decay[:, np.newaxis].astype(np.float32)


def _drums(random: np.random.Generator, beat: int) -> NDArray[np.float32]:
    drums = np.zeros((beat * _BEATS_PER_BAR, 2), np.float32)
    seconds = np.arange(beat // 2) / SAMPLE_RATE
    for half_beat in range(2 * _BEATS_PER_BAR):
        start = half_beat * (beat // 2)
        # White noise, so that no band of the spectrum is empty.
        hardness = random.uniform(8, 60)
        noise = random.standard_normal((len(seconds), 2), dtype=np.float32)
        burst = noise * (0.3 * np.exp(-hardness * seconds))[:, np.newaxis]
        if half_beat % 4 == 0:
            kick = np.sin(2 * np.pi * 55 * seconds) * np.exp(-12 * seconds)
            burst = burst + 0.6 * kick[:, np.newaxis]
        drums[start : start + len(seconds)] += burst.astype(np.float32)
    return drums


def write_track(path: Path, seconds: float, seed: int) -> None:
    """Write an mp3 file bar by bar, under a temporary name until it is complete.

    Parameters
    ----------
    path : Path
    seconds : float
        Duration, s.
    seed : int
    """
    temporary = path.with_name(f".{path.name}.part")
    remaining = round(seconds * SAMPLE_RATE)
    with soundfile.SoundFile(
        temporary, "w", SAMPLE_RATE, 2, format="MP3", bitrate_mode="CONSTANT", compression_level=0.4
    ) as stream:
        for bar in bars(seed):
            stream.write(bar[:remaining])
            remaining -= len(bar)
            if remaining <= 0:
                break
    os.replace(temporary, path)


def main() -> None:
    """Generate missing files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tracks", type=int, default=0, help=f"short files, at most {MANY}")
    parser.add_argument("--hour", action="store_true", help="also generate the file of one hour")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for seed, path in enumerate(islice(track_paths(arguments.folder), arguments.tracks)):
        if not path.exists():
            write_track(path, FILE_SECONDS, seed)
    path = hour_path(arguments.folder)
    if arguments.hour and not path.exists():
        write_track(path, HOUR_SECONDS, MANY)


if __name__ == "__main__":
    main()
