"""Splits, tables, augmentation and scores, none of which needs a network."""

from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.augmentation import Augmentation, augment, mix
from quadpred_plugin.training.datasets import CORPORA, Clip, Corpus, read_clips
from quadpred_plugin.training.distillation.student import Student
from quadpred_plugin.training.evaluation.scoring import (
    calibration_error,
    reliability,
    score,
    score_clips,
)
from quadpred_plugin.training.language_study.experiments import Grid
from quadpred_plugin.training.language_study.pretraining import Pretraining
from quadpred_plugin.training.language_study.transfer import Transfer
from quadpred_plugin.training.networks.gated_ensemble import Pair
from quadpred_plugin.training.recipes.config import SHIPPED, Recipe, read_recipe, read_settings
from quadpred_plugin.training.splits import split_clips


def clips(tmp_path, count=200, artists=60):
    random = np.random.default_rng(0)
    folds = random.integers(0, 5, artists)
    return [
        Clip(f"clip{index}", tmp_path / f"{index}.wav", index % 4, str(artist), int(folds[artist]))
        for index, artist in enumerate(random.integers(0, artists, count))
    ]


def test_no_artist_on_two_sides(tmp_path):
    everything = clips(tmp_path)
    split = split_clips(everything, CORPORA["4q"], 0, 0.2, seed=3)
    parts = [split.train, split.validation, split.test]
    artists = [{clip.artist for clip in part} for part in parts]
    assert all(artists)
    assert not artists[0] & artists[1]
    assert not (artists[0] | artists[1]) & artists[2]
    assert sorted(clip.name for part in parts for clip in part) == sorted(
        clip.name for clip in everything
    )
    assert {clip.fold for clip in split.test} == {0}
    assert split == split_clips(everything, CORPORA["4q"], 0, 0.2, seed=3)
    assert split != split_clips(everything, CORPORA["4q"], 0, 0.2, seed=4)


def test_no_recording_on_two_sides(tmp_path):
    everything = clips(tmp_path)
    tested = next(clip.name for clip in everything if clip.fold == 0)
    trained = next(clip.name for clip in everything if clip.fold == 1)
    corpus = Corpus("c", "C", "", "", same_recordings=((tested, trained),))
    split = split_clips(everything, corpus, 0, 0.2, seed=3)
    assert tested not in {clip.name for clip in split.test}
    assert trained in {clip.name for clip in split.train + split.validation}


