"""A dataset of one's own is described beside its labels."""

import json

import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Track, find_dataset
from quadpred_plugin.training.packaging.card_facts import release_of_music_only
from quadpred_plugin.training.recipes.config import read_recipe
from quadpred_plugin.training.recipes.kinds import MusicOnly

ABOUT = {"name": "mine", "title": "Mine", "citation": "I, 2026", "licence": "CC0 1.0"}


def write(folder, **changes):
    (folder / "dataset.json").write_text(json.dumps({**ABOUT, **changes}))


def test_a_description_beside_the_labels(tmp_path):
    write(tmp_path, language="m", limits=["Of ours alone."], same_recordings=[["a", "b"]])
    (tmp_path / "labels.csv").write_text(
        "clip,path,quadrant,artist_id,fold\na,a.wav,Q1,x,0\nb,b.wav,Q1,y,1\n"
    )
    dataset = find_dataset("mine", tmp_path)
    assert {key: getattr(dataset, key) for key in ABOUT} == ABOUT
    assert dataset.language == "m" and dataset.limits == ("Of ours alone.",)
    # Artists who share a recording are one group.
    assert dataset.read(tmp_path) == [
        Track("mine", "a", tmp_path / "a.wav", 0, "x", 0),
        Track("mine", "b", tmp_path / "b.wav", 0, "x", 1),
    ]
    release = release_of_music_only(read_recipe("music-4q", MusicOnly), lambda name: dataset)
    assert release.music == "m"
    assert release.limits[0] == "Of ours alone."
    assert release.corpora[0]["citation"] == "I, 2026"


def test_registered_datasets_need_no_file(tmp_path):
    assert find_dataset("4q", tmp_path).title.startswith("4Q")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "yours"}, "describes the dataset 'yours', but the recipe asks for 'mine'"),
        ({"title": ""}, "lacks title"),
        ({"licence": 4}, "lacks licence"),
        ({"author": "I"}, "has unknown entries: author"),
        ({"language": "fr"}, "language other than e, m"),
        ({"limits": "none"}, "limits that are not a list"),
        ({"same_recordings": [["a"]]}, "same_recordings that are not a list of pairs"),
    ],
)
def test_descriptions_that_are_refused(changes, words, tmp_path):
    write(tmp_path, **changes)
    with pytest.raises(QuadpredError, match=words):
        find_dataset("mine", tmp_path)


@pytest.mark.parametrize(("text", "words"), [("[]", "is no JSON object"), ("{", "is not JSON")])
def test_files_that_are_no_description(text, words, tmp_path):
    (tmp_path / "dataset.json").write_text(text)
    with pytest.raises(QuadpredError, match=words):
        find_dataset("mine", tmp_path)


def test_without_a_description_the_message_says_what_to_write(tmp_path):
    with pytest.raises(QuadpredError, match=r"describe it in .*dataset\.json, with name, title"):
        find_dataset("mine", tmp_path)
