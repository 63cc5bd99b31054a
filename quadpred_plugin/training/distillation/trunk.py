"""The shared layers of a small network: its trunk, with or without an auxiliary output."""

from collections.abc import Sequence
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.networks.harmony import AUXILIARY

_SHARED = "shared"


def trunk(network: Any) -> Any:
    """Return the layers up to the auxiliary output, or up to the last shared layer without one."""
    from keras import Model

    names = {layer.name for layer in network.layers}
    last = AUXILIARY if AUXILIARY in names else _SHARED
    return Model(network.input, network.get_layer(last).output)


def copy_trunk(source: Any, target: Any, freeze: bool) -> None:
    """Copy the weights of the trunk from one network to another.

    Parameters
    ----------
    source, target : keras.Model
        With the same trunk.
    freeze : bool
        Whether the copied layers are excluded from training.
    """
    for layer in trunk(target).layers:
        if layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())
        if freeze:
            layer.trainable = False


def auxiliary_only(network: Any, components: int) -> Any:
    """Return the trunk with an auxiliary output, by a new layer if the network has none.

    Raises
    ------
    QuadpredError
        If the network has an auxiliary output of another size.
    """
    from keras import Model, layers

    output = trunk(network).output
    if AUXILIARY not in {layer.name for layer in network.layers}:
        output = layers.Dense(components, name=AUXILIARY)(output)
    if output.shape[-1] != components:
        raise QuadpredError(
            f"The network has {output.shape[-1]} auxiliary outputs, but the task has {components} "
            "targets: the harmony network takes the task 'notes', the convolutional one any task."
        )
    return Model(network.input, {AUXILIARY: output}, name=network.name)


def heads_only(network: Any, heads: Sequence[str]) -> Any:
    """Return a network with its emotion heads, without an auxiliary output."""
    from keras import Model

    outputs = {head: network.get_layer(head).output for head in heads}
    return Model(network.input, outputs, name=network.name)
