"""Ranks, paths and orders, against scipy and by what a listener would notice."""

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from quadpred_plugin.collections.ordering import PathOrder
from quadpred_plugin.collections.path import parse_path, places_along
from quadpred_plugin.collections.ranks import plane_of_ranks
from quadpred_plugin.errors import QuadpredError


@pytest.fixture
def tracks():
    """Five hundred tracks whose values are correlated and fill a corner of the plane."""
    random = np.random.default_rng(0)
    valence = 0.3 + 0.2 * random.standard_normal(500)
    arousal = np.round(0.5 + 0.1 * random.standard_normal(500) + 0.3 * valence, 2)
    return plane_of_ranks(valence.tolist(), arousal.tolist()), valence, arousal


def test_ranks_are_those_of_scipy(tracks):
    plane, *values = tracks
    for column, one in zip(plane.T, values):
        np.testing.assert_allclose(column, (2 * rankdata(one) - 1) / len(one) - 1)
    assert plane_of_ranks([0.3], [0.9]).tolist() == [[0, 0]]
    assert plane_of_ranks([], []).shape == (0, 2)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("calm,happy", [(0.5, -0.5), (0.5, 0.5)]),
        ("Q2 Q3", [(-0.5, 0.5), (-0.5, -0.5)]),
        ("(-0.5,0.3) (0.6,0.7)", [(-0.5, 0.3), (0.6, 0.7)]),
        ("( -1 , 1 ),TENDER , (0,0)", [(-1, 1), (0.5, -0.5), (0, 0)]),
        ("gloomy", [(-0.5, -0.5)]),
    ],
)
def test_paths_as_users_write_them(text, points):
    assert parse_path(text) == points


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one waypoint"),
        ("calm,,happy", "isn't a waypoint"),
        ("calm;happy", "the names are q1, happy, excited, q2"),
        ("(0.5)", "isn't a waypoint"),
        ("(0.5,1.5)", "isn't a number from -1 to 1"),
        ("(nan,0)", "isn't a number from -1 to 1"),
        ("(a,b)", "isn't a number from -1 to 1"),
        ("(0,0", "isn't a waypoint"),
    ],
)
def test_other_paths_are_refused(text, words):
    with pytest.raises(QuadpredError, match=words):
        parse_path(text)


def test_places_are_equally_far_from_each_other_along_the_path():
    places = places_along([(-1, 0), (1, 0), (1, 1), (1, 1)], 7)
    np.testing.assert_allclose(np.abs(np.diff(places, axis=0)).sum(axis=1), 0.5)
    assert places[[0, -1]].tolist() == [[-1, 0], [1, 1]]
    assert places_along([(0.5, 0.5)], 2).tolist() == [[0.5, 0.5]] * 2
    assert places_along([(0.5, 0.5), (0, 0)], 1).tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("seed", [None, 1])
def test_ranks_follow_the_path(tracks, seed):
    plane = tracks[0]
    indices = PathOrder(plane, parse_path("(-0.7,-0.7) (0.7,0.7)"), seed).of_length(40)
    assert len(set(indices)) == 40
    for column in plane[indices].T:
        assert spearmanr(column, np.arange(40)).statistic > 0.95
    places = np.linspace(-0.7, 0.7, 40)[:, None]
    far = np.hypot(*(plane[indices] - places).T)
    # Independently: the nearest of all tracks, without taking turns.
    nearest = np.hypot(*(plane[None] - places[:, None]).transpose(2, 0, 1)).min(axis=1)
    assert far.mean() < nearest.mean() + 0.05


def test_there_and_back(tracks):
    plane = tracks[0]
    indices = PathOrder(plane, parse_path("Q3,Q1,Q3")).of_length(21)
    arousal = plane[indices, 1]
    assert spearmanr(arousal[:11], np.arange(11)).statistic > 0.9
    assert spearmanr(arousal[10:], np.arange(11)).statistic < -0.9


def test_all_tracks_are_ordered_once(tracks):
    plane = tracks[0]
    indices = PathOrder(plane, parse_path("Q3,Q1")).of_length(10_000)
    assert sorted(indices) == list(range(500))
    assert spearmanr(plane[indices].sum(axis=1), np.arange(500)).statistic > 0.8


def test_seeds(tracks):
    def order(seed):
        return PathOrder(tracks[0], parse_path("Q4,Q1"), seed).of_length(30)

    assert order(3) == order(3) != order(4)
    assert order(None) == order(None)


def test_artists(tracks):
    artists = [f"artist {index % 20}" if index % 5 else "" for index in range(500)]
    asked = []

    def artist_of(index):
        asked.append(index)
        return artists[index]

    order = PathOrder(tracks[0], parse_path("Q3,Q1"), None, 1, artist_of)
    indices = order.of_length(30)
    named = [artists[index] for index in indices if artists[index]]
    assert len(indices) == 30 and len(named) == len(set(named)) > 5
    # Tags are read of few tracks only.
    assert len(asked) < 100
    assert len(order.of_length(500)) == 16 + 100


@pytest.mark.parametrize("minutes", [4, 30, 200])
def test_minutes(tracks, minutes):
    durations = np.random.default_rng(1).uniform(100, 300, 500)
    order = PathOrder(tracks[0], parse_path("Q3,Q1"))
    indices = order.within(60 * minutes, durations.tolist(), 500)
    total = durations[indices].sum() / 60
    assert minutes - 10 < total <= minutes
    assert order.within(99, durations.tolist(), 500) == []
    assert len(order.within(60 * minutes, durations.tolist(), 1)) <= 1
    assert sorted(order.within(1e9, durations.tolist(), 500)) == list(range(500))
