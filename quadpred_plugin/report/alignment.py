"""Align recordings of one piece by harmony and onsets, with librosa's dynamic time warping.

References
----------
S. Ewert, M. Müller, P. Grosche, "High resolution audio synchronization using chroma onset
features", ICASSP 2009, for onsets beside chroma; J. Serrà, E. Gómez, P. Herrera, "Transposing
chroma representations to a common key", 2008, for the transposition.
"""

import os
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.mixing import open_sound
from quadpred_plugin.errors import AudioError, QuadpredError
from quadpred_plugin.report.time_maps import TimeMap
from quadpred_plugin.system.failures import failures_as

SAMPLE_RATE = 11025
# From one frame of the first recording to the next, samples; 46 ms.
HOP = 512
_WINDOW = 2048
# Frames that are analysed at once.
_BLOCK = 4096
# Frames this far below the loudest one, dB, have no harmony.
_QUIET = 50.0
_BANDS = 40
# Cost of a full difference of onsets, as a share of that of a full difference of harmony.
_ONSETS = 0.5
# Steps of a path in frames, their weights, and their cost: pauses and jumps are possible but rare.
_STEPS = np.array([[1, 1], [1, 2], [2, 1], [1, 0], [0, 1]])
_WEIGHTS = np.array([2.0, 3.0, 3.0, 1.5, 1.5])
_COSTS = np.array([0.0, 0.0, 0.0, 0.5, 0.5])
# Largest side of a matrix of costs, frames; longer recordings are first aligned coarsely.
MOST_FRAMES = 4000
# Frames of the sections in which coarse paths are refined, and around them.
_SECTION, _MARGIN = 1300, 220
# Within a held chord a path is arbitrary; a moving mean of it over this many seconds is not.
_SMOOTHING = 2.0
# Mean distance of the aligned harmonies above which recordings are hardly of the same piece. It is
# 0.05 at most for stretched copies of the example pieces and 0.17 or more between them.
DOUBTFUL_DISTANCE = 0.15


