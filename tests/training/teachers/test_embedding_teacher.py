"""The embedding teacher: splits and cross-fitting on 4Q's labels, and the file of soft labels."""

from pathlib import Path

import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import DATASETS, Track
from quadpred_plugin.training.splits import fold_numbers, inner_folds, test_tracks
from quadpred_plugin.training.teachers.baselines import (
    fold_scores,
    format_table,
    score_predictions,
)
from quadpred_plugin.training.teachers.classifier import (
    Classifier,
    choose_strength,
    clip_weights,
    cross_fit,
)
from quadpred_plugin.training.teachers.embedding_teacher import (
    FIT_EVERY,
    FOLDS,
    SEED,
    combine,
    soft_labels,
)
from quadpred_plugin.training.teachers.feature_blocks import Block
from quadpred_plugin.training.teachers.soft_labels import SoftLabels, write_soft_labels

# It isn't a test, whatever its name begins with.
test_tracks.__test__ = False

DATA = Path(__file__).parents[3].parent / "shared" / "data"
DUPLICATES = (("MT0002161109", "MT0033415296"), ("MT0000523076", "MT0000941301"))


@pytest.fixture(scope="module")
def real():
    """Read the tracks of 4Q."""
    assert DATA.is_dir(), f"These tests need the label tables in {DATA}."
    return DATASETS["4q"].read(DATA / "4q")


def groups_as_features(tracks):
    """Return a column per group: a classifier fitted on a group knows its labels by it."""
    _, which = np.unique([track.group for track in tracks], return_inverse=True)
    return np.eye(which.max() + 1, dtype=np.float32)[which]


def test_test_artists_and_recordings_are_not_trained_on(real):
    for fold in fold_numbers(real):
        train = [track for track in real if track.fold != fold]
        tested = test_tracks(real, DATASETS["4q"], fold)
        assert len(train) == 720 and len(tested) in range(178, 181)
        names, tested_names = ({track.name for track in some} for some in (train, tested))
        assert not names & tested_names
        for pair in DUPLICATES:
            assert not set(pair) & names or not set(pair) & tested_names
        # Artists that share a recording are one group, and may be in two folds.
        shared = {track.group for track in train} & {track.group for track in tested}
        assert shared <= {track.group for track in real if track.name in sum(DUPLICATES, ())}


def test_cross_fitting_never_uses_a_classifier_fitted_on_the_artist(real):
    train = [track for track in real if track.fold != 2]
    rows = groups_as_features(train)
    folds = inner_folds(train, FOLDS, SEED)
    probabilities = cross_fit(10.0, rows, train, folds)
    # A column that was always zero has no weight, so unknown artists get equal predictions.
    for number in range(FOLDS):
        unknown = probabilities[folds == number]
        assert len(unknown) > 100
        assert np.ptp(unknown, axis=0).max() < 1e-5
    # A classifier fitted on them separates them: the assertion above can fail.
    known = Classifier(10.0).fit(rows, train).predict(rows)
    assert np.ptp(known, axis=0).min() > 0.1


def test_soft_labels_never_come_from_a_classifier_fitted_on_the_artist(real):
    train = [track for track in real if track.fold != 0][::3]
    rows = groups_as_features(train)
    counts = np.random.default_rng(0).integers(1, 12, len(train))
    quadrants, clip_quadrants = soft_labels(rows, np.repeat(rows, counts, 0), counts, train)
    assert quadrants.shape == (counts.sum(), 4) and clip_quadrants.shape == (len(train), 4)
    folds = inner_folds(train, FOLDS, SEED)
    for number in range(FOLDS):
        assert np.ptp(clip_quadrants[folds == number], axis=0).max() < 1e-5
        assert np.ptp(quadrants[np.repeat(folds == number, counts)], axis=0).max() < 1e-5
    np.testing.assert_allclose(quadrants.sum(axis=1), 1, atol=1e-6)


def test_the_window_classifier_is_fitted_on_one_window_in_so_many(real):
    train = [track for track in real if track.fold != 0][::3]
    counts = np.full(len(train), 2 * FIT_EVERY)
    random = np.random.default_rng(4)
    windows = random.normal(size=(counts.sum(), 3)).astype(np.float32)
    rows = random.normal(size=(len(train), 3)).astype(np.float32)
    quadrants, _ = soft_labels(rows, windows, counts, train)
    unused = windows.copy()
    unused[1::FIT_EVERY] = unused[1::FIT_EVERY][::-1]
    changed, _ = soft_labels(rows, unused, counts, train)
    # Other windows change their own labels, and the mean of their clip: the differences between
    # the windows that stayed are those of the same classifiers.
    stayed = slice(2, FIT_EVERY)
    one, other = (_odds(some[stayed]) - _odds(some[2:3]) for some in (quadrants, changed))
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.abs(one).max() > 1e-3


