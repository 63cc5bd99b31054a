"""Models that are missing, damaged, or not what their cards say."""

import hashlib
import json

import pytest
import soundfile

from quadpred_plugin.model.registry import DEFAULT_MODEL, shipped_folder


@pytest.fixture(scope="module")
def shipped():
    stem = shipped_folder() / DEFAULT_MODEL
    return stem.with_suffix(".pb").read_bytes(), stem.with_suffix(".json").read_text()


@pytest.fixture
def folder(tmp_path, noise):
    for seed, name in enumerate(["good.wav", "another.wav"]):
        soundfile.write(tmp_path / name, noise(1, seed), 16000)
    return tmp_path


@pytest.fixture
def install(folder, shipped):
    """Write ``model.pb`` and its card, each changed as asked; None leaves a file out."""

    def write(graph=None, edit=None, card=None, trusted=True):
        content = json.loads(shipped[1])
        graph = shipped[0] if graph is None else graph
        if trusted:
            content["quadpred"]["sha256"] = hashlib.sha256(graph).hexdigest()
        if edit is not None:
            edit(content["quadpred"])
        (folder / "model.pb").write_bytes(graph)
        (folder / "model.json").write_text(json.dumps(content) if card is None else card)

    return write


def damaged(graph, kind):
    if kind == "random":
        return hashlib.shake_256(b"no graph").digest(len(graph))
    return {"truncated": graph[: len(graph) // 2], "empty": b""}[kind]


def refusal_of(command):
    """Return the exit code for a model that can't be chosen: for predict it is wrong use."""
    return 2 if command[0] == "predict" else 1


@pytest.fixture(params=["1", "2"], ids=["one process", "two processes"])
def predict(request, folder, quadpred):
    arguments = ["--format", "csv", "-j", request.param, "--model", "model.pb"]
    return lambda: quadpred("predict", *arguments, "good.wav", "another.wav", folder=folder)


@pytest.mark.parametrize("kind", ["truncated", "random", "empty"])
def test_a_graph_that_cannot_be_loaded_is_one_error_of_the_model(install, shipped, predict, kind):
    install(damaged(shipped[0], kind))
    run = predict()
    assert run.code == 1
    assert run.rows() == []
    assert run.messages.startswith("quadpred: model.pb can't be loaded as a TensorFlow graph")
    assert run.messages.count("quadpred: ") == 1


@pytest.mark.parametrize("kind", ["truncated", "random", "empty"])
def test_a_graph_that_its_card_does_not_describe(install, shipped, predict, quadpred, folder, kind):
    install(damaged(shipped[0], kind), trusted=False)
    for run in (predict(), quadpred("models", "verify", "model.pb", folder=folder)):
        assert run.code == 1
        assert "SHA-256" in run.messages
        assert "model.pb is damaged or belongs to another card" in run.messages
        assert run.messages.count("quadpred: ") == 1
    assert run.output == b""


def test_verify_continues_after_a_damaged_model(install, quadpred, folder, shipped):
    install(damaged(shipped[0], "random"), trusted=False)
    run = quadpred("models", "verify", "model.pb", DEFAULT_MODEL, folder=folder)
    assert run.code == 1
    assert run.output == f"{DEFAULT_MODEL}: ok\n".encode()
    assert "SHA-256" in run.messages


def test_verify_finds_the_shipped_models_whole(quadpred, folder):
    run = quadpred("models", "verify", folder=folder)
    assert run.code == 0
    assert f"{DEFAULT_MODEL}: ok\n".encode() in run.output
    assert run.messages == ""


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("hello", "is not JSON"),
        ("", "is not JSON"),
        ("[1, 2]", "is not a model card"),
        ("null", "is not a model card"),
        ("{}", "is not one of this project"),
    ],
)
def test_cards_that_are_none(install, quadpred, folder, card, words):
    install(card=card)
    for command in (["predict", "good.wav", "--model"], ["models", "verify"], ["models", "show"]):
        run = quadpred(*command, "model.pb", folder=folder)
        assert run.code == refusal_of(command)
        assert run.output == b""
        assert f"model.json {words}" in run.messages


@pytest.mark.parametrize(
    "edit",
    [
        lambda own: own["entries"]["patches"]["outputs"].update(arousal="no such node"),
        lambda own: own["entries"]["patches"].update(input="no such node"),
        lambda own: own["entries"]["patches"]["outputs"].pop("arousal"),
        lambda own: own["entries"]["patches"]["outputs"].update(quadrants="arousal"),
        lambda own: own["preprocessing"].update(bands=64),
        lambda own: own["preprocessing"].update(patch_size=10),
        lambda own: own["preprocessing"].update(bands="many"),
        lambda own: own["preprocessing"].update(hop_size=0),
    ],
    ids=[
        "unknown output",
        "unknown input",
        "missing output",
        "wrong output",
        "other bands",
        "other patch",
        "bands are no number",
        "no hop",
    ],
)
def test_cards_that_contradict_their_graph(install, predict, edit):
    install(edit=edit)
    run = predict()
    # 2 where the card alone shows it, 1 where the graph does.
    assert run.code in (1, 2)
    assert not any(row["status"] == "ok" for row in run.rows())
    assert "model" in run.messages
    # The model is at fault, not the music.
    assert run.messages.count("quadpred: ") + run.messages.count("Error: ") == 1


def test_a_graph_without_card_and_a_card_without_graph(install, quadpred, folder):
    install()
    (folder / "model.json").rename(folder / "lonely.json")
    run = quadpred("predict", "--model", "model.pb", "good.wav", folder=folder)
    assert run.code == 2
    assert "model.pb has no readable card" in run.messages
    for name, words, code in (
        ("lonely.json", "can't be read", 1),
        ("lonely.pb", "There is no model file", 2),
    ):
        run = quadpred("predict", "--model", name, "good.wav", folder=folder)
        assert run.code == code
        assert run.rows() == []
        assert words in run.messages


def test_a_name_that_no_model_has(quadpred, folder):
    for command in (["predict", "good.wav", "--model"], ["models", "show"], ["models", "verify"]):
        run = quadpred(*command, "music-5q", folder=folder)
        assert run.code == refusal_of(command)
        assert run.output == b""
        assert f"There is no model 'music-5q'. Installed: {DEFAULT_MODEL}" in run.messages


def test_no_mandarin_music_model_ships_and_the_message_explains_it(quadpred, folder):
    run = quadpred("predict", "-m", "m", "good.wav", folder=folder)
    assert run.code == 2
    assert run.output == b""
    assert "No installed model was trained on Mandarin music" in run.messages
    assert "CH-818, isn't public, so no such model is shipped" in run.messages
    assert "'quadpred models import PATH'" in run.messages


def test_a_model_gives_the_same_rows_by_path_and_by_name(install, predict, quadpred, folder):
    install()
    by_name = quadpred("predict", "--format", "csv", "good.wav", "another.wav", folder=folder)
    assert predict().output == by_name.output
