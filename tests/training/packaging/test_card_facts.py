"""Cards hold their recipes whole, and name every dataset and network that any step used."""

import json

import pytest

from quadpred_plugin.model.registry import list_models, shipped_folder
from quadpred_plugin.training.datasets import DATASETS
from quadpred_plugin.training.packaging.card_facts import release_of
from quadpred_plugin.training.packaging.export import card_facts
from quadpred_plugin.training.packaging.provenance import Use, dataset_uses
from quadpred_plugin.training.recipes.config import read_recipe, to_dict
from quadpred_plugin.training.recipes.kinds import Ensemble, LanguageStudy, MusicOnly
from quadpred_plugin.training.recipes.large_model import LargeModel

SPEECH = {"speech-english": "e", "speech-mandarin": "m", "speech-both": "x"}
FIND = DATASETS.__getitem__


def release_of_shipped(card):
    """Return the facts that follow from the recipe of a shipped model."""
    if card.name in ("compact", "large", "music-4q"):
        recipe, encoder = read_recipe(card.name, Ensemble, LargeModel, MusicOnly), None
    else:
        recipe = read_recipe("language-study", LanguageStudy)
        method = "cpc" if card.name.endswith("cpc") else "scae"
        encoder = method, SPEECH[card.name.removesuffix("-cpc")]
    return release_of(recipe, encoder, FIND, card.pooling, card.metrics)


@pytest.mark.parametrize("card", list_models(), ids=lambda card: card.name)
def test_shipped_cards_are_those_of_the_shipped_recipes(card):
    content = json.loads((shipped_folder() / f"{card.name}.json").read_text())
    release = release_of_shipped(card)
    zoo, own = card_facts(release)
    assert {key: content[key] for key in zoo} == zoo
    assert {key: content["quadpred"][key] for key in own} == own
    assert content["quadpred"]["training"]["recipes"] == release.settings["recipes"]
    assert content["quadpred"]["metrics"] == release.metrics


def test_every_dataset_of_every_step_is_named():
    recipe = read_recipe("compact", Ensemble)
    assert set(dataset_uses(recipe)) == {
        Use("4q", "labels"),
        Use("4q", "teacher's soft labels"),
        Use("emopia", "labels"),
        Use("emopia", "teacher's soft labels"),
        Use("emopia", "pretext training, without emotion labels"),
        Use("games", "pretext training, without emotion labels"),
    }
    text = json.dumps(to_dict(recipe))
    for name in ("pretext-embeddings", "pretext-notes", "student-harmony"):
        assert f'"name": "{name}"' in text


def test_the_card_states_licence_and_citation_of_the_games_music():
    content = json.loads((shipped_folder() / "compact.json").read_text())
    games = next(one for one in content["quadpred"]["corpora"] if one["name"] == "games")
    assert "wesnoth-1.16-music" in games["citation"] and "GPL" in games["licence"]
    assert games["title"] in content["dataset"]["name"]
    assert games["licence"] in content["dataset"]["licence"]
