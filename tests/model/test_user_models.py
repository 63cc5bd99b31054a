"""Models in the user's folder together with the package's own."""

import json
import shutil

import pytest

from quadpred_plugin.errors import ModelError
from quadpred_plugin.model import registry as models


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a copy of the shipped model into the user's folder, under a name and languages."""
    monkeypatch.setenv("QUADPRED_MODELS", str(tmp_path))

    def copy(name, speech, music, stem=None):
        shipped = models.find_model()
        path = tmp_path / f"{stem or name}.json"
        shutil.copy(shipped.graph, path.with_suffix(".pb"))
        content = json.loads(shipped.graph.with_suffix(".json").read_text())
        content["name"] = name
        content["quadpred"].update(speech=speech, music=music)
        path.write_text(json.dumps(content))
        return path

    return copy


def names(cards):
    return [card.name for card in cards]


def test_without_a_folder_only_the_shipped_models_are_listed():
    installed = models.installed_models()
    assert installed.own == installed.unusable == []
    assert models.list_models() == installed.shipped


def test_the_folder_is_among_the_users_data(monkeypatch, tmp_path):
    monkeypatch.delenv("QUADPRED_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert models.user_folder() == tmp_path / "quadpred" / "models"


def test_shipped_models_come_first(install):
    install("a-model", "e", "e")
    install("other-model", "e", "m")
    listed = names(models.list_models())
    assert listed[0] == models.DEFAULT_MODEL
    assert sorted(listed[-2:]) == ["a-model", "other-model"]
    assert models.find_model("a-model").graph.name == "a-model.pb"
    assert models.find_by_language(None, "e").name == models.DEFAULT_MODEL
    assert models.find_by_language("e", "e").name == "speech-english"
    assert models.find_by_language("e", "m").name == "other-model"


def test_models_of_one_language_come_first_among_the_users(install):
    install("from-english", "e", "m")
    install("from-mandarin", "m", "m")
    assert names(models.installed_models().own) == ["from-mandarin", "from-english"]
    assert models.find_by_language(None, "m").name == "from-mandarin"
    assert models.find_by_language("e", "m").name == "from-english"


def test_a_users_name_never_hides_a_shipped_one(install):
    path = install(models.DEFAULT_MODEL, "m", "m")
    assert models.find_model(models.DEFAULT_MODEL).graph.parent == models.shipped_folder()
    assert models.find_model().graph.parent == models.shipped_folder()
    (reason,) = models.installed_models().unusable
    assert str(path) in str(reason)
    with pytest.raises(ModelError, match="has the name of a model of the package"):
        models.find_by_language(None, "m")


def test_a_damaged_card_is_named_and_breaks_nothing_else(install):
    install("good", "m", "m")
    bad = install("bad", "m", "m")
    bad.write_text("{")
    install("named-otherwise", "m", "m", stem="stem")
    installed = models.installed_models()
    assert names(installed.own) == ["good"]
    assert [str(reason).split()[2].removesuffix(":") for reason in installed.unusable] == [
        str(bad),
        str(bad.with_name("stem.json")),
    ]
    assert models.find_by_language("m", "m").name == "good"
    for name, words in (("bad", "is not JSON"), ("stem", "differs from its file name")):
        with pytest.raises(ModelError, match=words):
            models.find_model(name)
    with pytest.raises(ModelError, match=r"Installed: .*good\. The card .*bad\.json is not JSON"):
        models.find_model("none-such")


def test_damaged_cards_on_the_command_line(install, quadpred, tmp_path):
    install("good", "m", "m")
    install("bad", "m", "m").write_text("{")
    for command, code in (("list", 0), ("verify", 1)):
        run = quadpred("models", command, folder=tmp_path, QUADPRED_MODELS=str(tmp_path))
        assert run.code == code
        assert b"good" in run.output
        assert run.messages.count("quadpred: ") == 1
        assert "bad.json is not JSON" in run.messages


@pytest.mark.parametrize(("speech", "music"), [(None, "m"), ("x", "m"), ("m", "m")])
def test_what_is_missing_can_be_imported(speech, music):
    with pytest.raises(ModelError, match="quadpred models import") as caught:
        models.find_by_language(speech, music)
    assert "isn't public" in str(caught.value)
    assert "quadpred train" in str(caught.value)
