"""Import original weights with the command, and compare with the original network in NumPy.

The command runs in a separate process: Keras's TensorFlow and Essentia's can't share one.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from quadpred_plugin.audio.mixing import open_sound
from quadpred_plugin.chain.network import Network
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.model.card import read_card
from quadpred_plugin.model.registry import DEFAULT_MODEL, installed_models
from quadpred_plugin.standard import TensorflowInputQuad, TensorflowPredictQuad
from quadpred_plugin.training.keras2 import released as originals
from tests import signals
from tests.training.keras2 import keras_files

HEADS = ("quadrants", "arousal", "valence")
BOUND = 1e-4

SMALL = {"filters": (3, 4, 5), "units": 16}
SHIPPED = [card.name for card in installed_models().shipped]
NETWORKS = {
    "speech-mandarin-music-mandarin-original": ("speech_man_2_music_man", {}),
    "speech-english-music-mandarin-original": ("speech_eng_2_music_man", SMALL),
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory, quadpred):
    """Import a folder laid out as in the repository, with a published-size and a small network."""
    folder = tmp_path_factory.mktemp("imported")
    weights = {}
    for seed, (name, (place, size)) in enumerate(NETWORKS.items()):
        _, weights[name] = keras_files.write_original(folder / "models" / place, **size, seed=seed)
    run = quadpred("models", "import", "models", folder=folder, QUADPRED_MODELS="user")
    assert run.code == 0, run.messages
    assert run.messages == ""
    assert sorted(Path(line).stem for line in run.output.decode().split()) == sorted(NETWORKS)
    return folder, weights


def logarithms(normalised):
    return np.log(normalised.astype(np.float64) + Preprocessing().logarithm_floor)


@pytest.mark.parametrize("name", NETWORKS)
def test_graph_matches_the_original_network(imported, name):
    folder, weights = imported
    card = read_card(folder / "user" / f"{name}.pb")
    card.verify()
    golden = np.load(card.graph.with_suffix(".golden.npz"))
    patches = golden["patches"].astype(np.float32)
    expected = keras_files.forward(weights[name], logarithms(patches))
    heads = next(Network(card.graph, card.entries["patches"]).predict([patches]))
    for head in HEADS:
        assert np.abs(heads[head] - expected[head]).max() < BOUND
        assert np.abs(golden[head] - expected[head]).max() < BOUND
        # A network with constant outputs would test nothing.
        assert np.ptp(expected[head], axis=0).max() > 0.1


def test_streaming_gives_the_same_values(imported):
    import quadpred_plugin.streaming as streaming
    from quadpred_plugin.chain.engine import load_essentia, load_streaming

    folder, _ = imported
    graph = str(folder / "user" / f"{next(iter(NETWORKS))}.pb")
    signal = signals.example("q2_anger")[: signals.RATE * 6]
    expected = TensorflowPredictQuad(graphFilename=graph)(signal)
    essentia = load_essentia()
    source, pool = load_streaming().VectorInput(signal), essentia.Pool()
    network = streaming.TensorflowPredictQuad(graphFilename=graph)
    source.data >> network.signal
    for head in (*HEADS, "bands"):
        getattr(network, head) >> (pool, head)
    essentia.run(source)
    for head, values in zip((*HEADS, "bands"), expected, strict=True):
        np.testing.assert_array_equal(pool[head].reshape(values.shape), values)


def test_predict_by_language_matches_the_original_network(imported, quadpred):
    folder, weights = imported
    path = signals.EXAMPLES / "q3_sadness.ogg"
    run = quadpred(
        *("predict", "-s", "m", "-m", "m", "--format", "json", "--level", "frame", path),
        folder=folder,
        QUADPRED_MODELS="user",
    )
    assert run.code == 0, run.messages
    (predicted,) = (file["frames"] for file in json.loads(run.output))
    with open_sound(path, signals.RATE) as sound:
        samples = np.concatenate(list(sound.blocks))
    bands = TensorflowInputQuad()(samples) / np.abs(samples).max()
    count = len(bands) // keras_files.FRAMES
    patches = bands[: count * keras_files.FRAMES].reshape(count, keras_files.FRAMES, -1)
    expected = keras_files.forward(weights[next(iter(NETWORKS))], logarithms(patches))
    quadrants = np.stack([predicted[quadrant] for quadrant in ("q1", "q2", "q3", "q4")], axis=1)
    assert np.abs(quadrants - expected["quadrants"]).max() < BOUND
    for head in ("arousal", "valence"):
        assert np.abs(np.array(predicted[head]) - expected[head]).max() < BOUND


def test_list_verify_and_show(imported, quadpred):
    folder, _ = imported
    environment = {"folder": folder, "QUADPRED_MODELS": "user"}
    lines = quadpred("models", "list", **environment).output.decode().splitlines()
    # The shipped default comes first; of the imported models, the one of a single language.
    assert [line.split()[0] for line in lines] == ["name", *SHIPPED, *NETWORKS]
    assert all("not measured" in line for line in lines[1 + len(SHIPPED) :])
    verified = quadpred("models", "verify", **environment)
    assert verified.code == 0
    assert verified.output.decode().splitlines() == [
        f"{name}: ok" for name in (*SHIPPED, *NETWORKS)
    ]
    shown = quadpred("models", "show", next(iter(NETWORKS)), **environment).output.decode()
    assert "none of the four in quad-pred's repository" in shown
    assert "not measured" in shown
    assert "EUSIPCO 2020" in shown


def test_card_records_the_source(imported):
    folder, _ = imported
    card = read_card(folder / "user" / f"{next(iter(NETWORKS))}.json")
    assert (card.speech, card.music) == ("m", "m")
    assert card.metrics == card.published == {}
    assert card.preprocessing == Preprocessing()
    training = card.content["quadpred"]["training"]
    source = folder / "models" / training["source"]
    assert hashlib.sha256(source.read_bytes()).hexdigest() == training["source_sha256"]
    assert training["keras_version"] == "2.2.4"
    assert "--speech m --music m" in training["command"]
    # Both entries share one copy of the constants, in float32.
    assert card.graph.stat().st_size < 4.05 * training["parameters"]


def test_existing_model_is_replaced_only_with_force(imported, quadpred):
    folder, _ = imported
    place, _ = NETWORKS["speech-english-music-mandarin-original"]
    graph = folder / "user" / "speech-english-music-mandarin-original.pb"
    before = graph.stat()
    arguments = ("models", "import", f"models/{place}/{keras_files.STEM}.hdf5")
    refused = quadpred(*arguments, folder=folder, QUADPRED_MODELS="user")
    assert refused.code == 1
    assert "exists; --force replaces it" in refused.messages
    assert graph.stat().st_mtime_ns == before.st_mtime_ns
    forced = quadpred(*arguments, "--force", folder=folder, QUADPRED_MODELS="user")
    assert forced.code == 0
    assert graph.stat().st_mtime_ns > before.st_mtime_ns
    read_card(graph).verify()


def test_one_bad_file_does_not_stop_the_others(tmp_path, quadpred):
    good, _ = keras_files.write_original(tmp_path / "good", **SMALL)
    bad, _ = keras_files.write_original(tmp_path / "speech_mix_2_music_eng", **SMALL)
    bad.write_bytes(bad.read_bytes()[:5000])
    other = tmp_path / "speech_mix_2_music_man"
    other.mkdir()
    good.rename(other / good.name)
    good.with_suffix(".json").rename(other / f"{good.stem}.json")
    arguments = [f"{folder}/{good.name}" for folder in (bad.parent.name, other.name)]
    run = quadpred("models", "import", *arguments, "-o", "out/here", folder=tmp_path)
    assert run.code == 1
    assert run.output.decode().split() == ["out/here/speech-mixed-music-mandarin-original.pb"]
    assert run.messages.startswith(f"quadpred: {arguments[0]} is damaged")
    assert run.messages.count("quadpred: ") == 1
    assert [path.name for path in (tmp_path / "out/here").glob("*.json")] == [
        "speech-mixed-music-mandarin-original.json"
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "languages of one/model.hdf5 are unknown: give them with --speech and --music"),
        (("-s", "m"), "are unknown"),
        (("-s", "m", "-m", "e", "--name", DEFAULT_MODEL), f"can't be named '{DEFAULT_MODEL}'"),
        (("-s", "m", "-m", "e", "--name", "../up"), "can't be named '../up'"),
        (("-s", "m", "-m", "e", "two"), "would both become the model"),
        (("-s", "m", "-m", "e", "two", "--name", "own"), "can't be given to 2 files"),
        (("-s", "m", "-m", "e", "empty"), "The folder empty contains no .hdf5 file"),
        (("-s", "m", "-m", "e", "one/model.json"), "is not an HDF5 file: give the .hdf5"),
        (("-s", "m", "-m", "e", "none.hdf5"), "none.hdf5 can't be read: No such file"),
    ],
)
def test_invalid_calls_are_refused_before_writing(tmp_path, quadpred, options, words):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        keras_files.write_network(tmp_path / folder, {}, keras_files.architecture(**SMALL), "model")
    (tmp_path / "empty").mkdir()
    run = quadpred("models", "import", "one/model.hdf5", *options, "-o", "out", folder=tmp_path)
    assert run.code == 1
    assert words in run.messages
    assert run.messages.count("quadpred: ") == 1
    assert not (tmp_path / "out").exists()


def test_git_blob_identifiers():
    # From git hash-object, of an empty file and of "hello" with a newline.
    assert originals.git_blob(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert originals.git_blob(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert originals.find_release(b"hello\n") is None


@pytest.mark.parametrize("release", originals.RELEASES, ids=lambda release: release.blob[:7])
def test_cards_of_the_released_files(release):
    zoo, own = originals.card_sections(Path("model.hdf5"), release.speech, release.music, release)
    assert "not by this project" in zoo["description"]
    assert own["licence"].startswith("Apache-2.0")
    assert "not measured here" in own["published"]["source"]
    figures = own["published"]["patch"]
    assert set(figures) == set(HEADS)
    # Arousal is easier to predict; the log swaps the two.
    assert figures["arousal"]["f1"] > figures["valence"]["f1"]


def test_published_figures_are_shown_as_such(tmp_path, imported, quadpred):
    folder, _ = imported
    source = folder / "user" / "speech-english-music-mandarin-original.json"
    content = json.loads(source.read_text())
    release = originals.RELEASES[1]
    _, own = originals.card_sections(Path("model.hdf5"), "e", "m", release)
    content["quadpred"].update(own)
    (tmp_path / source.name).write_text(json.dumps(content))
    run = quadpred("models", "show", source.stem, folder=tmp_path, QUADPRED_MODELS=str(tmp_path))
    assert run.code == 0
    assert "figures   not measured\n" in run.output.decode()
    assert "figures   published, not measured here" in run.output.decode()
    assert "patch  quadrants      0.12      0.25      0.16" in run.output.decode()
    assert "predicts Q1" in run.output.decode()


def test_keras_moves_channels_last_before_flattening():
    import keras

    values = np.random.default_rng(0).random((2, 3, 4, 5), np.float32)
    flat = keras.layers.Flatten(data_format="channels_first")(values)
    np.testing.assert_array_equal(np.asarray(flat), keras_files.flatten(values))
