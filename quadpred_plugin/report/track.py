"""What a page shows of one file."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.analysis.segments import Segment
from quadpred_plugin.analysis.smoothing import smooth
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.system.text import printable

# More frames than this are merged: no screen has more columns for them.
MOST_FRAMES = 1200

# The line through the plane is a moving mean over so many seconds.
SMOOTHING = 5.0


@dataclass(frozen=True)
class Track:
    """One file of a page.

    Attributes
    ----------
    number : int
        From 1.
    name : str
        Without folders where that is enough to tell it from the others; on one line.
    heard : Prediction
        As it was predicted.
    shown : Prediction
        At most `MOST_FRAMES` frames.
    merged : int
        Frames of ``heard`` in one of ``shown``.
    smoothed : Prediction
        Frames of ``shown`` after a moving mean.
    segments : tuple of Segment
    sound : str or None
        Data URI.
    """

    number: int
    name: str
    heard: Prediction
    shown: Prediction
    merged: int
    smoothed: Prediction
    segments: tuple[Segment, ...]
    sound: str | None


def make_tracks(
    predictions: Sequence[Prediction], sounds: Sequence[str | None]
) -> tuple[Track, ...]:
    """Prepare predictions for a page.

    Parameters
    ----------
    predictions : sequence of Prediction
    sounds : sequence of str or None
        Data URI of each one's sound.
    """
    return tuple(
        _make_track(number, name, prediction, sound)
        for number, (name, prediction, sound) in enumerate(
            zip(_names(predictions), predictions, sounds, strict=True), 1
        )
    )


def merge_frames(prediction: Prediction, count: int) -> Prediction:
    """Replace each so many frames, one after the other, by one with their mean.

    Parameters
    ----------
    prediction : Prediction
    count : int
        1 changes nothing. The last frame is the mean of what is left.
    """
    if count == 1:
        return prediction
    starts = np.arange(0, len(prediction), count)
    sizes = np.diff(np.append(starts, len(prediction)))

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        sums = np.add.reduceat(values.astype(np.float64), starts, axis=0)
        return (sums.T / sizes).T.astype(np.float32)

    return replace(
        prediction,
        times=prediction.times[starts],
        patch_duration=prediction.patch_duration + (count - 1) * prediction.hop,
        hop=prediction.hop * count,
        quadrants=mean(prediction.quadrants),
        arousal=mean(prediction.arousal),
        valence=mean(prediction.valence),
    )


def _make_track(number: int, name: str, prediction: Prediction, sound: str | None) -> Track:
    merged = max(1, -(-len(prediction) // MOST_FRAMES))
    return Track(
        number=number,
        name=name,
        heard=prediction,
        shown=merge_frames(prediction, merged),
        merged=merged,
        smoothed=merge_frames(smooth(prediction, SMOOTHING), merged),
        segments=tuple(prediction.segments()),
        sound=sound,
    )


def _names(predictions: Sequence[Prediction]) -> list[str]:
    # A page is sent to others, whom the sender's folders don't concern.
    short = [os.path.basename(prediction.source) for prediction in predictions]
    taken = Counter(short)
    return [
        printable(prediction.source if taken[name] > 1 else name)
        for name, prediction in zip(short, predictions, strict=True)
    ]
