"""Provenance of exported segments."""

from typing import Any

from quadpred_plugin.prediction import Prediction


def segment_provenance(prediction: Prediction) -> dict[str, Any]:
    """Return the prediction's provenance with the settings of its segments."""
    return {**prediction.provenance, **prediction.interpretation.segment_settings}
