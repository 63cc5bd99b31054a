"""What a page shows is what was heard, merged where it is too much for a screen."""

from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.report.drawing import cells_start, mean_dots, ticks
from quadpred_plugin.report.track import MOST_FRAMES, make_tracks, merge_frames
from tests.report.test_page import prediction


def track_of(heard):
    return make_tracks([heard], [None])[0]


def test_short_files_are_shown_as_they_were_heard():
    heard = prediction(frames=MOST_FRAMES)
    assert track_of(heard).shown is heard
    assert track_of(heard).merged == 1


@pytest.mark.parametrize("frames", [MOST_FRAMES + 1, 3 * MOST_FRAMES, 10_000])
def test_long_files_are_shown_by_means(frames):
    heard = prediction(frames=frames)
    track = track_of(heard)
    shown, count = track.shown, track.merged
    assert len(shown) <= MOST_FRAMES
    whole = frames // count
    expected = heard.quadrants[: whole * count].reshape(whole, count, 4).mean(axis=1)
    np.testing.assert_allclose(shown.quadrants[:whole], expected, atol=1e-6)
    np.testing.assert_allclose(
        shown.quadrants[-1], heard.quadrants[(len(shown) - 1) * count :].mean(axis=0), atol=1e-6
    )
    np.testing.assert_allclose(shown.arousal[1], heard.arousal[count : 2 * count].mean(), atol=1e-6)
    np.testing.assert_allclose(shown.times, heard.times[::count])
    assert shown.hop == pytest.approx(count * heard.hop)
    # The smoothed curve has a point for each frame that is shown.
    assert len(track.smoothed) == len(shown)


def test_merged_frames_span_their_patches():
    heard = replace(prediction(frames=10), hop=0.32, times=np.arange(10) * 0.32)
    merged = merge_frames(heard, 4)
    assert len(merged) == 3
    # From the first patch's start to the fourth's end, around the same middle.
    assert merged.patch_duration == pytest.approx(3 * 0.32 + 0.992)
    assert cells_start(merged) == pytest.approx(cells_start(heard)) == pytest.approx(0.336)


def test_names_are_short_until_two_are_alike():
    names = ["a/song.mp3", "b/song.mp3", "c/other.mp3"]
    tracks = make_tracks([prediction(source=name) for name in names], [None] * 3)
    assert [track.name for track in tracks] == ["a/song.mp3", "b/song.mp3", "other.mp3"]


def test_means_that_lie_together_share_a_label():
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
