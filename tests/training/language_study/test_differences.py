"""Differences between rows of a grid, against scikit-learn and a plain bootstrap."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from quadpred_plugin.training.language_study.differences import differences, macro_f1, table
from quadpred_plugin.training.language_study.experiments import Experiment, Grid, predictions_file
from quadpred_plugin.training.recipes.config import read_settings


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Predictions of two rows, one right more often, of another method's, and of one without
    a fold in common."""
    folder = tmp_path_factory.mktemp("work")
    generator = np.random.default_rng(3)
    for fold in (0, 1):
        truth = np.arange(200) % 4
        for speech, share in (("e", 0.8), ("m", 0.6)):
            said = np.where(generator.random(200) < share, truth, generator.integers(0, 4, 200))
            write(folder, Experiment("scae", speech, "full", fold), truth, said)
    write(folder, Experiment("cpc", "m", "full", 0), truth, said)
    write(folder, Experiment("scratch", "", "scratch", 4), np.arange(8) % 4, np.arange(8) % 4)
    return folder


def write(folder, experiment, truth, said):
    """Write what a network says of clips of two patches, which agree."""
    path = predictions_file(experiment, folder)
    path.parent.mkdir(parents=True)
    quadrants = np.repeat(np.eye(4)[said] * 0.6 + 0.1, 2, axis=0)
    arousal = np.repeat(np.where(said < 2, 0.5, -0.5), 2)
    valence = np.repeat(np.where((said == 0) | (said == 3), 0.5, -0.5), 2)
    ends = np.arange(2, 2 * len(said) + 1, 2)
    np.savez(path, quadrants=quadrants, arousal=arousal, valence=valence, ends=ends, clips=truth)


def choices(folder, speech):
    paths = [predictions_file(Experiment("scae", speech, "full", fold), folder) for fold in (0, 1)]
    return np.concatenate([np.load(path)["quadrants"][::2].argmax(axis=1) for path in paths])


def test_differences_and_their_intervals(work):
    found = differences(read_settings("studies", Grid), work)
    assert [(one.first, one.second, one.folds, one.clips) for one in found] == [
        ("scae-e-full", "scae-m-full", 2, 400),
        ("scae-m-full", "cpc-m-full", 1, 200),
    ]
    one = found[0]
    truth = np.tile(np.arange(200) % 4, 2)
    ours, theirs = choices(work, "e"), choices(work, "m")

    def difference(part):
        return f1_score(truth[part], ours[part], average="macro") - f1_score(
            truth[part], theirs[part], average="macro"
        )

    value, low, high = one.heads["quadrants"]
    assert value == pytest.approx(difference(np.arange(400)), abs=1e-12)
    generator = np.random.default_rng(8)
    drawn = [difference(generator.integers(0, 400, 400)) for _ in range(400)]
    # Two bootstraps of their own agree within what draws of 400 scatter.
    assert (low, high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.02)
    assert 0 < low < value < high
    assert f"{value:+.3f} ({low:+.3f} to {high:+.3f})" in table(found)


def test_weighted_f1_is_that_of_repeated_clips():
    generator = np.random.default_rng(4)
    truth, said = generator.integers(0, 4, (2, 60))
    weights = generator.integers(0, 4, (5, 60))
    expected = [
        f1_score(np.repeat(truth, one), np.repeat(said, one), average="macro") for one in weights
    ]
    np.testing.assert_allclose(macro_f1(truth, said, 4, weights), expected, rtol=0, atol=1e-12)
