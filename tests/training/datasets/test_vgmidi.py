"""VGMIDI's ratings: curves and shares against pandas and NumPy, and errors as sentences."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.ratings import Ratings
from quadpred_plugin.training.datasets.vgmidi import read_pieces, read_ratings, read_tracks
from tests.training.datasets.tiny import vgmidi

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "vgmidi"


@pytest.fixture
def folder(tmp_path):
    vgmidi(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def real():
    """Return the folder of the real data."""
    assert DATA.is_dir(), f"These tests need {DATA}."
    return DATA


def replace_line(path, line, text):
    lines = path.read_text().splitlines()
    lines[line - 1] = text
    path.write_text("\n".join(lines) + "\n")


def test_a_piece_has_its_series_as_group_and_the_series_number_as_fold(folder):
    assert [(one.group, one.fold) for one in read_tracks(folder)] == [
        ("Star Fox", 3),
        ("Donkey Kong", 1),
    ]
    piece = read_pieces(folder)[0]
    assert piece.title == "A title, with a comma"
    assert (piece.duration, piece.measures, piece.measure_seconds) == (4, 2, 2)
    assert (piece.listeners, piece.listeners_who_knew_it) == (3, 1)


def test_curves_are_means_at_the_centres_of_measures(folder):
    ratings = read_ratings(folder)["piece0"]
    np.testing.assert_allclose(ratings.times, [1, 3])
    np.testing.assert_allclose(ratings.arousal, [0.1, 0.1])
    np.testing.assert_allclose(ratings.valence, [0, -0.2])
    np.testing.assert_allclose(ratings.listener_means, [[0, -0.1], [0.1, -0.1], [0.2, -0.1]])
    # Listeners 0 and 2, and listener 1.
    np.testing.assert_allclose(ratings.halves[:, :, 0], [[0.1, 0.1], [0.1, 0.1]])
    # Of the listener without arousal, half is in Q2 and half in Q3.
    np.testing.assert_allclose(ratings.quadrants, [0, 2.5 / 3, 0.5 / 3, 0])
    np.testing.assert_allclose(ratings.at_speed(1.25).times, [0.8, 2.4])
    np.testing.assert_array_equal(ratings.at_speed(1.25).arousal, ratings.arousal)


def test_gaps_don_t_count(folder):
    path = folder / "ratings.csv"
    replace_line(path, 2, "piece0,0,0,,0.5")
    replace_line(path, 6, "piece0,1,1,nan,NaN")
    ratings = read_ratings(folder)["piece0"]
    np.testing.assert_allclose(ratings.arousal, [0.15, 0.1])
    np.testing.assert_allclose(ratings.valence, [0.5 / 3, -0.2])
    np.testing.assert_allclose(ratings.listener_means[1], [0.1, 0])


def test_measures_and_listeners_without_ratings_are_nan_and_warn_of_nothing():
    curves = np.full((3, 2, 2), np.nan)
    curves[0, 0] = 0.5, 0.25
    ratings = Ratings(np.arange(2.0), curves)
    np.testing.assert_array_equal(ratings.arousal, [0.5, np.nan])
    np.testing.assert_array_equal(ratings.halves[1], np.full((2, 2), np.nan))
    np.testing.assert_array_equal(ratings.quadrants, [1, 0, 0, 0])


@pytest.mark.parametrize(
    ("table", "line", "text", "words"),
    [
        ("pieces.csv", 1, "piece,path", r"pieces\.csv lacks the columns series, title"),
        ("pieces.csv", 2, "p,0.mid,Tetris,t,4,2,2,3,1", "Line 2 .* series is 'Tetris'"),
        ("pieces.csv", 3, "p,0.mid,Star Fox,t,4,two,2,3,1", "Line 3 .* measures is 'two'"),
        ("pieces.csv", 2, "p,0.mid,Star Fox,t,4,2,0,3,1", "measure_seconds is '0', but must be"),
        ("pieces.csv", 2, "p,0.mid,Star Fox,t,nan,2,2,3,1", "duration is 'nan', but must be"),
        ("pieces.csv", 2, "p,0.mid,Star Fox,t,4,2,inf,3,1", "'inf', but must be a number"),
        ("ratings.csv", 1, "piece,measure", "lacks the columns listener, arousal, valence"),
        ("ratings.csv", 2, "piece0,0,0,high,0.5", "Line 2 .* arousal is 'high', but must be a nu"),
        ("ratings.csv", 2, "piece0,0,0,0.5,-1.5", "valence is '-1.5', but must be between -1 an"),
        (
            "ratings.csv",
            2,
            "piece0,2,0,0.5,0.5",
            "measure is 2, but the piece piece0 has .* 0 to 1",
        ),
        ("ratings.csv", 2, "other,0,0,0.5,0.5", r"pieces\.csv has no piece 'other'"),
        ("ratings.csv", 2, "piece0,0,1,0.5,0.5", "listener 1 has rated measure 0 of piece0 alrea"),
    ],
)
def test_bad_tables_are_errors_that_name_the_place(folder, table, line, text, words):
    replace_line(folder / table, line, text)
    with pytest.raises(QuadpredError, match=words):
        read_ratings(folder)


def test_a_piece_without_ratings_is_named(folder):
    path = folder / "ratings.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("piece1")]
    path.write_text("\n".join([*kept, "piece1,0,0,,0.5"]) + "\n")
    with pytest.raises(QuadpredError, match=r"ratings\.csv has no ratings of the piece piece1"):
        read_ratings(folder)


def test_the_real_curves_are_those_of_pandas(real):
    table = pd.read_csv(real / "ratings.csv")
    pieces = {piece.track.name: piece for piece in read_pieces(real)}
    found = read_ratings(real)
    assert set(found) == set(pieces) == set(table["piece"]) and len(found) == 87
    for name, rows in table.groupby("piece"):
        means = rows.groupby("measure")[["arousal", "valence"]].mean()
        ratings = found[name]
        np.testing.assert_allclose(ratings.arousal, means["arousal"], atol=1e-12)
        np.testing.assert_allclose(ratings.valence, means["valence"], atol=1e-12)
        by_listener = rows.groupby("listener")[["arousal", "valence"]].mean()
        np.testing.assert_allclose(ratings.listener_means, by_listener, atol=1e-12)
        even = rows[rows["listener"] % 2 == 0].groupby("measure")["arousal"].mean()
        np.testing.assert_allclose(ratings.halves[0][:, 0], even, atol=1e-12)
        first = ((by_listener["arousal"] > 0) & (by_listener["valence"] > 0)).mean()
        assert ratings.quadrants.sum() == pytest.approx(1)
        assert abs(ratings.quadrants[0] - first) <= (by_listener == 0).any(axis=1).mean()
        assert ratings.times[-1] < pieces[name].duration
        assert math.isclose(
            ratings.times[-1] + ratings.times[0], pieces[name].duration, rel_tol=0.01
        )


def test_the_real_means_are_as_reliable_as_the_data_set_s_page_says(real):
    means = np.array([np.nanmean(one.halves, axis=1) for one in read_ratings(real).values()])
    for dimension in range(2):
        halves = means[:, :, dimension]
        correlation = np.corrcoef(halves.T)[0, 1]
        assert 2 * correlation / (1 + correlation) > 0.9
    folds = Counter(track.fold for track in read_tracks(real))
    assert folds == {0: 20, 1: 4, 2: 31, 3: 6, 4: 26}
