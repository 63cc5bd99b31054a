"""Training, freezing and resuming, each in a process of its own.

Two TensorFlows can't share a process: the one that trains, and the one in Essentia.
"""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

COMMON = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.recipe import read_recipe
folder = Path(sys.argv[1])
numbers = Preprocessing()
recipe = replace(
    read_recipe("music-4q"), filters=[2, 3, 4], epochs=3, patience=3, patches_per_clip=2,
    batch_size=8,
)
"""

DATA = """
from quadpred_plugin.training.corpora import Clip
from quadpred_plugin.training.scratch import one_hot_labels, train
random = np.random.default_rng(0)
clips = [Clip(str(index), folder, index % 4, str(index), 0) for index in range(16)]
# Loudness tells arousal, so that there is something to learn.
features = [
    (random.normal(-10 + 3 * (clip.quadrant < 2), 1, (62, 128))).astype(np.float16)
    for clip in clips
]
labels = one_hot_labels(clips)

def run(name, epochs_before_stopping=None):
    class Stopped(Exception):
        pass

    seen = []

    def report(figures):
        seen.append(figures)
        if len(seen) == epochs_before_stopping:
            raise Stopped

    try:
        return train(recipe, numbers, features, labels, features, labels, folder / name, report)
    except Stopped:
        return None
"""


def run(code, folder, parts):
    script = "\n".join([*parts, textwrap.dedent(code)])
    result = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr[-2000:]


def test_an_interrupted_run_ends_as_one_that_was_not(tmp_path):
    code = """
    whole = run("whole")
    assert run("parts", epochs_before_stopping=1) is None
    resumed = run("parts")
    for one, other in zip(whole.get_weights(), resumed.get_weights()):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)
    logs = [(folder / name / "log.jsonl").read_text().splitlines() for name in ("whole", "parts")]
    assert len(logs[0]) == len(logs[1]) == 3
    """
    run(code, tmp_path, [COMMON, DATA])


def test_labels_of_the_heads(tmp_path):
    code = """
    expected = {"arousal": [1, 1, 0, 0], "valence": [1, 0, 0, 1], "quadrants": [0, 1, 2, 3]}
    for head, classes in expected.items():
        assert labels[head][:4].argmax(axis=1).tolist() == classes
    """
    run(code, tmp_path, [COMMON, DATA])


EXPORT = """
import keras
from quadpred_plugin.training.architecture import build_network
from quadpred_plugin.training.export import export
from quadpred_plugin.training.corpora import CORPORA
from quadpred_plugin.training.release import of_music_alone
keras.utils.set_random_seed(5)
network = build_network(numbers, (8, 16, 32))
random = np.random.default_rng(6)
for layer in network.layers:
    if "norm" in layer.name:
        layer.set_weights([random.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
export(network, numbers, of_music_alone(recipe, CORPORA["4q"]), "random", folder, "2026-01-01")
"""


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    """A network with random weights and batch norm that isn't neutral, and its outputs."""
    folder = tmp_path_factory.mktemp("frozen")
    run(EXPORT, folder, [COMMON])
    return folder


def test_the_same_weights_give_the_same_bytes(frozen, tmp_path):
    run(EXPORT, tmp_path, [COMMON])
    for name in ("random.pb", "random.json", "random.golden.npz"):
        assert (tmp_path / name).read_bytes() == (frozen / name).read_bytes(), name


def test_a_frozen_network_says_what_the_framework_says(frozen):
    from quadpred_plugin.card import read_card
    from quadpred_plugin.chain.network import Network

    card = read_card(frozen / "random.pb")
    card.verify()
    golden = np.load(frozen / "random.golden.npz")
    network = Network(card.graph, card.entries["patches"])
    heads = next(network.predict([golden["patches"].astype(np.float32)]))
    for head in ("quadrants", "arousal", "valence"):
        assert np.abs(heads[head] - golden[head]).max() < 1e-3
        assert np.ptp(golden[head], axis=0).max() > 1e-3
    # Constants are halves: about two bytes a parameter.
    parameters = card.content["quadpred"]["training"]["parameters"]
    assert card.graph.stat().st_size < 2.2 * parameters


def test_a_card_without_figures_can_be_shown(frozen):
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
        timeout=60,
    )
    assert result.returncode == 0
    assert "not measured" in result.stdout
