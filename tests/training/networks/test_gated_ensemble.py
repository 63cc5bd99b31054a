"""Gated ensemble: its outputs follow from both networks and the gate by arithmetic."""

import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.networks.convolutional import build_convolutional
from quadpred_plugin.training.networks.gated_ensemble import (
    Gate,
    build_ensemble,
    build_folded_ensemble,
    fit_gate,
)
from quadpred_plugin.training.networks.harmony import build_harmony

NUMBERS = Preprocessing()


def randomised(network, seed):
    """Set random batch norm weights, so that folding changes the network."""
    random = np.random.default_rng(seed)
    for layer in network.layers:
        if layer.name.endswith("_norm"):
            layer.set_weights(
                [
                    random.uniform(0.5, 1.5, weights.shape).astype(np.float32)
                    for weights in layer.weights
                ]
            )
    return network


@pytest.fixture(scope="module")
def networks():
    return randomised(build_convolutional(NUMBERS), 1), randomised(build_harmony(NUMBERS), 2)


@pytest.fixture(scope="module")
def patches():
    return np.random.default_rng(3).normal(-8, 2, (12, 31, 128)).astype(np.float32)


def gate_features(convolutional, patches):
    from keras import Model

    encoder = Model(convolutional.input, convolutional.get_layer("shared").output)
    return encoder.predict(patches, verbose=0)


def test_gate_weights_both_networks(networks, patches):
    convolutional, harmony = networks
    features = gate_features(convolutional, patches)
    weights = np.random.default_rng(4).normal(0, 1 / np.abs(features).sum(axis=1).mean(), 256)
    gate = Gate(weights.astype(np.float32), 0.3)
    share = 1 / (1 + np.exp(-(features @ weights + 0.3)))
    both = build_ensemble(convolutional, harmony, gate, 1.5).predict(patches, verbose=0)
    first, second = (one.predict(patches, verbose=0) for one in networks)
    np.testing.assert_allclose(both["arousal"], first["arousal"], atol=1e-6)
    scaled = second["valence"] ** 1.5
    scaled /= scaled.sum(axis=1, keepdims=True)
    expected = first["valence"] + share[:, np.newaxis] * (scaled - first["valence"])
    np.testing.assert_allclose(both["valence"], expected, atol=1e-5)
    for side in (slice(0, 2), slice(2, 4)):
        ours, theirs = first["quadrants"][:, side], second["quadrants"][:, side] ** 1.5
        theirs *= ours.sum(axis=1, keepdims=True) / theirs.sum(axis=1, keepdims=True)
        expected = ours + share[:, np.newaxis] * (theirs - ours)
        np.testing.assert_allclose(both["quadrants"][:, side], expected, atol=1e-5)
    for values in both.values():
        np.testing.assert_allclose(values.sum(axis=1), 1, atol=1e-5)


def test_saturated_harmony_network_gives_finite_outputs(networks, patches):
    convolutional, harmony = networks
    # Offsets of 1e4 make the probabilities of two quadrants exactly 0.
    head = harmony.get_layer("quadrants")
    kernel, offsets = head.get_weights()
    head.set_weights([kernel, np.array([1e4, 1e4, 0, 0], dtype=np.float32)])
    try:
        both = build_ensemble(convolutional, harmony, Gate(np.zeros(256, np.float32), 50.0), 1.0)
        quadrants = both.predict(patches, verbose=0)["quadrants"]
    finally:
        head.set_weights([kernel, offsets])
    np.testing.assert_allclose(quadrants.sum(axis=1), 1, atol=1e-5)


def test_folding_keeps_the_outputs(networks, patches):
    gate = Gate(np.full(256, 0.01, np.float32), -0.5)
    plain = build_ensemble(*networks, gate, 2.0).predict(patches, verbose=0)
    folded = build_folded_ensemble(*networks, gate, 2.0, NUMBERS)
    names = {layer.name for part in folded.layers for layer in getattr(part, "layers", [])}
    assert not {name for name in names if name.endswith(("harmony1_norm", "convolution1_norm"))}
    for head, values in folded.predict(patches, verbose=0).items():
        np.testing.assert_allclose(values, plain[head], atol=1e-4)


def test_gate_separates_pop_from_piano(networks):
    random = np.random.default_rng(5)
    convolutional, _ = networks
    tilt = np.linspace(-2, 2, 128, dtype=np.float32)
    pop, piano = (
        random.normal(-8, 1, (80, 31, 128)).astype(np.float32) + sign * tilt for sign in (-1, 1)
    )
    gate = fit_gate(convolutional, pop[:60], piano[:60])
    for patches, is_piano in ((pop[60:], False), (piano[60:], True)):
        share = gate_features(convolutional, patches) @ gate.weights + gate.offset > 0
        assert (share == is_piano).mean() > 0.9
