"""What exports tell of segments, once for all of them."""

from typing import Any

from quadpred_plugin.meaning import MINIMUM_SEGMENT_SECONDS, Segment, find_segments
from quadpred_plugin.prediction import Prediction


def segments_of(prediction: Prediction) -> list[Segment]:
    """Return a signal's segments, none where there are no frames."""
    return find_segments(prediction, MINIMUM_SEGMENT_SECONDS)


def settings(prediction: Prediction) -> dict[str, Any]:
    """Return the provenance together with the setting of the segments."""
    return {**prediction.provenance, "minimum_segment": MINIMUM_SEGMENT_SECONDS}
