"""Compile networks: losses, their weights, and the optimiser."""

from collections.abc import Mapping
from typing import Any

from quadpred_plugin.training.recipes.schedule import Schedule


def compile_heads(
    network: Any,
    loss_weights: Mapping[str, float],
    label_smoothing: float,
    schedule: Schedule,
    steps: int,
) -> None:
    """Compile a network with softmax heads.

    Parameters
    ----------
    network : keras.Model
        With a dict of outputs.
    loss_weights : dict of float
        Weight of each head's cross-entropy.
    label_smoothing : float
        Share of each label that is spread over all classes.
    schedule : Schedule
    steps : int
        Per epoch.
    """
    import keras

    network.compile(
        optimizer=schedule.optimiser(steps),
        loss={
            head: keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing)
            for head in network.output
        },
        loss_weights=dict(loss_weights),
    )


def compile_auxiliary(network: Any, output: str, schedule: Schedule, steps: int) -> None:
    """Compile a network with one regression output, for the mean squared error."""
    network.compile(optimizer=schedule.optimiser(steps), loss={output: "mean_squared_error"})
