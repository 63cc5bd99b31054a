"""Differences between rows of the language study, against scikit-learn and a plain bootstrap."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from quadpred_plugin.training.language_study.differences import compare_rows, differences_table
from quadpred_plugin.training.language_study.experiments import Experiment, predictions_file
from quadpred_plugin.training.recipes.config import read_recipe
from quadpred_plugin.training.recipes.kinds import LanguageStudy
from quadpred_plugin.training.runs.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Predictions of two rows of different accuracy, of another method, and of an unused fold."""
    workspace = Workspace(tmp_path_factory.mktemp("work"))
    generator = np.random.default_rng(3)
    for fold in (0, 1):
        truth = np.arange(200) % 4
        for speech, share in (("e", 0.8), ("m", 0.6)):
            predicted = np.where(
                generator.random(200) < share, truth, generator.integers(0, 4, 200)
            )
            write(workspace, Experiment("scae", speech, "full", fold), truth, predicted)
    write(workspace, Experiment("cpc", "m", "full", 0), truth, predicted)
    write(workspace, Experiment("scratch", "", "scratch", 4), np.arange(8) % 4, np.arange(8) % 4)
    return workspace


def write(workspace, experiment, truth, predicted):
    """Write predictions for clips of two equal patches."""
    path = predictions_file(workspace, experiment)
    path.parent.mkdir(parents=True)
    quadrants = np.repeat(np.eye(4)[predicted] * 0.6 + 0.1, 2, axis=0)
    arousal = np.repeat(np.where(predicted < 2, 0.5, -0.5), 2)
    valence = np.repeat(np.where((predicted == 0) | (predicted == 3), 0.5, -0.5), 2)
    ends = np.arange(2, 2 * len(predicted) + 1, 2)
    np.savez(path, quadrants=quadrants, arousal=arousal, valence=valence, ends=ends, clips=truth)


def predicted_quadrants(workspace, speech):
    paths = [
        predictions_file(workspace, Experiment("scae", speech, "full", fold)) for fold in (0, 1)
    ]
    return np.concatenate([np.load(path)["quadrants"][::2].argmax(axis=1) for path in paths])


def test_differences_and_their_intervals(workspace):
    found = compare_rows(read_recipe("language-study", LanguageStudy), workspace)
    assert [(one.first, one.second, one.folds, one.clips) for one in found] == [
        ("scae-e-full", "scae-m-full", 2, 400),
        ("scae-m-full", "cpc-m-full", 1, 200),
    ]
    one = found[0]
    truth = np.tile(np.arange(200) % 4, 2)
    ours, theirs = (predicted_quadrants(workspace, speech) for speech in "em")

    def difference(part):
        return f1_score(truth[part], ours[part], average="macro") - f1_score(
            truth[part], theirs[part], average="macro"
        )

    value, low, high = one.heads["quadrants"]
    assert value == pytest.approx(difference(np.arange(400)), abs=1e-12)
    generator = np.random.default_rng(8)
    drawn = [difference(generator.integers(0, 400, 400)) for _ in range(400)]
    # The tolerance is the scatter of a bootstrap of 400 draws.
    assert (low, high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.02)
    assert 0 < low < value < high
    assert f"{value:+.3f} ({low:+.3f} to {high:+.3f})" in differences_table(found)
