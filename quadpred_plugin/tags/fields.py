"""The fields that are written, their names in each kind of tag, and their values."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from quadpred_plugin.prediction import Summary
from quadpred_plugin.quadrants import QUADRANTS

MOOD = "MOOD"
QUADRANT = "QUADPRED_QUADRANT"
AROUSAL = "QUADPRED_AROUSAL"
VALENCE = "QUADPRED_VALENCE"
MODEL = "QUADPRED_MODEL"
FIELDS = (MOOD, QUADRANT, AROUSAL, VALENCE, MODEL)

# What players look for where it isn't the field's own name.
ID3_MOOD = "TMOO"
APE_MOOD = "Mood"
ASF_MOOD = "WM/Mood"
MP4_PREFIX = "----:com.apple.iTunes:"

# Digits after the point of arousal and valence.
DECIMALS = 4

# Values of each field; none where a file lacks it.
Values: TypeAlias = Mapping[str, tuple[str, ...]]


def values_of(summary: Summary, provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return the value of each field for a file.

    Parameters
    ----------
    summary : Summary
        Means over the file.
    provenance : mapping
        Of the prediction, for the model's name and the SHA-256 of its graph.
    """
    return {
        MOOD: _words(summary.quadrant),
        QUADRANT: summary.quadrant,
        AROUSAL: _decimal(summary.arousal),
        VALENCE: _decimal(summary.valence),
        MODEL: model_value(provenance["model"], provenance["sha256"]),
    }


def model_value(name: str, sha256: str) -> str:
    """Return a model's name with the first 12 hexadecimal digits of its graph's SHA-256."""
    return f"{name} {sha256[:12]}"


def foreign_mood(values: Values) -> tuple[str, ...]:
    """Return the mood where somebody else wrote it, or changed ours; else nothing.

    A mood is ours if it is the words of the quadrant that the named field tells.
    """
    mood, quadrant = values.get(MOOD, ()), values.get(QUADRANT, ())
    ours = len(quadrant) == 1 and mood == (_words(quadrant[0]),)
    return () if ours else mood


def _words(name: str) -> str:
    return next((quadrant.words for quadrant in QUADRANTS if quadrant.name == name), "")


def _decimal(number: float) -> str:
    # Zero is added so that what rounds to zero has no sign.
    return f"{round(number, DECIMALS) + 0.0:.{DECIMALS}f}"
