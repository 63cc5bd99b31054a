"""Two networks and a gate: what the joined network says follows from the three by arithmetic."""

import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.networks.convolutional import build_compact
from quadpred_plugin.training.networks.gated_ensemble import (
    Gate,
    draw_patches,
    fit_gate,
    fold_pair,
    join,
)
from quadpred_plugin.training.networks.harmony import build_tones

NUMBERS = Preprocessing()


def randomised(network, seed):
    """Give batch norm other statistics than it begins with, so that folding has work to do."""
    random = np.random.default_rng(seed)
    for layer in network.layers:
        if layer.name.endswith("_norm"):
            layer.set_weights(
                [random.uniform(0.5, 1.5, one.shape).astype(np.float32) for one in layer.weights]
            )
    return network


@pytest.fixture(scope="module")
def students():
    return randomised(build_compact(NUMBERS), 1), randomised(build_tones(NUMBERS), 2)


@pytest.fixture(scope="module")
def patches():
    return np.random.default_rng(3).normal(-8, 2, (12, 31, 128)).astype(np.float32)


def hear(movement, patches):
    from keras import Model

    return Model(movement.input, movement.get_layer("shared").output).predict(patches, verbose=0)


def test_the_gate_weighs_the_two(students, patches):
    movement, tones = students
    heard = hear(movement, patches)
    weights = np.random.default_rng(4).normal(0, 1 / np.abs(heard).sum(axis=1).mean(), 256)
    gate = Gate(weights.astype(np.float32), 0.3)
    believed = 1 / (1 + np.exp(-(heard @ weights + 0.3)))
    both = join(movement, tones, gate, 1.5).predict(patches, verbose=0)
    first, second = (one.predict(patches, verbose=0) for one in students)
    np.testing.assert_allclose(both["arousal"], first["arousal"], atol=1e-6)
    surer = second["valence"] ** 1.5
    surer /= surer.sum(axis=1, keepdims=True)
    expected = first["valence"] + believed[:, np.newaxis] * (surer - first["valence"])
    np.testing.assert_allclose(both["valence"], expected, atol=1e-5)
    for side in (slice(0, 2), slice(2, 4)):
        alone, tonal = first["quadrants"][:, side], second["quadrants"][:, side] ** 1.5
        tonal *= alone.sum(axis=1, keepdims=True) / tonal.sum(axis=1, keepdims=True)
        expected = alone + believed[:, np.newaxis] * (tonal - alone)
        np.testing.assert_allclose(both["quadrants"][:, side], expected, atol=1e-5)
    for said in both.values():
        np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)


def test_tones_that_are_certain_of_arousal_leave_numbers(students, patches):
    movement, tones = students
    # Of 1e4 nats, so that the quadrants of one side are nothing at all.
    head = tones.get_layer("quadrants")
    kernel, offsets = head.get_weights()
    head.set_weights([kernel, np.array([1e4, 1e4, 0, 0], dtype=np.float32)])
    try:
        both = join(movement, tones, Gate(np.zeros(256, np.float32), 50.0), 1.0)
        said = both.predict(patches, verbose=0)["quadrants"]
    finally:
        head.set_weights([kernel, offsets])
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)


def test_folding_changes_nothing(students, patches):
    gate = Gate(np.full(256, 0.01, np.float32), -0.5)
    plain = join(*students, gate, 2.0).predict(patches, verbose=0)
    folded = fold_pair(*students, gate, 2.0, NUMBERS)
    names = {layer.name for part in folded.layers for layer in getattr(part, "layers", [])}
    assert not {name for name in names if name.endswith(("tones1_norm", "convolution1_norm"))}
    for head, said in folded.predict(patches, verbose=0).items():
        np.testing.assert_allclose(said, plain[head], atol=1e-4)


def test_the_gate_learns_which_is_which(students):
    random = np.random.default_rng(5)
    movement, _ = students
    tilt = np.linspace(-2, 2, 128, dtype=np.float32)
    pop, piano = (
        random.normal(-8, 1, (80, 31, 128)).astype(np.float32) + sign * tilt for sign in (-1, 1)
    )
    gate = fit_gate(movement, pop[:60], piano[:60])
    for patches, is_piano in ((pop[60:], False), (piano[60:], True)):
        believed = hear(movement, patches) @ gate.weights + gate.offset > 0
        assert (believed == is_piano).mean() > 0.9


def test_patches_are_cut_out_of_clips():
    clips = [np.arange(start, start + 50)[:, np.newaxis] * np.ones(4) for start in (0, 100)]
    patches = draw_patches(clips, 40, 31, np.random.default_rng(6))
    assert patches.shape == (40, 31, 4)
    firsts = patches[:, 0, 0]
    np.testing.assert_array_equal(patches[:, :, 0], firsts[:, np.newaxis] + np.arange(31))
    assert {first // 100 for first in firsts} == {0, 1} and (firsts % 100 <= 19).all()
