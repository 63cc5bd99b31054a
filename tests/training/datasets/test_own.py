"""A corpus of one's own is described beside its labels, and nowhere else."""

import json

import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Clip, Corpus, find_corpus
from quadpred_plugin.training.packaging.card_facts import of_music_alone
from quadpred_plugin.training.recipes.config import read_recipe
from quadpred_plugin.training.splits import split_clips

ABOUT = {"name": "mine", "title": "Mine", "citation": "I, 2026", "licence": "CC0 1.0"}


def write(folder, **changes):
    (folder / "corpus.json").write_text(json.dumps({**ABOUT, **changes}))


def test_what_stands_beside_the_labels(tmp_path):
    write(tmp_path, language="m", limits=["Of ours alone."], same_recordings=[["a", "b"]])
    corpus = find_corpus("mine", tmp_path)
    expected = Corpus(
        **ABOUT, language="m", limits=("Of ours alone.",), same_recordings=(("a", "b"),)
    )
    assert corpus == expected
    release = of_music_alone(read_recipe("music-4q"), corpus)
    assert release.music == "m"
    assert release.limits[0] == "Of ours alone."
    assert release.corpora == [corpus]


def test_known_corpora_need_no_file(tmp_path):
    assert find_corpus("4q", tmp_path).title.startswith("4Q")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "yours"}, "describes the corpus 'yours', but the recipe asks for 'mine'"),
        ({"title": ""}, "lacks title"),
        ({"licence": 4}, "lacks licence"),
        ({"author": "I"}, "has unknown entries: author"),
        ({"language": "fr"}, "none of e, m"),
        ({"limits": "none"}, "limits that aren't a list"),
        ({"same_recordings": [["a"]]}, "same_recordings that aren't a list of pairs"),
    ],
)
def test_descriptions_that_are_refused(changes, words, tmp_path):
    write(tmp_path, **changes)
    with pytest.raises(QuadpredError, match=words):
        find_corpus("mine", tmp_path)


@pytest.mark.parametrize(("text", "words"), [("[]", "is no JSON object"), ("{", "is not JSON")])
def test_files_that_are_no_description(text, words, tmp_path):
    (tmp_path / "corpus.json").write_text(text)
    with pytest.raises(QuadpredError, match=words):
        find_corpus("mine", tmp_path)


def test_without_a_description_the_way_is_told(tmp_path):
    with pytest.raises(QuadpredError, match=r"describe it in .*corpus\.json, by name, title"):
        find_corpus("mine", tmp_path)


@pytest.mark.parametrize(("artists", "words"), [(3, "decide when to stop"), (0, "learn from")])
def test_too_few_artists_to_hold_some_out(artists, words, tmp_path):
    write(tmp_path)
    clips = [Clip(f"a{one}", tmp_path / f"{one}.wav", 0, f"a{one}", 1) for one in range(artists)]
    with pytest.raises(QuadpredError, match=f"No clip is left to {words}: .* {artists} artists"):
        split_clips(clips, find_corpus("mine", tmp_path), 0, 0.12, 1)
