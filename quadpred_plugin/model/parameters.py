"""Parameters of TensorflowPredictQuad in streaming and standard mode."""

from pathlib import Path
from typing import Any

from quadpred_plugin.chain.network import BATCH_SIZE
from quadpred_plugin.model.card import ModelCard, read_card
from quadpred_plugin.model.registry import find_model

DEFAULTS: dict[str, Any] = {
    "model": "default",
    "graphFilename": "",
    "patchHopSize": 0,
    "batchSize": BATCH_SIZE,
    "lastPatchMode": "discard",
}


def predict_parameters(
    given: dict[str, Any], defaults: dict[str, Any] = DEFAULTS
) -> dict[str, Any]:
    """Return all parameters: defaults replaced by the given values.

    Parameters
    ----------
    given : dict
        Values by name.
    defaults : dict
        The default of every parameter.

    Returns
    -------
    values : dict

    Raises
    ------
    ValueError
        If a name or a value isn't allowed.
    """
    unknown = sorted(set(given) - set(defaults))
    if unknown:
        raise ValueError(
            f"TensorflowPredictQuad has no parameter {', '.join(unknown)}; it has "
            f"{', '.join(sorted(defaults))}."
        )
    values = {**defaults, **given}
    _check(values)
    return values


def _check(values: dict[str, Any]) -> None:
    hop, batch = values["patchHopSize"], values["batchSize"]
    if not isinstance(hop, int) or hop < 0:
        raise ValueError(f"patchHopSize must be a number of frames, 0 or more, not {hop!r}.")
    if not isinstance(batch, int) or batch < -1:
        raise ValueError(
            f"batchSize must be a number of patches, or -1 or 0 for all, not {batch!r}."
        )
    if values["lastPatchMode"] not in ("discard", "repeat"):
        raise ValueError(
            f"lastPatchMode must be 'discard' or 'repeat', not {values['lastPatchMode']!r}."
        )


def resolve_card(values: dict[str, Any]) -> ModelCard:
    """Return the card of the model that the parameters name.

    Raises
    ------
    ModelError
        If there is no such model.
    """
    if values["graphFilename"]:
        return read_card(Path(values["graphFilename"]))
    return find_model(values["model"])
