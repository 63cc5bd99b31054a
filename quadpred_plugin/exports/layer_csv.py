"""Single layers as CSV for Sonic Visualiser, which identifies columns by their headings.

The taggram isn't available as CSV: for a grid, Sonic Visualiser uses the distance of the first
two rows throughout, which drifts if the hop isn't a whole number of samples. A .svl file is
exact.
"""

from collections.abc import Sequence
from typing import IO

from quadpred_plugin.exports.csv_rows import csv_line
from quadpred_plugin.exports.layers import regions, sample_rate_of, starts
from quadpred_plugin.prediction import Prediction

# Sonic Visualiser 4.5 drops a row of frame 0: CSVFileReader::convertTimeValue returns the frame
# number where its caller expects a success flag.
_FIRST_FRAME = 1


def write_arousal(stream: IO[str], prediction: Prediction) -> None:
    """Write time values: first sample and arousal of each patch."""
    _write_curve(stream, prediction, prediction.arousal.tolist())


def write_valence(stream: IO[str], prediction: Prediction) -> None:
    """Write time values: first sample and valence of each patch."""
    _write_curve(stream, prediction, prediction.valence.tolist())


def write_turning_points(stream: IO[str], prediction: Prediction) -> None:
    """Write time values: sample, strength and quadrants of each turning point."""
    rate = sample_rate_of(prediction)
    stream.write(csv_line(("frame", "value", "label")))
    for one in prediction.turning_points():
        frame = max(round(one.time * rate), _FIRST_FRAME)
        label = f"{one.before.name} to {one.after.name}"
        stream.write(csv_line((str(frame), one.strength, label)))


def write_segments(stream: IO[str], prediction: Prediction) -> None:
    """Write regions: first sample, quadrant number, number of samples and label."""
    stream.write(csv_line(("frame", "value", "duration", "label")))
    for one in regions(prediction):
        start = max(one.start, _FIRST_FRAME)
        length = one.start + one.length - start
        cells = (str(start), str(one.value), str(length), one.segment.quadrant.title)
        stream.write(csv_line(cells))


def _write_curve(stream: IO[str], prediction: Prediction, values: Sequence[float]) -> None:
    stream.write(csv_line(("frame", "value")))
    for start, value in zip(starts(prediction).tolist(), values, strict=True):
        stream.write(csv_line((str(max(start, _FIRST_FRAME)), value)))
