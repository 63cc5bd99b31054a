"""What exports tell of segments, once for all of them."""

from typing import Any

from quadpred_plugin.prediction import Prediction


def settings(prediction: Prediction) -> dict[str, Any]:
    """Return the provenance together with the settings of the segments."""
    return {**prediction.provenance, **prediction.interpretation.of_segments}
