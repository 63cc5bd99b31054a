"""quadpred-plugin hears how the emotion of music moves.

Names are loaded on first use, so importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from quadpred_plugin.version import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from quadpred_plugin.errors import (
        AudioError,
        InstallationError,
        ModelError,
        OutputError,
        QuadpredError,
    )
    from quadpred_plugin.inference import Model, load_model, predict
    from quadpred_plugin.interpretation import Interpretation
    from quadpred_plugin.prediction import Prediction, Summary

_HOMES = {
    "AudioError": "errors",
    "InstallationError": "errors",
    "Interpretation": "interpretation",
    "Model": "inference",
    "ModelError": "errors",
    "OutputError": "errors",
    "Prediction": "prediction",
    "QuadpredError": "errors",
    "Summary": "prediction",
    "load_model": "inference",
    "predict": "inference",
}

__all__ = [
    "AudioError",
    "InstallationError",
    "Interpretation",
    "Model",
    "ModelError",
    "OutputError",
    "Prediction",
    "QuadpredError",
    "Summary",
    "__version__",
    "load_model",
    "predict",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
