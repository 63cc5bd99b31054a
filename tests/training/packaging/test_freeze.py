"""Freezing, in a separate process.

Keras is imported first there, after which Essentia can't be.
"""

import subprocess
import sys

import numpy as np
import pytest

from tests.limits import HANG

EXPORT = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import sys
from pathlib import Path
import keras
import numpy as np
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.networks.published import build_network
from quadpred_plugin.training.datasets import DATASETS
from quadpred_plugin.training.packaging.export import ModelFiles, export
from quadpred_plugin.training.recipes.config import read_recipe
from quadpred_plugin.training.packaging.card_facts import release_of_music_only
numbers = Preprocessing()
keras.utils.set_random_seed(5)
network = build_network(numbers, (8, 16, 32))
random = np.random.default_rng(6)
for layer in network.layers:
    if "norm" in layer.name:
        layer.set_weights([random.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
release = release_of_music_only(read_recipe("music-4q"), DATASETS.__getitem__)
files = ModelFiles("random", Path(sys.argv[1]), "2026-01-01")
export(network, numbers, release, files)
"""


def freeze(folder):
    result = subprocess.run(
        [sys.executable, "-c", EXPORT, str(folder)], capture_output=True, text=True, timeout=HANG
    )
    assert result.returncode == 0, result.stderr[-2000:]


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    """Frozen network with random weights and batch norm, and its golden vectors."""
    folder = tmp_path_factory.mktemp("frozen")
    freeze(folder)
    return folder


def test_equal_weights_give_equal_bytes(frozen, tmp_path):
    freeze(tmp_path)
    for name in ("random.pb", "random.json", "random.golden.npz"):
        assert (tmp_path / name).read_bytes() == (frozen / name).read_bytes(), name


def test_frozen_network_matches_keras(frozen):
    from quadpred_plugin.chain.network import Network
    from quadpred_plugin.model.card import read_card

    card = read_card(frozen / "random.pb")
    card.verify()
    golden = np.load(frozen / "random.golden.npz")
    network = Network(card.graph, card.entries["patches"])
    heads = next(network.predict([golden["patches"].astype(np.float32)]))
    for head in ("quadrants", "arousal", "valence"):
        assert np.abs(heads[head] - golden[head]).max() < 1e-3
        assert np.ptp(golden[head], axis=0).max() > 1e-3
    # Constants are float16: about two bytes per parameter.
    parameters = card.content["quadpred"]["training"]["parameters"]
    assert card.graph.stat().st_size < 2.2 * parameters


def test_card_without_scores_can_be_shown(frozen):
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "from quadpred_plugin.cli.main import main; main()",
            "models",
            "show",
            str(frozen / "random.pb"),
        ],
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert result.returncode == 0
    assert "not measured" in result.stdout
