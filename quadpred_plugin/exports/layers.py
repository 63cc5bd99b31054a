"""Times in samples of the audio file, the unit of Sonic Visualiser's layers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.analysis.segments import Segment
from quadpred_plugin.errors import OutputError
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import NEUTRAL, QUADRANTS


@dataclass(frozen=True)
class Region:
    """A segment in samples.

    Attributes
    ----------
    start, length : int
        Samples at the rate of the audio file.
    segment : Segment
    """

    start: int
    length: int
    segment: Segment

    @property
    def value(self) -> int:
        """Number of the quadrant, 1 to 4; 0 is neutral."""
        return (NEUTRAL, *QUADRANTS).index(self.segment.quadrant)


def sample_rate_of(prediction: Prediction) -> float:
    """Return the sample rate of the audio file, Hz.

    Raises
    ------
    OutputError
        If it is unknown.
    """
    if prediction.sample_rate is None:
        raise OutputError(
            f"{prediction.source}: its sample rate is unknown, but layers of Sonic Visualiser "
            "have times in samples."
        )
    return prediction.sample_rate


def starts(prediction: Prediction) -> NDArray[np.int64]:
    """Return the first sample of each patch, shape (patches,)."""
    return np.rint(prediction.times * sample_rate_of(prediction)).astype(np.int64)


def regions(prediction: Prediction) -> list[Region]:
    """Return the segments in samples; those that were contiguous still are."""
    rate = sample_rate_of(prediction)
    found = []
    for segment in prediction.segments():
        start = round(segment.start * rate)
        end = round((segment.start + segment.duration) * rate)
        found.append(Region(start, end - start, segment))
    return found
