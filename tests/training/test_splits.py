"""Splits: no artist and no recording on two sides."""

from pathlib import Path

import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import DATASETS, Dataset, Track
from quadpred_plugin.training.datasets.labels import read_labels
from quadpred_plugin.training.datasets.track import merge_groups
from quadpred_plugin.training.splits import hold_out, inner_folds, split_tracks

FOUR_Q = DATASETS["4q"]


def tracks(count=200, artists=60):
    random = np.random.default_rng(0)
    folds = random.integers(0, 5, artists)
    return [
        Track(
            "4q", f"clip{index}", Path(f"{index}.wav"), index % 4, str(artist), int(folds[artist])
        )
        for index, artist in enumerate(random.integers(0, artists, count))
    ]


def test_no_artist_is_on_two_sides():
    everything = tracks()
    split = split_tracks(everything, FOUR_Q, 0, 0.2, seed=3)
    parts = [split.train, split.validation, split.test]
    artists = [{track.group for track in part} for part in parts]
    assert all(artists)
    assert not artists[0] & artists[1]
    assert not (artists[0] | artists[1]) & artists[2]
    assert sorted(track.name for part in parts for track in part) == sorted(
        track.name for track in everything
    )
    assert {track.fold for track in split.test} == {0}
    assert len(artists[1]) == round(0.2 * len(artists[0] | artists[1]))
    assert split == split_tracks(everything, FOUR_Q, 0, 0.2, seed=3)
    assert split != split_tracks(everything, FOUR_Q, 0, 0.2, seed=4)


def test_no_recording_is_on_two_sides():
    everything = tracks()
    tested = next(track.name for track in everything if track.fold == 0)
    trained = next(track.name for track in everything if track.fold == 1)
    pairs = ((tested, trained),)
    dataset = Dataset("c", "C", "", "", lambda folder: [], same_recordings=pairs)
    everything = merge_groups(everything, pairs)
    assert len({track.group for track in everything if track.name in pairs[0]}) == 1
    split = split_tracks(everything, dataset, 0, 0.2, seed=3)
    assert tested not in {track.name for track in split.test}
    assert trained in {track.name for track in split.train + split.validation}


def test_the_final_model_is_trained_on_all_folds():
    everything = tracks()
    split = split_tracks(everything, FOUR_Q, None, 0.0, seed=3)
    assert split.train == everything and not split.validation and not split.test


@pytest.mark.parametrize("artists", [1, 2])
def test_too_few_artists_to_hold_some_out(artists):
    few = [Track("c", f"a{one}", Path(), 0, f"a{one}", 1) for one in range(artists)]
    with pytest.raises(QuadpredError, match=f"No track is left to train on: .* {artists} groups"):
        hold_out(few, 0.9, 1)


def test_one_fold_alone_is_nothing_to_train_on():
    with pytest.raises(QuadpredError, match="outside of fold 0: there is nothing to train on"):
        split_tracks([Track("4q", "a", Path(), 0, "a", 0)], FOUR_Q, 0, 0.1, 1)


def test_inner_folds_keep_groups_together_and_quadrants_even():
    everything = tracks()
    numbers = inner_folds(everything, 5, 1)
    of_group = {}
    for track, number in zip(everything, numbers):
        assert of_group.setdefault(track.group, number) == number
    counts = np.array(
        [[sum(numbers[index] == fold for index in range(q, 200, 4)) for q in range(4)]
         for fold in range(5)]
    )  # fmt: skip
    assert counts.min() >= 5 and counts.max() <= 16


def test_a_label_table(tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("clip,path,quadrant,artist_id,fold\na,audio/a.wav,Q3,7,2\n")
    assert read_labels(table, "mine") == [Track("mine", "a", tmp_path / "audio/a.wav", 2, "7", 2)]
    for text, message in (
        ("clip,path,quadrant,fold\na,b,Q1,2\n", "lacks the columns artist_id"),
        ("clip,path,quadrant,artist_id,fold\na,b,Q5,7,2\n", "Line 2 .* quadrant is 'Q5'"),
        ("clip,path,quadrant,artist_id,fold\na,b,Q1,7,two\n", "Line 2 .* fold is 'two'"),
        ("clip,path,quadrant,artist_id,fold\n", "no rows"),
    ):
        table.write_text(text)
        with pytest.raises(QuadpredError, match=message):
            read_labels(table, "mine")
    table.write_bytes(b"clip,path\n\xff,b\n")
    with pytest.raises(QuadpredError, match="isn't UTF-8"):
        read_labels(table, "mine")
    with pytest.raises(QuadpredError, match="can't be read"):
        read_labels(tmp_path / "missing.csv", "mine")
