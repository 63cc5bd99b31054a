"""Parameters and programs of the plugin, with their values and defaults.

Identifiers never change: hosts store them in sessions and scripts.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from quadpred_plugin.model.card import LANGUAGES, ModelCard
from quadpred_plugin.model.registry import find_model, list_models


@dataclass(frozen=True)
class Parameter:
    """One parameter of the plugin.

    Attributes
    ----------
    identifier, name, description, unit : str
    minimum, maximum, default : float
    step : float
        Difference between neighbouring values; 0 for a continuous parameter.
    value_names : tuple of str
        One name per value, from the minimum; may be empty.
    """

    identifier: str
    name: str
    description: str
    unit: str
    minimum: float
    maximum: float
    default: float
    step: float = 0.0
    value_names: tuple[str, ...] = ()

    def nearest(self, value: float) -> float:
        """Return the allowed value nearest to a host's value; the default for NaN."""
        if math.isnan(value):
            return self.default
        value = min(max(value, self.minimum), self.maximum)
        if self.step:
            value = self.minimum + self.step * round((value - self.minimum) / self.step)
        return value


# Five frames of 32 ms: the shortest hop that is a whole number of samples at every usual
# sample rate, so that hosts which draw features on a grid of samples lose none.
_HOP_STEP = 0.16
_HOP_STEPS = 4
# Default hop in seconds, a multiple of the step. quadpred.n3 and docs/vamp.md quote it.
DEFAULT_HOP = 0.64


@lru_cache(maxsize=1)
def models() -> tuple[ModelCard, ...]:
    """Return the models to choose from: the default model, then all models by name.

    Hosts store the number of the choice, not its name. The user's own models follow the
    shipped ones, so that importing a model doesn't renumber the shipped ones.
    """
    return (find_model(), *list_models())


@lru_cache(maxsize=1)
def parameters() -> tuple[Parameter, ...]:
    """Return the parameters in the order in which hosts list them."""
    default, *installed = (card.name for card in models())
    hop_names = (
        "one patch, no overlap",
        *(f"{_HOP_STEP * step:.2f} s" for step in range(1, _HOP_STEPS + 1)),
    )
    return (
        Parameter(
            "model",
            "Model",
            "Model that predicts arousal, valence and quadrants",
            "",
            0,
            len(installed),
            0,
            step=1,
            value_names=(f"default ({default})", *installed),
        ),
        Parameter(
            "hop",
            "Hop",
            "Time from one patch to the next; 0 is the length of a patch, about a second, "
            "without overlap",
            "s",
            0,
            _HOP_STEP * _HOP_STEPS,
            DEFAULT_HOP,
            step=_HOP_STEP,
            value_names=hop_names,
        ),
        Parameter(
            "smoothing",
            "Smoothing",
            "Length of a moving mean over all curves; 0 for none",
            "s",
            0,
            30,
            0,
        ),
        Parameter(
            "minduration",
            "Minimum duration",
            "Length of the shortest segment",
            "s",
            0,
            60,
            2,
        ),
    )


@lru_cache(maxsize=1)
def programs() -> tuple[tuple[str, dict[str, float]], ...]:
    """Return name and parameter values of each program: the default, then one per language.

    A language's program selects the first model that was pretrained on its speech.
    """
    defaults = {parameter.identifier: parameter.default for parameter in parameters()}
    found = [("default", defaults)]
    for language, name in LANGUAGES.items():
        for index, card in enumerate(models()):
            if index and card.speech == language:
                found.append((f"{name} speech", {**defaults, "model": float(index)}))
                break
    return tuple(found)
