"""Frozen graphs against the training framework's outputs for the same patches."""

import numpy as np
import pytest

from quadpred_plugin.chain.network import Network
from quadpred_plugin.model.registry import list_models

# The graph's constants are float16, the framework's are float32: up to 0.0011 in -1..1.
BOUND = 2e-3


@pytest.fixture(scope="module", params=[card.name for card in list_models()])
def golden_and_network(request):
    card = next(card for card in list_models() if card.name == request.param)
    golden = np.load(card.graph.with_suffix(".golden.npz"))
    return golden, Network(card.graph, card.entries["patches"])


def run(network, patches, batch_size):
    batches = (patches[at : at + batch_size] for at in range(0, len(patches), batch_size))
    results = list(network.predict(batches))
    return {head: np.concatenate([one[head] for one in results]) for head in results[0]}


def test_golden_vectors(golden_and_network):
    golden, network = golden_and_network
    ours = run(network, golden["patches"].astype(np.float32), 16)
    for head in ("quadrants", "arousal", "valence"):
        assert ours[head].shape == golden[head].shape
        assert np.abs(ours[head] - golden[head]).max() < BOUND
    # With constant outputs the comparison would be meaningless.
    assert np.ptp(golden["quadrants"], axis=0).max() > 0.2


def test_ranges(golden_and_network):
    golden, network = golden_and_network
    heads = run(network, golden["patches"].astype(np.float32), 16)
    np.testing.assert_allclose(heads["quadrants"].sum(axis=1), 1, atol=1e-5)
    assert np.abs(heads["arousal"]).max() <= 1
    assert np.abs(heads["valence"]).max() <= 1


def test_batch_size_and_earlier_batches_do_not_matter(golden_and_network):
    golden, network = golden_and_network
    patches = golden["patches"].astype(np.float32)
    for batch_size in (1, 3, 20):
        again = run(network, patches, batch_size)
        # The order of sums depends on the batch size, so bits differ.
        np.testing.assert_allclose(
            again["quadrants"], run(network, patches, 16)["quadrants"], atol=1e-6
        )
