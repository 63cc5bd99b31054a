"""Prepare the prediction of one file for a page."""

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

# Maximum number of columns; patches of longer files are merged, since screens have no more
# columns to show them.
MAX_COLUMNS = 1200

# Window of the moving average of the line in the plane, s.
SMOOTHING = 5.0


@dataclass(frozen=True)
class Track:
    """A file on a page.

    Attributes
    ----------
    number : int
        From 1.
    name : str
        File name on one line, with folders only if needed to distinguish files.
    prediction : Prediction
        All patches.
    shown : Prediction
        At most `MAX_COLUMNS` columns, each the mean of one or more patches.
    patches_per_column : int
        Number of patches of ``prediction`` in a column of ``shown``.
    smoothed : Prediction
        Columns of ``shown`` after a moving average.
    segments : tuple of Segment
    sound : str or None
        Data URI.
    """

    number: int
    name: str
    prediction: Prediction
    shown: Prediction
    patches_per_column: int
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
        Data URI of the audio of each prediction.
    """
    return tuple(
        _make_track(number, name, prediction, sound)
        for number, (name, prediction, sound) in enumerate(
            zip(_names(predictions), predictions, sounds, strict=True), 1
        )
    )


def merge_patches(prediction: Prediction, count: int) -> Prediction:
    """Replace each group of consecutive patches by their mean.

    Parameters
    ----------
    prediction : Prediction
    count : int
        Number of patches per group; 1 changes nothing. The last group may be smaller.
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
        further_heads={name: mean(values) for name, values in prediction.further_heads.items()},
        embeddings=None,
    )


def _make_track(number: int, name: str, prediction: Prediction, sound: str | None) -> Track:
    count = max(1, -(-len(prediction) // MAX_COLUMNS))
    return Track(
        number=number,
        name=name,
        prediction=prediction,
        shown=merge_patches(prediction, count),
        patches_per_column=count,
        smoothed=merge_patches(smooth(prediction, SMOOTHING), count),
        segments=tuple(prediction.segments()),
        sound=sound,
    )


def _names(predictions: Sequence[Prediction]) -> list[str]:
    # Pages are passed on to others, so they don't show folders without need.
    short = [os.path.basename(prediction.source) for prediction in predictions]
    uses = Counter(short)
    return [
        printable(prediction.source if uses[name] > 1 else name)
        for name, prediction in zip(short, predictions, strict=True)
    ]
