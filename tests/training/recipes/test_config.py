"""Recipes: every shipped one is read, holds what it builds on, and comes back from its dict."""

import json

import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.language_study.experiments import experiments
from quadpred_plugin.training.networks.musicnn_trunk import FRONT_END
from quadpred_plugin.training.recipes.config import SHIPPED, read_recipe, shipped_recipes, to_dict
from quadpred_plugin.training.recipes.kinds import Ensemble, LanguageStudy, MusicOnly, Student


def write(path, recipe, **changes):
    path.write_text(json.dumps({**recipe, **changes}))
    return str(path)


@pytest.fixture
def music():
    return json.loads((SHIPPED / "music-4q.json").read_text())


@pytest.mark.parametrize("name", shipped_recipes())
def test_shipped_recipes(name, tmp_path):
    recipe = read_recipe(name)
    context = Preprocessing(patch_size=94, context_before=31, context_after=32)
    others = {"large": FRONT_END, "contextual": context, "pretext-contextual": context}
    assert recipe.name == name and recipe.front_end == others.get(name, Preprocessing())
    written = to_dict(recipe)
    assert written["kind"] == recipe.kind
    assert read_recipe(write(tmp_path / "whole.json", written)) == recipe


def test_a_recipe_holds_those_that_it_builds_on():
    ensemble = read_recipe("compact", Ensemble)
    assert ensemble.convolutional == read_recipe("student-convolutional", Student)
    written = to_dict(ensemble)
    assert written["harmony"]["initial_weights"]["schedule"]["seed"] == 8


def test_the_study_has_every_row_once():
    study = read_recipe("language-study", LanguageStudy)
    every = list(experiments(study))
    assert len(set(every)) == len(every)
    assert {one.row for one in every} == {
        "scratch",
        *(
            f"{method}-{speech}-{setting}"
            for method in ("scae", "cpc")
            for speech in "emx"
            for setting in ("feat_ext", "full")
        ),
    }


def test_a_front_end_of_its_own(music, tmp_path):
    path = write(tmp_path / "own.json", music, front_end={"bands": 96})
    recipe = read_recipe(path, MusicOnly)
    assert recipe.front_end == Preprocessing(bands=96)
    assert to_dict(recipe)["front_end"] == {"bands": 96}


def test_recipes_that_build_on_one_another_share_a_front_end(tmp_path):
    ensemble = json.loads((SHIPPED / "compact.json").read_text())
    path = write(tmp_path / "own.json", ensemble, front_end={"bands": 96})
    with pytest.raises(QuadpredError, match="another front end than its convolutional"):
        read_recipe(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "song"}, "kind 'song', which must be one of music-only"),
        ({"kind": None}, "kind None"),
        ({"author": "I"}, "unknown or missing entries: author"),
        ({"front_end": "mel"}, "'front_end' that is neither 'published' nor"),
        ({"front_end": {"bands": -1}}, "unusable 'front_end'"),
        ({"front_end": {"colour": 1}}, "unusable 'front_end'"),
        ({"dropout": "much"}, "'much' where a value of type float belongs"),
        ({"test_fold": True}, "True where a value of type int belongs"),
        ({"schedule": {"seed": 1}}, "missing entries"),
    ],
)
def test_recipes_that_are_refused(changes, words, music, tmp_path):
    with pytest.raises(QuadpredError, match=words):
        read_recipe(write(tmp_path / "own.json", music, **changes))


def test_files_that_are_no_recipes(tmp_path):
    with pytest.raises(QuadpredError, match="There is no recipe 'nothing': name one of compact"):
        read_recipe("nothing")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(QuadpredError, match="is not JSON"):
        read_recipe(str(tmp_path / "broken.json"))


def test_a_recipe_of_another_kind_is_refused():
    with pytest.raises(QuadpredError, match="kind 'speech-pretraining', but this needs 'student'"):
        read_recipe("pretrain-scae", Student)
