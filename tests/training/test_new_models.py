"""A fourth head and another front end, from the recipe to a trained model's predictions."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from quadpred_plugin.chain.heads import HEADS, Head
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.datasets import Dataset, Track
from quadpred_plugin.training.features import logarithmic_bands
from quadpred_plugin.training.language_study.music_only import train_music_only
from quadpred_plugin.training.networks.convolutional import build_convolutional
from quadpred_plugin.training.networks.gated_ensemble import Gate, build_ensemble
from quadpred_plugin.training.networks.harmony import build_harmony
from quadpred_plugin.training.packaging.card_facts import release_of_music_only
from quadpred_plugin.training.packaging.export import ModelFiles, export
from quadpred_plugin.training.patches import cut
from quadpred_plugin.training.recipes.config import read_recipe
from quadpred_plugin.training.recipes.kinds import MusicOnly
from quadpred_plugin.training.runs.workspace import Workspace
from quadpred_plugin.training.targets import TARGETS
from tests import signals

TENSION = Head("tension", ("low", "high"), 1, (-1, 1), "tension, -1..1", required=False)


def tension_of(quadrants):
    """Return low and high tension: Q2 alone is tense."""
    return np.stack([1 - quadrants[:, 1], quadrants[:, 1]], axis=1)


@pytest.fixture
def fourth_head(monkeypatch):
    monkeypatch.setitem(HEADS, "tension", TENSION)
    monkeypatch.setitem(TARGETS, "tension", tension_of)


@pytest.fixture
def dataset(tmp_path):
    tracks = []
    for index in range(16):
        path = tmp_path / f"{index}.wav"
        soundfile.write(path, signals.sine(2.5, 220 * (1 + index % 4), 44100) * 0.5, 44100)
        tracks.append(Track("mine", str(index), path, index % 4, str(index), index // 8))
    return Dataset("mine", "Mine", "I, 2026", "CC0 1.0", lambda folder: tracks)


@pytest.fixture
def train(dataset, tmp_path, monkeypatch):
    """Train a tiny network by a changed recipe, and export it; return network and graph."""
    monkeypatch.setattr(Workspace, "dataset", lambda self, name: dataset)
    shipped = read_recipe("music-4q", MusicOnly)

    def run(**changes):
        recipe = replace(
            shipped,
            name="tiny",
            dataset="mine",
            test_fold=1,
            validation_share=0.25,
            filters=[2, 3, 4],
            patches_per_clip=2,
            schedule=replace(shipped.schedule, epochs=1),
            **changes,
        )
        workspace = Workspace(tmp_path / "work", {"mine": tmp_path})
        network = train_music_only(workspace, recipe, lambda figures: None)
        release = release_of_music_only(recipe, lambda name: dataset)
        files = ModelFiles("tiny", tmp_path / "models", "2026-01-01", "3")
        return network, export(network, recipe.front_end, release, files)

    return run


def test_a_head_in_the_recipe_is_trained_exported_and_predicted(fourth_head, train, tmp_path):
    weights = {"quadrants": 1.0, "arousal": 0.5, "valence": 0.5, "tension": 1.0}
    network, graph = train(loss_weights=weights)
    assert set(network.output) == set(weights)
    prediction = qp.load_model(graph).predict(tmp_path / "0.wav")
    golden = np.load(graph.with_name("tiny.golden.npz"))
    assert golden["tension"].shape == golden["arousal"].shape
    tension = prediction.further_heads["tension"]
    assert tension.shape == prediction.arousal.shape and np.abs(tension).max() <= 1
    assert not np.array_equal(tension, prediction.arousal)


def test_another_number_of_bands_in_the_recipe_is_the_model_s(train, tmp_path):
    front_end = Preprocessing(bands=96)
    network, graph = train(front_end=front_end)
    assert network.input.shape[1:] == (31, 96)
    model = qp.load_model(graph)
    assert model.card.preprocessing == front_end
    prediction = model.predict(tmp_path / "0.wav")
    features = logarithmic_bands(tmp_path / "0.wav", front_end)
    outputs = network.predict(cut(features, 31, 31), verbose=0)
    # The graph's constants are float16.
    np.testing.assert_allclose(prediction.quadrants, outputs["quadrants"], atol=2e-3)


def test_an_ensemble_has_the_convolutional_network_s_further_heads(fourth_head):
    heads = ("quadrants", "arousal", "valence", "tension")
    front_end = read_recipe("music-4q", MusicOnly).front_end
    convolutional = build_convolutional(front_end, heads=heads)
    gate = Gate(np.zeros(256, np.float32), 0.0)
    ensemble = build_ensemble(convolutional, build_harmony(front_end), gate, 1.0)
    patches = np.random.default_rng(1).normal(-8, 2, (3, 31, 128)).astype(np.float32)
    np.testing.assert_allclose(
        ensemble.predict(patches, verbose=0)["tension"],
        convolutional.predict(patches, verbose=0)["tension"],
        atol=1e-6,
    )
