"""TextGrids, read by Praat itself and by praatio."""

import json

import numpy as np
import parselmouth
import pytest
from parselmouth.praat import call
from praatio import textgrid

from quadpred_plugin.errors import OutputError
from quadpred_plugin.interpretation import Interpretation
from tests.exports.synthetic import make_prediction


def read_by_praat(path):
    """Return the tier's name, its intervals (start, end, label) and the whole's end."""
    grid = parselmouth.Data.read(str(path))
    assert call(grid, "Get number of tiers") == 1
    intervals = [
        (
            call(grid, "Get start time of interval", 1, number),
            call(grid, "Get end time of interval", 1, number),
            call(grid, "Get label of interval", 1, number),
        )
        for number in range(1, call(grid, "Get number of intervals", 1) + 1)
    ]
    return call(grid, "Get tier name", 1), intervals, grid.xmax


def test_praat_reads_the_segments(song, save):
    name, intervals, end = read_by_praat(save(song, ".TextGrid"))
    assert name == "quadrant"
    assert end == pytest.approx(song.duration, abs=1e-3)
    expected = song.segments()
    assert [label for _, _, label in intervals if label] == [one.quadrant.name for one in expected]
    labelled = [one for one in intervals if one[2]]
    for (start, stop, _), one in zip(labelled, expected, strict=True):
        assert start == pytest.approx(one.start, abs=1e-3)
        assert stop == pytest.approx(one.start + one.duration, abs=1e-3)


def test_intervals_fill_the_tier(save):
    prediction = make_prediction(np.eye(4)[[0, 0, 0, 0, 0, 1, 1, 1, 1, 1]])
    prediction = prediction.interpret(Interpretation(minimum_segment=2))
    assert prediction.duration > prediction.times[-1] + prediction.patch_duration
    _, intervals, end = read_by_praat(save(prediction, ".TextGrid"))
    starts, stops, labels = zip(*intervals, strict=True)
    assert starts[0] == 0 and stops[-1] == end
    np.testing.assert_array_equal(starts[1:], stops[:-1])
    # No patch fits into the rest, so it has no label.
    assert labels == ("Q1", "Q2", "")


def test_praatio_reads_the_same(song, save):
    path = save(song, ".TextGrid")
    _, intervals, end = read_by_praat(path)
    grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=True)
    tier = grid.getTier("quadrant")
    assert grid.maxTimestamp == pytest.approx(end)
    assert [(one.start, one.end, one.label) for one in tier.entries] == intervals


def test_praat_preserves_it_when_it_writes_it_again(song, save, tmp_path):
    path = save(song, ".TextGrid")
    call(parselmouth.Data.read(str(path)), "Save as text file", str(tmp_path / "again.TextGrid"))
    assert read_by_praat(tmp_path / "again.TextGrid") == read_by_praat(path)


def test_the_provenance_is_a_comment(song, save):
    last = save(song, ".TextGrid").read_text().splitlines()[-1]
    facts = json.loads(last.removeprefix("! "))
    assert song.provenance.items() <= facts.items()
    assert facts["minimum_segment"] == Interpretation().minimum_segment


def test_a_signal_that_ends_within_its_last_patch_has_no_rest(save):
    short = make_prediction(np.eye(4)[[1]], source="short.wav")
    object.__setattr__(short, "duration", 0.4)
    _, intervals, end = read_by_praat(save(short, ".TextGrid"))
    assert intervals == [(0, 0.4, "Q2")] and end == 0.4


def test_silence_is_one_interval_without_label(silent, save):
    assert read_by_praat(save(silent, ".TextGrid"))[1] == [(0, 2, "")]


def test_a_file_without_samples_has_no_textgrid(empty, tmp_path):
    with pytest.raises(OutputError, match=r"empty\.wav has no duration"):
        empty.save(tmp_path / "empty.TextGrid")
    assert list(tmp_path.iterdir()) == []
