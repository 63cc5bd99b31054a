"""Parameters of the plugin, with their values and defaults.

Identifiers and the meaning of values never change: hosts store them in sessions and scripts.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.model.registry import find_model, installed_models


@dataclass(frozen=True)
class Parameter:
    """One parameter of the plugin.

    Attributes
    ----------
    identifier, name, description, unit : str
    minimum, maximum, default : float
        Audacity compares the text of a value with the bounds as float32. A maximum must not be
        larger than its float32, nor a minimum smaller.
    step : float
        Difference between neighbouring values; 0 for a continuous parameter.
    value_names : tuple of str
        One name per value, from the minimum; may be empty.
    is_choice : bool
        Whether values are numbers of things. A number beyond the range is kept then, for
        whoever uses it to refuse: the nearest thing is another thing.
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
    is_choice: bool = False

    def nearest(self, value: float) -> float:
        """Return the allowed value nearest to a host's value; the default for NaN."""
        if math.isnan(value):
            return self.default
        if not self.is_choice:
            value = min(max(value, self.minimum), self.maximum)
        elif math.isinf(value):
            value = self.maximum + 1 if value > 0 else self.minimum - 1
        if self.step:
            value = self.minimum + self.step * round((value - self.minimum) / self.step)
        return value


# Five frames of 32 ms: the shortest hop that is a whole number of samples at every usual
# sample rate, so that hosts which draw features on a grid of samples lose none.
_HOP_STEP = 0.16
_HOP_STEPS = 5
# Default hop in seconds, a multiple of the step. quadpred.n3 and docs/vamp.md quote it.
DEFAULT_HOP = 0.64

# Shipped models by their numbers, from 1. Sessions store the numbers: append new models, and leave
# the names of models that are no longer shipped. Those that aren't installed aren't offered.
SHIPPED_NUMBERS = (
    "compact",
    "music-4q",
    "speech-both",
    "speech-english",
    "speech-english-cpc",
    "speech-mandarin",
    "large",
)
# Number of the first of the user's own models, beyond all shipped ones.
FIRST_OWN_NUMBER = 20


@lru_cache(maxsize=1)
def models() -> dict[int, ModelCard]:
    """Return the models to choose from, by number.

    0 is the default model. Shipped models have the numbers of `SHIPPED_NUMBERS`, the user's own
    follow from `FIRST_OWN_NUMBER` in the order of `registry.InstalledModels`.
    """
    installed = installed_models()
    shipped = {card.name: card for card in installed.shipped}
    numbered = {0: find_model()}
    for number, name in enumerate(SHIPPED_NUMBERS, 1):
        if name in shipped:
            numbered[number] = shipped[name]
    numbered.update(enumerate(installed.own, FIRST_OWN_NUMBER))
    return numbered


@lru_cache(maxsize=1)
def parameters() -> tuple[Parameter, ...]:
    """Return the parameters in the order in which hosts list them."""
    numbered = models()
    model_names = [
        numbered[number].name if number in numbered else "(not installed)"
        for number in range(max(numbered) + 1)
    ]
    model_names[0] = f"default ({numbered[0].name})"
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
            max(numbered),
            0,
            step=1,
            value_names=tuple(model_names),
            is_choice=True,
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
            Interpretation.minimum_segment,
        ),
        Parameter(
            "hysteresis",
            "Hysteresis",
            "Confidence that a change of quadrant must gain: with 1 s, a quadrant that leads by "
            "0.5 takes over after 2 s",
            "s",
            0,
            10,
            Interpretation.hysteresis,
        ),
        Parameter(
            "minconfidence",
            "Minimum confidence",
            "Mean probability that a segment's quadrant needs; 0 for none",
            "",
            0,
            1,
            Interpretation.segment_confidence,
        ),
    )
