"""The embedding teacher: splits and cross-fitting on 4Q's labels, and the file of soft labels."""

import json
from pathlib import Path

import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.cache import file_digest
from quadpred_plugin.training.datasets import DATASETS, Track
from quadpred_plugin.training.datasets.emopia import read_renders
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from quadpred_plugin.training.served import CACHE_FOLDER
from quadpred_plugin.training.splits import fold_numbers, inner_folds, test_tracks
from quadpred_plugin.training.teachers.baselines import (
    fold_scores,
    format_table,
    results_file,
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
    teacher_runs,
    train_teacher,
)
from quadpred_plugin.training.teachers.feature_blocks import Block
from quadpred_plugin.training.teachers.soft_labels import (
    SoftLabels,
    embedding_labels,
    write_soft_labels,
)
from tests.training.tables import write_csv

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


def cache_random_embeddings(tracks, work):
    """Write embeddings into the cache, from which the quadrants follow, with noise."""
    random = np.random.default_rng(6)
    directions = random.normal(size=(4, 256))
    for track in tracks:

        def values(rows, columns, mean=directions[track.quadrant]):
            return (mean[:columns] + random.normal(size=(rows, columns))).astype(np.float16)

        tags = {"tags": values(6, 50), "penultimate": values(6, 200)}
        vibenet = {"trunk": values(6, 256), "whole_outputs": values(1, 7)}
        for source, arrays in (("musicnn_msd", tags), ("musicnn_mtt", tags), ("vibenet", vibenet)):
            folder = work / "cache" / CACHE_FOLDER / "embeddings" / source
            folder.mkdir(parents=True, exist_ok=True)
            np.savez(folder / f"{file_digest(track.path)}.npz", **arrays)


@pytest.fixture
def workspace(tmp_path):
    """Write fifty tracks of 4Q and renders of EMOPIA, all of whose embeddings are cached."""
    music, renders = tmp_path / "4q", tmp_path / "renders"
    music.mkdir()
    renders.mkdir()
    rows = [
        {
            "clip": f"c{n}",
            "path": f"c{n}",
            "quadrant": f"Q{n % 4 + 1}",
            "artist_id": n,
            "fold": n % 5,
        }
        for n in range(50)
    ]
    write_csv(music / "labels.csv", rows)
    for row in rows:
        (music / row["path"]).write_text(row["clip"])
    rows = [
        {
            "clip": f"r{song}",
            "path": f"r{song}-{soundfont}",
            "soundfont": soundfont,
            "part": "val" if song < 8 else "train",
            "song_id": song,
            "quadrant": f"Q{song % 4 + 1}",
        }
        for song in range(12)
        for soundfont in ("musescore", "fluid")
    ]
    write_csv(renders / "renders.csv", rows)
    for row in rows:
        (renders / row["path"]).write_text(row["path"])
    place = Workspace(tmp_path / "work", {"4q": music, RENDERS: renders / "renders.csv"})
    validation = [one for one in read_renders(place.folder(RENDERS)) if one.part == "validation"]
    cache_random_embeddings([*place.tracks("4q"), *validation], place.work)
    return place


def test_labels_and_scores_are_written_once(workspace):
    table = train_teacher(workspace, 1, lambda line: None)
    tracks = workspace.tracks("4q")
    for fold in (0, 1, 2, 3, 4, None):
        labels = SoftLabels(embedding_labels(workspace.work, fold), "")
        labelled = {track.name for track in tracks if labels.of(track.name)}
        assert labelled == {track.name for track in tracks if track.fold != fold}
    results = json.loads(results_file(workspace.work).read_text())
    assert list(results) == ["vibenet's energy and valence, logistic regression", "the teacher"]
    for scores in results.values():
        assert list(scores) == ["4q", "emopia-held-back", "emopia-known"]
        assert all(len(folds) == 5 for folds in scores.values())
    assert all(fold["quadrants"] > 0.8 for fold in results["the teacher"]["4q"])
    assert results_file(workspace.work).with_suffix(".md").read_text() == table
    files = [path for run in teacher_runs(workspace) for path in run.iterdir()]
    assert len(files) == 2 * (6 + 2)
    times = [path.stat().st_mtime_ns for path in files]
    assert train_teacher(workspace, 1, lambda line: None) == table
    assert [path.stat().st_mtime_ns for path in files] == times


def test_labels_of_other_tracks_are_refused_before_anything_is_computed(workspace):
    train_teacher(Workspace(workspace.work, {"4q": workspace.folder("4q")}), 1, lambda line: None)
    (workspace.folder("4q") / "c7").write_text("another recording")
    lines = []
    with pytest.raises(QuadpredError, match=r"4q/train/c7 has another content"):
        train_teacher(workspace, 1, lines.append)
    assert not lines