@dataclass(frozen=True)
class Harmony:
    """Harmony and onsets of a recording over time.

    Attributes
    ----------
    chroma : ndarray of float32, shape (frames, 12)
        Strengths of the pitch classes, each row of length 1.
    onsets : ndarray of float32, shape (frames,)
        0..1.
    hop : int
        From one frame to the next, samples at `SAMPLE_RATE`.
    """

    chroma: NDArray[np.float32]
    onsets: NDArray[np.float32]
    hop: int

    @property
    def seconds(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop / SAMPLE_RATE

    def part(self, first: int, beyond: int) -> "Harmony":
        """Return the frames from one to before another."""
        return Harmony(self.chroma[first:beyond], self.onsets[first:beyond], self.hop)

    def merged(self, count: int) -> "Harmony":
        """Return the means of groups of consecutive frames; the last group may be smaller."""
        starts = np.arange(0, len(self.onsets), count)
        sizes = np.diff(np.append(starts, len(self.onsets)))
        chroma = np.add.reduceat(self.chroma, starts) / sizes[:, np.newaxis]
        chroma /= np.linalg.norm(chroma, axis=1, keepdims=True)
        onsets = np.add.reduceat(self.onsets, starts) / sizes
        return Harmony(chroma.astype(np.float32), onsets.astype(np.float32), self.hop * count)


def require() -> None:
    """Check that librosa is installed.

    Raises
    ------
    QuadpredError
        If it is missing.
    """
    try:
        import librosa  # noqa: F401
    except ImportError as error:
        raise QuadpredError(
            "Alignment without anchors needs one more package: pip install "
            "'quadpred-plugin[align]'. --anchors needs none."
        ) from error


def read_samples(source: str | os.PathLike[str]) -> NDArray[np.float32]:
    """Read a file as mono samples at `SAMPLE_RATE`.

    Raises
    ------
    AudioError
        If the file can't be read as audio.
    """
    with (
        failures_as(lambda problem: AudioError(unreadable.not_processed(problem))),
        open_sound(source, SAMPLE_RATE) as sound,
    ):
        return np.concatenate([np.zeros(0, dtype=np.float32), *sound.blocks])


def align(own: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[TimeMap, float]:
    """Map the times of a recording to those of another one of the same piece.

    Frames are as many seconds apart as the lengths of the recordings have it, so that a piece
    played slower throughout has the same frames. The second recording may be transposed.

    Parameters
    ----------
    own, other : ndarray of float32, shape (samples,)
        At `SAMPLE_RATE`, not silent.

    Returns
    -------
    time_map : TimeMap
        From ``own`` to ``other``.
    distance : float
        Mean distance of the harmonies along the path, 0..1: 0 if they are equal.
    """
    first, begin = _sounding(other)
    second, own_begin = _sounding(own)
    ratio = np.clip(len(second) / len(first), 0.25, 4.0)
    there = analyse(first, HOP)
    here = analyse(second, max(1, round(HOP * ratio)))
    here = _transposed(here, there)
    path = _path(there, here)
    distance = 1 - np.mean(np.sum(there.chroma[path[:, 0]] * here.chroma[path[:, 1]], axis=1))
    # Several frames of one recording can belong to one of the other.
    frames, places, sizes = np.unique(path[:, 1], return_inverse=True, return_counts=True)
    means = _smoothed(np.bincount(places, path[:, 0]) / sizes, _SMOOTHING / here.seconds)
    time_map = TimeMap(
        np.asarray(frames * here.seconds + own_begin / SAMPLE_RATE, dtype=np.float64),
        means * there.seconds + begin / SAMPLE_RATE,
    )
    return time_map, float(distance)


def analyse(samples: NDArray[np.float32], hop: int) -> Harmony:
    """Return harmony and onsets of samples.

    Parameters
    ----------
    samples : ndarray of float32, shape (samples,)
        At `SAMPLE_RATE`.
    hop : int
        From one frame to the next, samples. Frames are centred, the first one on the first sample.
    """
    import librosa
    from librosa.filters import chroma as chroma_filters
    from librosa.filters import mel as mel_filters
    from librosa.onset import onset_strength

    count = max(1, -(-len(samples) // hop))
    padded = np.zeros((count - 1) * hop + _WINDOW, dtype=np.float32)
    end = min(len(samples), len(padded) - _WINDOW // 2)
    padded[_WINDOW // 2 : _WINDOW // 2 + end] = samples[:end]
    pitches = chroma_filters(sr=SAMPLE_RATE, n_fft=_WINDOW, tuning=_tuning(padded))
    bands = mel_filters(sr=SAMPLE_RATE, n_fft=_WINDOW, n_mels=_BANDS)
    chroma, mel = [], []
    for begin in range(0, count, _BLOCK):
        frames = min(_BLOCK, count - begin)
        block = padded[begin * hop : (begin + frames - 1) * hop + _WINDOW]
        spectrum = librosa.stft(block, n_fft=_WINDOW, hop_length=hop, center=False)
        power = np.abs(spectrum) ** 2
        chroma.append((pitches @ power).T)
        mel.append((bands @ power).T)
    strengths = np.concatenate(chroma)
    level = librosa.power_to_db(np.concatenate(mel).T, top_db=_QUIET)
    onsets = onset_strength(S=level, sr=SAMPLE_RATE, hop_length=hop)
    usual = np.percentile(onsets, 95)
    quiet = np.linalg.norm(strengths, axis=1).max() * 10 ** (-_QUIET / 10)
    return Harmony(
        librosa.util.normalize(strengths, norm=2, axis=1, threshold=max(quiet, 1e-30), fill=True),
        np.minimum(onsets / usual if usual > 0 else onsets, 1).astype(np.float32),
        hop,
    )


def _tuning(samples: NDArray[np.float32]) -> float:
    """Return the tuning of the middle minute, in semitones from equal temperament at 440 Hz."""
    import librosa

    middle = len(samples) // 2
    minute = samples[max(0, middle - 30 * SAMPLE_RATE) : middle + 30 * SAMPLE_RATE]
    with warnings.catch_warnings():
        # Noise has no pitch, and 0 is right for it.
        warnings.simplefilter("ignore", UserWarning)
        return float(librosa.estimate_tuning(y=minute, sr=SAMPLE_RATE))


def _sounding(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Return the samples without silence at the ends, and the place of the first one."""
    from librosa.effects import trim

    sounding, (begin, _) = trim(samples, top_db=_QUIET)
    return sounding, int(begin)


def _smoothed(places: NDArray[np.float64], window: float) -> NDArray[np.float64]:
    """Return the moving mean over a window in frames, narrower at the ends, where none is lost."""
    frames = np.arange(len(places))
    reach = np.minimum(int(window / 2), np.minimum(frames, frames[::-1]))
    sums = np.concatenate([[0.0], np.cumsum(places)])
    return np.asarray((sums[frames + reach + 1] - sums[frames - reach]) / (2 * reach + 1))


def _transposed(own: Harmony, other: Harmony) -> Harmony:
    """Return the harmony in the key in which its mean is most like the other's."""
    means = own.chroma.mean(axis=0), other.chroma.mean(axis=0)
    steps = max(range(12), key=lambda step: float(np.roll(means[0], step) @ means[1]))
    return Harmony(np.roll(own.chroma, steps, axis=1), own.onsets, own.hop)


def _path(first: Harmony, second: Harmony) -> NDArray[np.intp]:
    """Return the frames of both that belong together, shape (pairs, 2), in ascending order."""
    count = -(-max(len(first.onsets), len(second.onsets)) // MOST_FRAMES)
    if count == 1:
        return _warp(first, second)
    coarse = _warp(first.merged(count), second.merged(count)) * count
    frames, places, sizes = np.unique(coarse[:, 0], return_inverse=True, return_counts=True)
    means = np.bincount(places, coarse[:, 1]) / sizes
    parts = []
    for begin in range(0, len(first.onsets), _SECTION):
        end = min(begin + _SECTION, len(first.onsets))
        wide = max(begin - _MARGIN, 0), min(end + _MARGIN, len(first.onsets))
        low, high = np.interp(wide, frames, means).astype(int)
        # At the ends nothing is left out, and a pause in the first one still has a frame.
        low = 0 if wide[0] == 0 else low
        high = len(second.onsets) if wide[1] == len(first.onsets) else max(high, low + 1)
        part = _warp(first.part(*wide), second.part(low, high)) + np.array([wide[0], low])
        parts.append(part[(part[:, 0] >= begin) & (part[:, 0] < end)])
    return np.maximum.accumulate(np.concatenate(parts), axis=0)


def _warp(first: Harmony, second: Harmony) -> NDArray[np.intp]:
    from librosa.sequence import dtw

    costs = 1 - first.chroma @ second.chroma.T
    costs += _ONSETS * np.abs(first.onsets[:, np.newaxis] - second.onsets)
    _, path = dtw(C=costs, step_sizes_sigma=_STEPS, weights_mul=_WEIGHTS, weights_add=_COSTS)
    return np.asarray(path[::-1])
