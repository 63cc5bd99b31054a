"""Note features of MIDI clips over time: keys, pitch classes, intervals, triads and register.

They serve as auxiliary targets. Mode and chords separate positive from negative valence on piano
better than the other features tried, and a few hundred clips with one of four labels are too few
to learn them from audio.
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
# Semitones above the root of a triad.
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
# Minimum share of a window for a key to count as its lowest or highest.
_MINIMUM_SHARE = 0.03
_EPSILON = 1e-6
VALUES = 28
"""Columns of `NoteFeatures.values`."""
NOTE_FEATURES = KEYS + VALUES
"""Values of a window."""


@dataclass(frozen=True)
class NoteFeatures:
    """Features of the notes over time, in windows of one patch.

    Attributes
    ----------
    times : ndarray of float32, shape (windows,)
        Centre of each window, s; one every half patch.
    keys : ndarray of float32, shape (windows, 88)
        Share of the window in which each key of a piano is down, 0..1.
    values : ndarray of float32, shape (windows, 28)
        Shares of the twelve pitch classes, counted in semitones above the lowest key, 0..1;
        summed products of the shares of pitch classes one to six semitones apart, 0..1; the
        share of pitch classes in the best major and in the best minor triad, 0..1, and the
        first minus the second; ln(1 + onsets); mean velocity of the onsets, 0..127; mean,
        standard deviation, minimum and maximum of the pitches, MIDI numbers; mean number of
        keys down.
    """

    times: NDArray[np.float32]
    keys: NDArray[np.float32]
    values: NDArray[np.float32]


def read_notes(path: Path, performance: Performance) -> NDArray[np.float64]:
    """Return the notes of a clip in a performance.

    Parameters
    ----------
    path : Path
        A MIDI file.
    performance : Performance

    Returns
    -------
    notes : ndarray, shape (notes, 4)
        Start and end in s; key as MIDI number, clipped to a piano's range; velocity 1..127.

    Raises
    ------
    QuadpredError
        If the file can't be read or contains no notes.
    """
    time, down, notes = 0.0, dict[int, tuple[float, int]](), []
    for message in perform(path, performance):
        time += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        if message.note in down:
            start, velocity = down.pop(message.note)
            notes.append((start, time, message.note, velocity))
        if message.type == "note_on" and message.velocity:
            down[message.note] = (time, message.velocity)
    notes += [(start, time, note, velocity) for note, (start, velocity) in down.items()]
    if not notes:
        raise QuadpredError(f"{path} contains no notes.")
    table = np.array(notes, dtype=np.float64)
    table[:, 2] = np.clip(table[:, 2], LOWEST_KEY, LOWEST_KEY + KEYS - 1)
    return table


def note_features(
    notes: NDArray[np.float64], frames: int, preprocessing: Preprocessing
) -> NoteFeatures:
    """Compute the features of a clip's notes in windows of one patch.

    Parameters
    ----------
    notes : ndarray, shape (notes, 4)
        From `read_notes`.
    frames : int
        Length of the clip.
    preprocessing : Preprocessing
        Gives the length of a patch and of a frame.

    Returns
    -------
    features : NoteFeatures
    """
    size = preprocessing.patch_size
    starts = np.arange(0, max(1, frames - size + 1), size // 2)
    ends = np.minimum(starts + size, frames)
    down, onsets, velocities = _by_frame(notes, frames, preprocessing.frame_seconds)
    keys = _sums(down, starts, ends) / size
    onsets, velocities = _sums(onsets, starts, ends), _sums(velocities, starts, ends)
    values = np.column_stack(
        [
            _harmony(keys),
            np.log1p(onsets),
            velocities / np.maximum(onsets, 1),
            _register(keys),
            keys.sum(axis=1),
        ]
    )
    times = (starts + size / 2) * preprocessing.frame_seconds
    return NoteFeatures(
        times.astype(np.float32), keys.astype(np.float32), values.astype(np.float32)
    )


def _by_frame(
    notes: NDArray[np.float64], frames: int, frame_seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return keys down (frames, 88), onsets (frames,) and sums of their velocities (frames,)."""
    down = np.zeros((frames, KEYS))
    onsets, velocities = np.zeros(frames), np.zeros(frames)
    for start, end, key, velocity in notes:
        first = int(start / frame_seconds)
        if first < frames:
            down[first : max(first + 1, round(end / frame_seconds)), int(key) - LOWEST_KEY] = 1
            onsets[first] += 1
            velocities[first] += velocity
    return down, onsets, velocities


def _sums(
    rows: NDArray[np.float64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Sum rows from each start to each end, shape (windows, ...)."""
    until = np.concatenate([np.zeros_like(rows[:1]), rows.cumsum(axis=0)])
    sums: NDArray[np.float64] = until[ends] - until[starts]
    return sums


def _harmony(keys: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return pitch classes above the lowest key, intervals and triads, shape (windows, 21)."""
    classes = np.zeros((len(keys), _OCTAVE))
    for key in range(KEYS):
        classes[:, (LOWEST_KEY + key) % _OCTAVE] += keys[:, key]
    classes /= np.maximum(classes.sum(axis=1, keepdims=True), _EPSILON)
    lowest, _ = _outer_keys(keys)
    rotated = (np.arange(_OCTAVE) + lowest[:, np.newaxis]) % _OCTAVE
    above_lowest = np.take_along_axis(classes, rotated, axis=1)
    intervals = [
        (classes * np.roll(classes, -semitones, axis=1)).sum(axis=1)
        for semitones in range(1, _OCTAVE // 2 + 1)
    ]
    major, minor = _best_triad(classes, _MAJOR), _best_triad(classes, _MINOR)
    return np.column_stack([above_lowest, *intervals, major, minor, major - minor])


def _best_triad(classes: NDArray[np.float64], triad: Sequence[int]) -> NDArray[np.float64]:
    """Return the largest share of pitch classes in a triad on any root, shape (windows,)."""
    shares = sum(np.roll(classes, -semitones, axis=1) for semitones in triad)
    best: NDArray[np.float64] = np.max(shares, axis=1)
    return best


def _outer_keys(keys: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lowest and highest key of each window as MIDI numbers; 21 where there is none."""
    down = keys > _MINIMUM_SHARE
    any_down = down.any(axis=1)
    lowest = np.where(any_down, down.argmax(axis=1), 0)
    highest = np.where(any_down, KEYS - 1 - down[:, ::-1].argmax(axis=1), 0)
    return LOWEST_KEY + lowest, LOWEST_KEY + highest


def _register(keys: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mean, standard deviation, minimum and maximum pitch, shape (windows, 4)."""
    shares = keys / np.maximum(keys.sum(axis=1, keepdims=True), _EPSILON)
    pitches = np.arange(LOWEST_KEY, LOWEST_KEY + KEYS)
    mean = shares @ pitches
    variance = np.maximum(shares @ pitches**2 - mean**2, 0)
    return np.column_stack([mean, np.sqrt(variance), *_outer_keys(keys)])