def test_a_label_table(tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("clip,path,quadrant,artist_id,fold\na,audio/a.wav,Q3,7,2\n")
    assert read_clips(table) == [Clip("a", tmp_path / "audio/a.wav", 2, "7", 2)]
    for text, message in (
        ("clip,path,quadrant,fold\na,b,Q1,2\n", "lacks the columns artist_id"),
        ("clip,path,quadrant,artist_id,fold\na,b,Q5,7,2\n", "Line 2"),
        ("clip,path,quadrant,artist_id,fold\n", "no rows"),
    ):
        table.write_text(text)
        with pytest.raises(QuadpredError, match=message):
            read_clips(table)
    with pytest.raises(QuadpredError, match="can't be read"):
        read_clips(tmp_path / "missing.csv")


KINDS = {
    "compact": Pair,
    "movement": Student,
    "tones": Student,
    "listener": Student,
    "tones-listener": Student,
    "scae": Pretraining,
    "cpc": Pretraining,
    "transfer-4q": Transfer,
    "studies": Grid,
}


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.json")))
def test_shipped_recipes(name):
    recipe = read_settings(name, KINDS.get(name, Recipe))
    assert recipe.name == name
    assert getattr(recipe, "corpus", "4q") in CORPORA


def test_a_grid_holds_what_it_names():
    grid = read_settings("studies", Grid)
    assert grid.pretraining["cpc"] == read_settings("cpc", Pretraining)
    assert grid.transfer.schedules["full"].learning_rate > 0
    experiments = list(grid.experiments())
    assert len(set(experiments)) == len(experiments)
    assert {one.row for one in experiments} == {
        "scratch",
        *(
            f"{method}-{speech}-{setting}"
            for method in ("scae", "cpc")
            for speech in "emx"
            for setting in ("feat_ext", "full")
        ),
    }


def test_recipes_that_are_refused(tmp_path):
    with pytest.raises(
        QuadpredError, match="name one of compact, cpc, listener, movement, music-4q"
    ):
        read_recipe("nothing")
    path = tmp_path / "recipe.json"
    path.write_text('{"name": "x"}')
    with pytest.raises(QuadpredError, match="missing entries"):
        read_recipe(str(path))
    with pytest.raises(QuadpredError, match="unknown or missing entries: averaging"):
        read_recipe("scae")


def test_augmentation_changes_a_copy_and_is_seeded():
    slope = np.linspace(-2, -12, 128)
    patches = slope + np.random.default_rng(1).normal(0, 1, (6, 31, 128))
    patches = patches.astype(np.float32)
    before = patches.copy()
    one, two = (augment(patches, np.random.default_rng(2)) for _ in range(2))
    assert np.array_equal(patches, before)
    assert np.array_equal(one, two)
    assert one.shape == patches.shape
    assert all(not np.array_equal(new, old) for new, old in zip(one, patches))
    # A quieter or louder patch with other colours, not another patch.
    for new, old in zip(one, patches):
        assert np.corrcoef(new.mean(axis=0), old.mean(axis=0))[0, 1] > 0.8


def test_each_change_alone_is_what_it_is_called():
    patches = np.random.default_rng(1).normal(0, 1, (3000, 31, 128)).astype(np.float32)
    nothing = Augmentation(gain=0, equaliser=0, band_shift=0, masked_bands=0)

    def change(**strength):
        changed = augment(patches, np.random.default_rng(2), replace(nothing, **strength))
        # Whole frames may be masked, whatever the strength.
        kept = np.ptp(changed, axis=2) > 1e-3
        assert (~kept).sum(axis=1).max() == 4
        return changed, kept

    louder, kept = change(gain=0.3)
    gains = (louder - patches)[kept]
    np.testing.assert_allclose(gains.std(axis=1), 0, atol=1e-6)
    assert gains.mean(axis=1).std() == pytest.approx(0.3, rel=0.05)

    coloured, kept = change(equaliser=0.2)
    curves = (coloured - patches)[kept]
    ends = curves[:, [0, -1]]
    assert ends.std() == pytest.approx(0.2, rel=0.05)
    # Straight between its points, of which there are six.
    assert np.abs(np.diff(curves[:, :25], n=2, axis=1)).max() < 1e-5

    moved, kept = change(band_shift=2)
    same = {
        shift: [
            np.array_equal(new[one, max(shift, 0) : 128 + min(shift, 0)],
                           old[one, max(-shift, 0) : 128 + min(-shift, 0)])
            for new, old, one in zip(moved, patches, kept)
        ]
        for shift in range(-2, 3)
    }  # fmt: skip
    np.testing.assert_array_equal(np.sum(list(same.values()), axis=0), 1)
    assert all(500 < sum(found) < 700 for found in same.values())

    masked, kept = change(masked_bands=12)
    widths = (masked != patches).all(axis=1).sum(axis=1)
    assert widths.min() == 0 and widths.max() == 12


def test_mixup_keeps_sums():
    random = np.random.default_rng(3)
    patches = random.normal(size=(8, 31, 128)).astype(np.float32)
    labels = {"quadrants": np.eye(4, dtype=np.float32)[random.integers(0, 4, 8)]}
    mixed, soft = mix(patches, labels, 0.4, random)
    np.testing.assert_allclose(soft["quadrants"].sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(mixed.sum() != 0, True)
    assert not np.array_equal(mixed, patches)
    same, hard = mix(patches, labels, 0.0, random)
    assert same is patches
    assert hard is labels


def test_scores_by_hand():
    truth = np.array([0, 0, 0, 1, 1, 2])
    said = np.array([0, 0, 1, 1, 0, 1])
    scores = score(truth, said, 3)
    assert scores["confusion"] == [[2, 1, 0], [1, 1, 0], [0, 1, 0]]
    # Precision 2/3, 1/3, none; recall 2/3, 1/2, 0; F1 2/3, 2/5, 0.
    assert scores["precision"] == pytest.approx((2 / 3 + 1 / 3) / 3, abs=1e-4)
    assert scores["recall"] == pytest.approx((2 / 3 + 1 / 2) / 3, abs=1e-4)
    assert scores["f1"] == pytest.approx((2 / 3 + 2 / 5) / 3, abs=1e-4)
    assert scores["accuracy"] == pytest.approx(0.5)


def test_calibration_error_by_hand():
    # Ten bins of two: sureness 0.6 is right half the time, 0.9 always.
    sureness = np.array([0.6] * 10 + [0.9] * 10)
    probabilities = np.stack([sureness, 1 - sureness], axis=1)
    truth = np.array([0, 1] * 5 + [0] * 10)
    assert calibration_error(reliability(truth, probabilities)) == pytest.approx((0.1 + 0.1) / 2)


def test_sure_and_right_is_calibrated_sure_and_wrong_is_not():
    probabilities = np.eye(4)[[0, 1, 2, 3] * 5]
    truth = np.array([0, 1, 2, 3] * 5)
    assert calibration_error(reliability(truth, probabilities)) == 0
    assert calibration_error(reliability((truth + 1) % 4, probabilities)) == 1


def test_a_clip_is_the_mean_of_its_patches():
    quadrants = np.array([[0.6, 0.2, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1], [0.6, 0.2, 0.1, 0.1]])
    outputs = [
        {"quadrants": quadrants, "arousal": np.array([0.5, 0.5, -0.1]), "valence": -np.ones(3)},
        {"quadrants": quadrants[:1], "arousal": np.array([-0.2]), "valence": np.ones(1)},
    ]
    scores = score_clips(np.array([0, 3]), outputs)
    assert (scores["patches"], scores["clips"]) == (4, 2)
    assert scores["clip"]["quadrants"]["confusion"][0] == [1, 0, 0, 0]
    assert scores["clip"]["quadrants"]["confusion"][3] == [1, 0, 0, 0]
    assert scores["patch"]["quadrants"]["confusion"][0] == [2, 1, 0, 0]
    # Q1 is aroused and pleasant, Q4 calm and pleasant.
    assert scores["patch"]["arousal"]["accuracy"] == 0.75
    assert scores["clip"]["arousal"]["accuracy"] == 1
    assert scores["clip"]["valence"]["accuracy"] == 0.5
