"""Audacity's labels, read by mir_eval, which accepts the same format."""

import mir_eval
import numpy as np

WORDS = {
    "Q1": "Q1 happy, excited",
    "Q2": "Q2 angry, tense",
    "Q3": "Q3 sad, gloomy",
    "Q4": "Q4 calm, tender",
}


def test_labels_are_the_segments(song, save):
    path = save(song, ".labels.txt")
    intervals, labels = mir_eval.io.load_labeled_intervals(path, delimiter="\t")
    expected = song.segments()
    assert labels == [WORDS[one.quadrant.name] for one in expected]
    ends = [(one.start, one.start + one.duration) for one in expected]
    np.testing.assert_allclose(intervals, ends, rtol=0, atol=1e-3)
    mir_eval.util.validate_intervals(intervals)


def test_each_line_is_as_audacity_writes_it(song, save):
    """Lines have two times with six decimals and a label, separated by tabs."""
    for line in save(song, ".labels.txt").read_text().splitlines():
        start, end, _ = line.split("\t")
        assert f"{float(start):.6f}" == start and f"{float(end):.6f}" == end


def test_silence_has_no_labels(silent, save):
    assert save(silent, ".labels.txt").read_bytes() == b""
