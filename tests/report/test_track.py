"""Pages show the predicted values, merged if there are too many for a screen."""

from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.report.drawing import cells_start, mean_dots, ticks
from quadpred_plugin.report.track import MAX_COLUMNS, make_tracks, merge_patches
from tests.report.test_page import prediction


def track_of(source):
    return make_tracks([source], [None])[0]


def test_short_files_have_one_column_per_patch():
    source = prediction(patches=MAX_COLUMNS)
    assert track_of(source).shown is source
    assert track_of(source).patches_per_column == 1


@pytest.mark.parametrize("patches", [MAX_COLUMNS + 1, 3 * MAX_COLUMNS, 10_000])
def test_long_files_are_shown_by_means(patches):
    source = prediction(patches=patches)
    track = track_of(source)
    shown, count = track.shown, track.patches_per_column
    assert len(shown) <= MAX_COLUMNS
    whole = patches // count
    expected = source.quadrants[: whole * count].reshape(whole, count, 4).mean(axis=1)
    np.testing.assert_allclose(shown.quadrants[:whole], expected, atol=1e-6)
    np.testing.assert_allclose(
        shown.quadrants[-1], source.quadrants[(len(shown) - 1) * count :].mean(axis=0), atol=1e-6
    )
    np.testing.assert_allclose(
        shown.arousal[1], source.arousal[count : 2 * count].mean(), atol=1e-6
    )
    np.testing.assert_allclose(shown.times, source.times[::count])
    assert shown.hop == pytest.approx(count * source.hop)
    # The smoothed curve has one point per column.
    assert len(track.smoothed) == len(shown)


def test_columns_span_their_patches():
    source = replace(prediction(patches=10), hop=0.32, times=np.arange(10) * 0.32)
    merged = merge_patches(source, 4)
    assert len(merged) == 3
    # From the start of the first patch to the end of the fourth, around the same centre.
    assert merged.patch_duration == pytest.approx(3 * 0.32 + 0.992)
    assert cells_start(merged) == pytest.approx(cells_start(source)) == pytest.approx(0.336)


def test_names_are_short_until_two_are_alike():
    names = ["a/song.mp3", "b/song.mp3", "c/other.mp3"]
    tracks = make_tracks([prediction(source=name) for name in names], [None] * 3)
    assert [track.name for track in tracks] == ["a/song.mp3", "b/song.mp3", "other.mp3"]


def test_near_means_share_a_label():
    here, there = prediction(seed=1), prediction(seed=2)
    there = replace(there, valence=np.full_like(there.valence, -0.9))
    tracks = make_tracks([here, there, here], [None] * 3)
    dots = mean_dots(tracks)
    assert [dot.label for dot in dots] == ["1, 3", "2", ""]
    assert dots[0][:2] == dots[2][:2]
    assert dots[1].valence == pytest.approx(-0.9)
    assert dots[0].arousal == pytest.approx(here.arousal.mean(), abs=1e-6)


@pytest.mark.parametrize("seconds", [0.1, 1, 7, 33, 59.9, 200, 3600, 36_000, 80_000])
def test_time_axes_have_few_round_marks(seconds):
    marks = ticks(seconds)
    assert 1 <= len(marks) <= 7
    assert marks[0] == 0 and marks[-1] <= seconds
    assert len(set(np.diff(marks))) <= 1
