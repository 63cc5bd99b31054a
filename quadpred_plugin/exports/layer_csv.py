"""Single layers as Sonic Visualiser's own CSV: it knows the columns by their headings."""

from typing import IO

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.exports.csv_rows import csv_line
from quadpred_plugin.exports.layers import regions, starts
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import QUADRANTS


def write_taggram(stream: IO[str], prediction: Prediction) -> None:
    """Write a grid of values: a patch's first sample, then the four probabilities."""
    _write(stream, prediction, [one.label for one in QUADRANTS], prediction.quadrants)


def write_arousal(stream: IO[str], prediction: Prediction) -> None:
    """Write time values: a patch's first sample and its arousal."""
    _write(stream, prediction, ["value"], prediction.arousal[:, np.newaxis])


def write_valence(stream: IO[str], prediction: Prediction) -> None:
    """Write time values: a patch's first sample and its valence."""
    _write(stream, prediction, ["value"], prediction.valence[:, np.newaxis])


def write_segments(stream: IO[str], prediction: Prediction) -> None:
    """Write regions: first sample, number of the quadrant, samples, and words."""
    stream.write(csv_line(("frame", "value", "duration", "label")))
    for one in regions(prediction):
        cells = (str(one.start), str(one.value), str(one.length), one.segment.quadrant.title)
        stream.write(csv_line(cells))


def _write(
    stream: IO[str], prediction: Prediction, headings: list[str], values: NDArray[np.float32]
) -> None:
    stream.write(csv_line(("frame", *headings)))
    for start, row in zip(starts(prediction).tolist(), values.tolist(), strict=True):
        stream.write(csv_line((str(start), *row)))
