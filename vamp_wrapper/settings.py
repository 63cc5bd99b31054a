"""What a user can set: parameters and programs, with the values they take.

Identifiers are for ever: hosts keep them in sessions and scripts.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from quadpred_plugin.model.card import LANGUAGES, ModelCard
from quadpred_plugin.model.registry import find_model, list_models


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes
    ----------
    identifier, name, description, unit : str
    minimum, maximum, default : float
    step : float
        Between values that differ; 0 where every value in the range does.
    value_names : tuple of str
        One a step, from the minimum up; may be empty.
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
        """Return the allowed value nearest to a host's; the default for what isn't a number."""
        if math.isnan(value):
            return self.default
        value = min(max(value, self.minimum), self.maximum)
        if self.step:
            value = self.minimum + self.step * round((value - self.minimum) / self.step)
        return value


# Five frames of 32 ms: the shortest hop that is whole at every usual sample rate, so that a
# host which draws features on a grid of samples loses none.
_HOP_STEP = 0.16
_HOPS = 5


@lru_cache(maxsize=1)
def models() -> tuple[ModelCard, ...]:
    """Return the models to choose from: the default, whichever it is, then all by name.

    Hosts keep the number of the choice, not its name. The user's own models come after the
    shipped ones, so that importing one doesn't give another number to those.
    """
    return (find_model(), *list_models())


@lru_cache(maxsize=1)
def parameters() -> tuple[Parameter, ...]:
    """Return the parameters, in the order that hosts show."""
    default, *installed = (card.name for card in models())
    hop_names = (
        "one patch, no overlap",
        *(f"{_HOP_STEP * step:.2f} s" for step in range(1, _HOPS)),
    )
    return (
        Parameter(
            "model",
            "Model",
            "Network that judges the music",
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
            "From one judgement to the next; 0 is one patch of about a second, so that "
            "patches don't overlap",
            "s",
            0,
            _HOP_STEP * (_HOPS - 1),
            _HOP_STEP * (_HOPS - 1),
            step=_HOP_STEP,
            value_names=hop_names,
        ),
        Parameter(
            "smoothing",
            "Smoothing",
            "Length of the moving mean over all curves; 0 is none",
            "s",
            0,
            30,
            0,
        ),
        Parameter(
            "minduration",
            "Minimum duration",
            "Segments are no shorter than this",
            "s",
            0,
            60,
            2,
        ),
    )


@lru_cache(maxsize=1)
def programs() -> tuple[tuple[str, dict[str, float]], ...]:
    """Return name and parameter values of each program: default, then one a speech language."""
    defaults = {parameter.identifier: parameter.default for parameter in parameters()}
    found = [("default", defaults)]
    for language, name in LANGUAGES.items():
        for index, card in enumerate(models()):
            if index and card.speech == language:
                found.append((f"{name} speech", {**defaults, "model": float(index)}))
                break
    return tuple(found)
