"""Scores of clips and of rated pieces against scikit-learn and SciPy, through their files."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import f1_score, recall_score

from quadpred_plugin.training.datasets.ratings import Ratings
from quadpred_plugin.training.emotion.scores import as_rows, score_labels, score_ratings
from quadpred_plugin.training.emotion.track_outputs import (
    TrackOutputs,
    read_outputs,
    write_outputs,
)

PATCHES = 12
TIMES = 1.5 + 1.5 * np.arange(PATCHES)


def outputs_of(seed, patches=PATCHES):
    random = np.random.default_rng(seed)
    heads = {
        "quadrants": random.dirichlet(np.ones(4), patches).astype(np.float32),
        "arousal": random.uniform(-1, 1, patches).astype(np.float32),
        "valence": random.uniform(-1, 1, patches).astype(np.float32),
    }
    return TrackOutputs(TIMES[:patches], heads)


def test_a_clip_is_its_mean_over_patches():
    outputs = [outputs_of(seed, 1 + seed % 3) for seed in range(40)]
    truth = np.arange(40) % 4
    scores = score_labels(outputs, truth)
    predicted = [one.heads["quadrants"].mean(axis=0).argmax() for one in outputs]
    assert scores.quadrants == pytest.approx(f1_score(truth, predicted, average="macro"), abs=1e-4)
    high = np.isin(truth, [0, 1])
    degrees = np.array([one.heads["arousal"].mean() for one in outputs])
    assert scores.arousal == pytest.approx(f1_score(high, degrees > 0, average="macro"), abs=1e-4)
    assert scores.arousal_accuracy == pytest.approx(np.mean(high == (degrees > 0)), abs=1e-4)
    np.testing.assert_allclose(scores.recalls, recall_score(truth, predicted, average=None))
    assert scores.extreme_arousal == pytest.approx(np.mean(np.abs(degrees) > 0.9))


def test_curves_are_compared_with_ratings_two_seconds_later():
    outputs = {f"piece{seed}": outputs_of(seed) for seed in range(6)}
    ratings, curves = {}, {}
    for number, (name, one) in enumerate(outputs.items()):
        # Smoothed over three patches of 1.5 s, 5 s at most, as the scores do.
        curve = np.stack(
            [
                np.array([one.heads[key][max(0, at - 1) : at + 2].mean() for at in range(PATCHES)])
                for key in ("arousal", "valence")
            ],
            axis=1,
        )
        curves[name] = 0.3 * curve + 0.1 * number - 0.2
        ratings[name] = Ratings(TIMES + 2.0, curves[name][np.newaxis].astype(np.float64))
    scores = score_ratings(outputs, ratings, lag=2.0)
    np.testing.assert_allclose(scores.within, [1, 1], atol=1e-6)
    for index, key in enumerate(("arousal", "valence")):
        rated = [one[:, index].mean() for one in curves.values()]
        # A piece's mean is over the times that were rated.
        predicted = [
            np.interp(ratings[name].times, TIMES, one.heads[key]).mean()
            for name, one in outputs.items()
        ]
        assert scores.across[index] == pytest.approx(pearsonr(rated, predicted)[0], abs=0.05)
    assert as_rows({"vgmidi": scores})[0].startswith("vgmidi: across ")


def test_outputs_survive_their_file(tmp_path):
    written = {"one": outputs_of(1), "another": outputs_of(2, 3)}
    write_outputs(tmp_path / "a.npz", written)
    write_outputs(tmp_path / "b.npz", {"one": outputs_of(3)})
    found = read_outputs([tmp_path / "a.npz", tmp_path / "b.npz"])
    assert [len(found[name]) for name in ("one", "another")] == [2, 1]
    for name, one in written.items():
        np.testing.assert_array_equal(found[name][0].times, one.times)
        for head, values in one.heads.items():
            np.testing.assert_array_equal(found[name][0].heads[head], values)
