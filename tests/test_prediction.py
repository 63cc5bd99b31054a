"""Prediction and Summary are values: equality, hash, read-only arrays, copies and pickles."""

import copy
import pickle
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

import quadpred_plugin as qp
from quadpred_plugin.model.pooling import Pooling
from quadpred_plugin.prediction import without_patches
from quadpred_plugin.sections.section import Section
from tests import signals
from tests.limits import HANG
from tests.tree import ROOT

# Another value for each field.
CHANGES = {
    "source": "other.wav",
    "status": "short",
    "duration": 2.5,
    "times": np.array([0.0, 0.5]),
    "patch_duration": 2.0,
    "hop": 0.5,
    "quadrants": np.full((2, 4), 0.25, dtype=np.float32),
    "arousal": np.array([0.5, 0.6], dtype=np.float32),
    "valence": np.array([0.5, 0.6], dtype=np.float32),
    "provenance": {"model": "other"},
    "warnings": ("is short.",),
    "pooling": {"arousal": Pooling(0.6)},
    "sample_rate": 8000.0,
    "interpretation": qp.Interpretation(minimum_confidence=0.5),
    "disagreement": np.array([0.0, 0.2]),
    "further_heads": {"tension": np.array([0.3, 0.1], dtype=np.float32)},
    "embeddings": np.array([[0.0, 1.5, 2.0], [3.0, 0.0, 0.5]], dtype=np.float32),
    "quiet": np.array([False, True]),
    "sections": (Section(0, 1, "verse"),),
    "original": without_patches("song.wav", "ok", 2.0, "is another.", {}),
}


def make_prediction(**changes):
    """Build a prediction of two patches, from new arrays."""
    settings = {
        "source": "song.wav",
        "status": "ok",
        "duration": 2.0,
        "times": np.array([0.0, 1.0]),
        "patch_duration": 1.0,
        "hop": 1.0,
        "quadrants": np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4]], dtype=np.float32),
        "arousal": np.array([0.5, np.nan], dtype=np.float32),
        "valence": np.array([-0.5, 0.0], dtype=np.float32),
        "provenance": {"model": "made", "against": [{"model": "other"}]},
        "warnings": ("is made.",),
        "pooling": {"quadrants": Pooling(0.8, 0.1)},
        "sample_rate": 44100.0,
        "disagreement": np.array([0.0, 0.1]),
        "further_heads": {"tension": np.array([0.1, 0.2], dtype=np.float32)},
        "embeddings": np.array([[0.0, 1.5, 2.0], [3.0, 0.0, 0.0]], dtype=np.float32),
    }
    return qp.Prediction(**(settings | changes))


def arrays_of(value):
    """Return all arrays of a prediction or summary."""
    found = []
    for field in fields(value):
        one = getattr(value, field.name)
        found += one.values() if isinstance(one, dict) else [one]
    return [one for one in found if isinstance(one, np.ndarray)]


@pytest.fixture(scope="module")
def predicted():
    return qp.predict(signals.EXAMPLES / "q1_joy.ogg")


def test_equal_fields_make_equal_predictions():
    one, other = make_prediction(), make_prediction()
    assert one == other and not one != other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1
    assert one != "song.wav"
    assert one.summary() != one


def test_there_is_a_change_for_each_field():
    assert list(CHANGES) == [field.name for field in fields(qp.Prediction)]


@pytest.mark.parametrize("name", CHANGES)
def test_any_other_field_makes_another_prediction(name):
    one, other = make_prediction(), make_prediction(**{name: CHANGES[name]})
    assert one != other
    assert len({one, other}) == 2


def test_dtype_shape_and_absence_count():
    one = make_prediction()
    assert one != make_prediction(arousal=one.arousal.astype(np.float64))
    assert one != make_prediction(times=one.times[:, np.newaxis])
    assert one != make_prediction(disagreement=None)
    assert one != make_prediction(further_heads={})
    assert one != make_prediction(further_heads={"tension": None})


def test_nan_equals_nan_and_zero_has_one_hash():
    one = make_prediction(duration=float("nan"))
    assert np.isnan(one.arousal[1])
    assert one == make_prediction(duration=float("nan"))
    assert hash(one) == hash(make_prediction(duration=float("nan")))
    assert one != make_prediction(duration=1.0)
    negative, positive = (make_prediction(times=np.array([zero, 1.0])) for zero in (-0.0, 0.0))
    assert negative == positive and hash(negative) == hash(positive)