def _odds(probabilities):
    """Return log-probabilities, each row minus its mean."""
    logarithms = np.log(probabilities)
    return logarithms - logarithms.mean(axis=1, keepdims=True)


def test_labels_deviate_as_the_windows_do_from_the_clip():
    clip = np.array([[0.4, 0.3, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25]])
    steady = np.tile([[0.1, 0.2, 0.3, 0.4]], (3, 1))
    moving = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1]])
    combined = combine(clip, np.concatenate([steady, moving]), np.array([3, 2]))
    # Windows that don't differ leave the clip's own probabilities.
    np.testing.assert_allclose(combined[:3], np.tile(clip[:1], (3, 1)), atol=1e-12)
    assert combined[3].argmax() == 0 and combined[4].argmax() == 1
    # Deviations are halved: the odds of Q1 to Q2 are the root of 7.
    np.testing.assert_allclose(combined[3, 0] / combined[3, 1], np.sqrt(7), rtol=1e-9)


def made_up(count=240, groups=60):
    """Return tracks, and rows from which their quadrants follow, with noise."""
    random = np.random.default_rng(3)
    tracks = [
        Track("4q", str(index), Path(), int(random.integers(4)), str(index % groups))
        for index in range(count)
    ]
    truth = np.eye(4, dtype=np.float32)[[track.quadrant for track in tracks]]
    return tracks, truth + random.normal(0, 0.3, truth.shape).astype(np.float32)


def test_the_classifier_learns():
    tracks, rows = made_up()
    folds = inner_folds(tracks, 4, 0)
    probabilities = cross_fit(choose_strength(rows, tracks), rows, tracks, folds)
    truth = np.array([track.quadrant for track in tracks])
    assert np.mean(probabilities.argmax(axis=1) == truth) > 0.85
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    scores = score_predictions(probabilities, tracks)
    assert scores["quadrants"] > 0.85 and scores["arousal"] > 0.9 and scores["valence"] > 0.9
    assert 0 < scores["cross_entropy"] < np.log(4)


def test_baselines_are_scored_on_tracks_they_were_not_fitted_on(tmp_path):
    tracks, rows = made_up()
    files = {}
    for track, row in zip(tracks, rows):
        path = tmp_path / f"{track.name}.npz"
        np.savez(path, features=row[np.newaxis])
        files[track.name] = {"source": path}
    blocks = (Block("source", "features", ("mean",)),)
    train = [track for track in tracks if int(track.group) % 5]
    tests = {"4q": [track for track in tracks if int(track.group) % 5 == 0]}
    scores = fold_scores(blocks, train, tests, files)
    assert scores["4q"]["quadrants"] > 0.85
    table = format_table({"one": {"4q": [scores["4q"]] * 2}}).splitlines()
    assert len({len(line.split("|")) for line in table}) == 1
    assert f"{scores['4q']['quadrants']:.3f} ± 0.000" in table[-1]


def test_renders_of_a_clip_share_its_weight():
    tracks = [Track("emopia", name, Path(), 0, "song") for name in ("a@one", "a@two", "b@one")]
    assert clip_weights(tracks).tolist() == [0.5, 0.5, 1.0]


def test_soft_labels_are_read_back_by_name(tmp_path):
    path = tmp_path / "labels.npz"
    times = [np.array([1.5, 2.0], np.float32), np.array([1.5], np.float32)]
    windows = [np.full((2, 4), 0.25), np.array([[0.7, 0.1, 0.1, 0.1]])]
    whole = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]])
    write_soft_labels(path, ["clip@one", "other"], times, windows, whole)
    labels = SoftLabels(path, "quadpred train teacher")
    found_times, quadrants = labels.of("clip@one")
    np.testing.assert_array_equal(found_times, times[0])
    np.testing.assert_allclose(quadrants, windows[0])
    # Another rendition has another tempo: it gets the clip's label.
    found_times, quadrants = labels.of("clip@two")
    assert found_times.shape == (1,)
    np.testing.assert_allclose(quadrants, whole[:1], atol=1e-7)
    assert labels.of("unknown") is None


def test_missing_soft_labels_name_the_command(tmp_path):
    with pytest.raises(QuadpredError, match=r"There are no soft labels .*: run 'quadpred train x'"):
        SoftLabels(tmp_path / "none.npz", "quadpred train x")
