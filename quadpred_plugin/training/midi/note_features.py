"""What is played in each second of a clip of which the notes are known.

Mode and chords tell glad from sad piano better than anything else that was tried, and four
labels of a few hundred clips are too little to learn hearing them from. Notes say them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.midi.performance import Performance, perform

LOWEST_KEY, KEYS = 21, 88
_OCTAVE = 12
# Semitones above its root of a chord's third and fifth.
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
# A key counts as lowest or highest of a window from this share of it on.
_LEAST_SHARE = 0.03
_NOTHING = 1e-6
VALUES = 28
"""Columns of `Played.values`."""


@dataclass(frozen=True)
class Played:
    """What is played over time, in windows of one patch.

    Attributes
    ----------
    times : ndarray of float32, shape (windows,)
        Middle of each window, s; one every half patch.
    keys : ndarray of float32, shape (windows, 88)
        Share of the window in which each of a piano's keys is down, 0..1.
    values : ndarray of float32, shape (windows, 28)
        Shares of the twelve pitch classes, counted in semitones above the lowest key; how
        often two pitch classes are one to six semitones apart; the share of pitch classes in
        the best major and in the best minor triad, and the former less the latter; logarithm
        of the number of notes that begin, their mean velocity; mean, spread, lowest and
        highest of the pitches, MIDI numbers; the number of keys that are down, on average.
    """

    times: NDArray[np.float32]
    keys: NDArray[np.float32]
    values: NDArray[np.float32]


def read_notes(path: Path, performance: Performance) -> NDArray[np.float64]:
    """Return the notes of a clip as they are played.

    Parameters
    ----------
    path : Path
        A MIDI file.
    performance : Performance

    Returns
    -------
    notes : ndarray, shape (notes, 4)
        Begin and end in s, key as MIDI number of a piano's range, velocity 1..127.

    Raises
    ------
    QuadpredError
        If the file can't be read or has no notes.
    """
    now, down, notes = 0.0, dict[int, tuple[float, int]](), []
    for message in perform(path, performance):
        now += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        if message.note in down:
            begin, velocity = down.pop(message.note)
            notes.append((begin, now, message.note, velocity))
        if message.type == "note_on" and message.velocity:
            down[message.note] = (now, message.velocity)
    notes += [(begin, now, note, velocity) for note, (begin, velocity) in down.items()]
    if not notes:
        raise QuadpredError(f"{path} holds no note.")
    table = np.array(notes, dtype=np.float64)
    table[:, 2] = np.clip(table[:, 2], LOWEST_KEY, LOWEST_KEY + KEYS - 1)
    return table


def describe(notes: NDArray[np.float64], frames: int, preprocessing: Preprocessing) -> Played:
    """Say what is played in windows over a clip.

    Parameters
    ----------
    notes : ndarray, shape (notes, 4)
        As `read_notes` returns them.
    frames : int
        Of the clip's bands.
    preprocessing : Preprocessing
        Gives the windows' length, a patch.
    """
    size = preprocessing.patch_size
    starts = np.arange(0, max(1, frames - size + 1), size // 2)
    ends = np.minimum(starts + size, frames)
    down, begun, velocities = _over_frames(notes, frames, preprocessing.frame_seconds)
    keys = _sums(down, starts, ends) / size
    begun, velocities = _sums(begun, starts, ends), _sums(velocities, starts, ends)
    values = np.column_stack(
        [
            _harmony(keys),
            np.log1p(begun),
            velocities / np.maximum(begun, 1),
            _register(keys),
            keys.sum(axis=1),
        ]
    )
    times = (starts + size / 2) * preprocessing.frame_seconds
    return Played(times.astype(np.float32), keys.astype(np.float32), values.astype(np.float32))


def _over_frames(
    notes: NDArray[np.float64], frames: int, frame_seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return which keys are down (frames, 88), and notes that begin and their velocities."""
    down = np.zeros((frames, KEYS))
    begun, velocities = np.zeros(frames), np.zeros(frames)
    for begin, end, key, velocity in notes:
        first = int(begin / frame_seconds)
        if first < frames:
            down[first : max(first + 1, round(end / frame_seconds)), int(key) - LOWEST_KEY] = 1
            begun[first] += 1
            velocities[first] += velocity
    return down, begun, velocities


def _sums(
    rows: NDArray[np.float64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.float64]:
    until = np.concatenate([np.zeros_like(rows[:1]), rows.cumsum(axis=0)])
    sums: NDArray[np.float64] = until[ends] - until[starts]
    return sums


def _harmony(keys: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares above the lowest key, intervals and triads, shape (windows, 21)."""
    classes = np.zeros((len(keys), _OCTAVE))
    for key in range(KEYS):
        classes[:, (LOWEST_KEY + key) % _OCTAVE] += keys[:, key]
    classes /= np.maximum(classes.sum(axis=1, keepdims=True), _NOTHING)
    lowest, _ = _outer_keys(keys)
    turned = (np.arange(_OCTAVE) + lowest[:, np.newaxis]) % _OCTAVE
    above_lowest = np.take_along_axis(classes, turned, axis=1)
    intervals = [
        (classes * np.roll(classes, -semitones, axis=1)).sum(axis=1)
        for semitones in range(1, _OCTAVE // 2 + 1)
    ]
    major, minor = _best_triad(classes, _MAJOR), _best_triad(classes, _MINOR)
    return np.column_stack([above_lowest, *intervals, major, minor, major - minor])


def _best_triad(classes: NDArray[np.float64], chord: Sequence[int]) -> NDArray[np.float64]:
    shares = sum(np.roll(classes, -semitones, axis=1) for semitones in chord)
    best: NDArray[np.float64] = np.max(shares, axis=1)
    return best


def _outer_keys(keys: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lowest and the highest key of each window as MIDI numbers; 21 where none is."""
    down = keys > _LEAST_SHARE
    some = down.any(axis=1)
    lowest = np.where(some, down.argmax(axis=1), 0)
    highest = np.where(some, KEYS - 1 - down[:, ::-1].argmax(axis=1), 0)
    return LOWEST_KEY + lowest, LOWEST_KEY + highest


def _register(keys: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mean, spread, lowest and highest of the pitches, shape (windows, 4)."""
    shares = keys / np.maximum(keys.sum(axis=1, keepdims=True), _NOTHING)
    pitches = np.arange(LOWEST_KEY, LOWEST_KEY + KEYS)
    mean = shares @ pitches
    variance = np.maximum(shares @ pitches**2 - mean**2, 0)
    return np.column_stack([mean, np.sqrt(variance), *_outer_keys(keys)])