def test_summaries_are_values_too():
    valid = make_prediction(arousal=np.array([0.5, 0.1], dtype=np.float32))
    one, other = valid.summary(), copy.deepcopy(valid).summary()
    assert one == other and hash(one) == hash(other)
    changes = {
        "quadrants": np.full(4, 0.25),
        "arousal": 0.9,
        "valence": 0.9,
        "quadrant": "Q2",
        "further_heads": {"tension": 0.9},
    }
    assert list(changes) == [field.name for field in fields(qp.Summary)]
    for name, value in changes.items():
        assert replace(one, **{name: value}) != one
    assert replace(one, arousal=float("nan")) == replace(other, arousal=float("nan"))


def assert_read_only(value):
    arrays = arrays_of(value)
    assert arrays
    for array in arrays:
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(FrozenInstanceError):
        value.arousal = 0


def test_it_is_shown_on_one_line(predicted):
    pattern = r"<Prediction of .*q1_joy.ogg: ok, 33.00 s, 33 patches, Q1, arousal 0.9.*>"
    assert re.fullmatch(pattern, repr(predicted))
    failed = without_patches("two\nlines.wav", "error", None, "is no audio.", {})
    assert repr(failed) == "<Prediction of two\\nlines.wav: error>"


def test_arrays_are_read_only(predicted):
    made = make_prediction()
    assert len(arrays_of(made)) == 7
    for value in (predicted, predicted.summary(), made, made.summary()):
        assert_read_only(value)
    nothing = without_patches("a.wav", "error", None, "can't be read.", {})
    assert all(not array.flags.writeable for array in arrays_of(nothing))


def test_an_array_of_the_caller_is_copied():
    times = np.array([0.0, 1.0])
    prediction = make_prediction(times=times)
    times[0] = 7
    assert times.flags.writeable
    assert prediction.times[0] == 0


def test_a_read_only_view_of_a_writeable_array_is_copied():
    times = np.array([0.0, 1.0])
    view = times.view()
    view.flags.writeable = False
    prediction = make_prediction(times=view)
    times[0] = 7
    assert prediction.times[0] == 0


def test_dictionaries_of_the_caller_are_copied():
    provenance, tension = {"model": "made"}, np.zeros(2, dtype=np.float32)
    further = {"tension": tension}
    prediction = make_prediction(provenance=provenance, further_heads=further)
    provenance["model"], further["other"] = "changed", tension
    tension[0] = 1
    assert prediction.provenance == {"model": "made"}
    assert list(prediction.further_heads) == ["tension"]
    assert prediction.further_heads["tension"][0] == 0


def test_replacing_a_field_copies_no_array(predicted):
    other = replace(predicted, source="other.wav")
    assert other.source == "other.wav" and other != predicted
    assert all(a is b for a, b in zip(arrays_of(other), arrays_of(predicted), strict=True))
    assert replace(other, source=predicted.source) == predicted


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.copy,
        copy.deepcopy,
        *(
            lambda value, protocol=protocol: pickle.loads(pickle.dumps(value, protocol))
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_copies_are_equal_and_read_only(duplicate, predicted):
    for value in (predicted, predicted.summary(), make_prediction()):
        other = duplicate(value)
        assert other is not value
        assert other == value and hash(other) == hash(value)
        assert_read_only(other)


def test_pickles_of_another_process_are_equal_and_read_only(tmp_path):
    code = (
        "import pickle, sys\n"
        "from tests.test_prediction import assert_read_only, make_prediction\n"
        "value = pickle.load(open(sys.argv[1], 'rb'))\n"
        "assert_read_only(value)\n"
        "assert value == make_prediction()\n"
        "pickle.dump(value, open(sys.argv[1], 'wb'))\n"
    )
    path, prediction = tmp_path / "prediction.pickle", make_prediction()
    path.write_bytes(pickle.dumps(prediction))
    subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, timeout=HANG, check=True)
    other = pickle.loads(path.read_bytes())
    assert other == prediction
    assert_read_only(other)
