"""JAMS files, read and validated by the jams package."""

import jams
import numpy as np
import pytest

from quadpred_plugin.interpretation import Interpretation
from quadpred_plugin.version import VERSION

WITHIN = {"rtol": 0, "atol": 1e-6}


@pytest.fixture
def document(song, save):
    # Strict validation raises if a namespace or the schema is violated.
    return jams.load(str(save(song, ".jams")), validate=True, strict=True)


def annotation_of(document, namespace):
    (annotation,) = document.search(namespace=namespace)
    return annotation


def test_mood_is_valence_then_arousal(document, song):
    intervals, values = annotation_of(document, "mood_thayer").to_interval_values()
    np.testing.assert_allclose(values, np.stack([song.valence, song.arousal], axis=1), **WITHIN)
    np.testing.assert_allclose(intervals[:, 0], song.times, atol=1e-3)
    np.testing.assert_allclose(intervals[:, 1], song.times + song.patch_duration, atol=1e-3)


def test_segments(document, song):
    annotation = annotation_of(document, "segment_open")
    intervals, labels = annotation.to_interval_values()
    expected = song.segments()
    assert len(expected) >= 2
    assert labels == [segment.quadrant.name for segment in expected]
    np.testing.assert_allclose(intervals[:, 0], [one.start for one in expected], atol=1e-3)
    lengths = intervals[:, 1] - intervals[:, 0]
    np.testing.assert_allclose(lengths, [one.duration for one in expected], atol=1e-3)
    middles = song.times + song.patch_duration / 2
    for (start, end), observation in zip(intervals, annotation, strict=True):
        column = song.quadrants[:, int(observation.value[1]) - 1]
        mean = column[(middles >= start) & (middles < end)].mean()
        assert observation.confidence == pytest.approx(mean, abs=1e-6)


def test_the_summary_is_four_tags(document, song):
    annotation = annotation_of(document, "tag_open")
    found = {one.value: one for one in annotation}
    summary = song.summary()
    assert sorted(found) == ["Q1", "Q2", "Q3", "Q4"]
    for name, probability in zip(sorted(found), summary.quadrants, strict=True):
        assert found[name].confidence == pytest.approx(probability, abs=1e-6)
        assert (found[name].time, found[name].duration) == (0, pytest.approx(40, abs=1e-3))
    assert annotation.sandbox.quadrant == summary.quadrant
    assert annotation.sandbox.arousal == pytest.approx(summary.arousal, abs=1e-6)
    assert annotation.sandbox.valence == pytest.approx(summary.valence, abs=1e-6)


def test_metadata_has_file_and_annotator(document, song):
    metadata = document.file_metadata
    assert metadata.title == "four moods.wav"
    assert metadata.duration == pytest.approx(40, abs=1e-3)
    assert metadata.identifiers["file"] == song.source
    assert document.sandbox.quadpred["provenance"] == song.provenance
    assert document.sandbox.quadpred["status"] == "ok"
    for annotation in document.annotations:
        metadata = annotation.annotation_metadata
        assert metadata.annotator.sha256 == song.provenance["sha256"]
        assert metadata.annotator.hop == pytest.approx(0.32)
        assert metadata.version == VERSION
        assert metadata.data_source == "program"
        assert f"model {song.provenance['model']}" in metadata.annotation_tools
        assert metadata.annotation_rules and metadata.validation and metadata.curator.name
        assert (annotation.time, annotation.duration) == (0, metadata_duration(document))
    segments = annotation_of(document, "segment_open").annotation_metadata
    assert segments.annotator.minimum_segment == Interpretation().minimum_segment


def metadata_duration(document):
    return document.file_metadata.duration


@pytest.mark.parametrize("name", ["silent", "empty"])
def test_without_patches_there_are_no_observations(name, request, save):
    prediction = request.getfixturevalue(name)
    document = jams.load(str(save(prediction, ".jams")), validate=True, strict=True)
    assert [len(annotation.data) for annotation in document.annotations] == [0, 0, 0]
    assert document.file_metadata.duration == prediction.duration
    assert document.sandbox.quadpred["warnings"] == list(prediction.warnings)


def test_mir_eval_takes_the_segments(document, song):
    """Equal reference and estimate have full scores."""
    annotation = annotation_of(document, "segment_open")
    scores = jams.eval.segment(annotation, annotation)
    assert scores["F-measure@0.5"] == pytest.approx(1)
    assert scores["Pairwise F-measure"] == pytest.approx(1)
