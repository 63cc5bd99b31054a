"""Results of ``quadpred predict`` are read as they were written; others are refused."""

import json

import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.outputs import output_of
from quadpred_plugin.exports import export_to
from quadpred_plugin.model.pooling import Pooling
from quadpred_plugin.prediction import Prediction, without_patches
from quadpred_plugin.results.reading import read_results


def prediction(name="a.wav", seed=0):
    random = np.random.default_rng(seed)
    return Prediction(
        source=name,
        status="ok",
        duration=10.0,
        times=np.arange(9) * 0.992,
        patch_duration=0.992,
        hop=0.992,
        quadrants=random.dirichlet(np.ones(4), 9).astype(np.float32),
        arousal=random.uniform(-1, 1, 9).astype(np.float32),
        valence=random.uniform(-1, 1, 9).astype(np.float32),
        pooling={"valence": Pooling(0.5, 0.2)},
    )


MANY = [
    prediction("music/a\udcff.wav"),
    prediction('b "1".wav', 1),
    without_patches("silent.wav", "silent", 2.0, "is silent.", {}),
]


def check(found, expected, values, curves):
    assert found.source == expected.source
    assert bool(found.values) == values and bool(found.curves) == curves
    if values:
        np.testing.assert_allclose(found.quadrants, expected.quadrants, atol=1e-6)
        assert found.values == pytest.approx(expected.values, abs=1e-6)
    for dimension, curve in found.curves.items():
        other = expected.curves[dimension]
        np.testing.assert_allclose(curve.times, other.times, atol=1e-6)
        np.testing.assert_allclose(curve.values, other.values, atol=1e-6)
        assert (curve.begin, curve.end) == pytest.approx((other.begin, other.end), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "level", "values", "curves"),
    [
        ("r.csv", "file", True, False),
        ("r.csv", "frame", False, True),
        ("r.json", "file", True, False),
        ("r.json", "frame", True, True),
    ],
)
def test_results_are_read_as_written(tmp_path, name, level, values, curves):
    export_to(tmp_path / name, MANY, name[2:], level)
    found = [track.output() for track in read_results(tmp_path / name, curves=True)]
    for one, other in zip(found, MANY[:2]):
        check(one, output_of(other), values, curves)
    if name == "r.csv" and level == "frame":
        # A file without patches has no row there.
        assert len(found) == 2
    else:
        assert found[2].source == "silent.wav" and found[2].values == {}
        assert found[2].failure == (
            "is silent." if name == "r.json" else "has no values in the results."
        )


def test_a_folder_of_results(tmp_path):
    (tmp_path / "x").mkdir()
    export_to(tmp_path / "x" / "a.wav.json", [MANY[0]], "json", "frame")
    export_to(tmp_path / "b.wav.csv", [MANY[1]], "csv", "frame")
    (tmp_path / "manifest.csv").write_text("file,status\nx,ok\n")
    (tmp_path / "settings.json").write_text("{}")
    (tmp_path / ".hidden.json").write_text("not json")
    assert [one.source for one in read_results(tmp_path, curves=True)] == [
        'b "1".wav',
        "music/a\udcff.wav",
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.csv", "file,quadrant\na,Q1\n", "isn't a result of 'quadpred predict --format csv'"),
        ("r.csv", "", "isn't a result of 'quadpred predict --format csv'"),
        ("r.json", '{"a": 1}', "isn't a result of 'quadpred predict --format json'"),
        (
            "r.json",
            "[",
            r"isn't a result of .*, or it is damaged \(JSONDecodeError: Expecting value",
        ),
        ("r.json", "[" * 100000, "is damaged"),
        ("r.npz", "", r"isn't a \.csv, \.json or \.parquet file of 'quadpred predict'"),
    ],
)
def test_other_files_are_refused(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(QuadpredError, match=words):
        read_results(tmp_path / name)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["frames"]["arousal"].pop(),
        lambda one: one["frames"]["time"].reverse(),
        lambda one: one["frames"].pop("valence"),
        lambda one: one.update(arousal="high"),
        lambda one: one.update(q1=None),
        lambda one: one.update(frames=3),
    ],
)
def test_damaged_results_are_refused(tmp_path, change):
    path = tmp_path / "r.json"
    export_to(path, [MANY[1]], "json", "frame")
    content = json.loads(path.read_text())
    change(content[0])
    path.write_text(json.dumps(content))
    with pytest.raises(QuadpredError, match="or it is damaged"):
        read_results(path, curves=True)


def test_a_folder_without_results(tmp_path):
    with pytest.raises(QuadpredError, match="has no results in"):
        read_results(tmp_path)
    with pytest.raises(QuadpredError, match="can't be read"):
        read_results(tmp_path / "absent.csv")
