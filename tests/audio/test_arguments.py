"""What callers give by mistake is answered with what to give instead."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from tests import signals

FILE = signals.EXAMPLES / "q1_joy.ogg"
SAMPLES = signals.noise(1)


@pytest.fixture(scope="module")
def model():
    return qp.load_model()


@pytest.mark.parametrize(
    ("source", "way_out"),
    [
        (FILE.read_bytes(), "io.BytesIO"),
        (bytearray(b"RIFF"), "not bytes"),
        (bytes(FILE), "os.fsdecode"),
        (io.BytesIO(FILE.read_bytes()), "soundfile.read"),
        (SAMPLES, r"predict\(\(samples, rate\)\)"),
        ([str(FILE)], "predict_many"),
        ([SAMPLES, 16000], r"\(samples, rate\), not a list"),
        (list(SAMPLES), "samples are an array"),
        ((16000, SAMPLES), "scipy"),
        ((SAMPLES, 16000, "more"), "3 items"),
        ((SAMPLES,), "1 items"),
        ((SAMPLES, "16000"), "number in Hz, not '16000'"),
        ((SAMPLES, None), "number in Hz, not None"),
        (None, "not None"),
        (3, "not 3"),
        (object(), "the type object"),
        ((["a", "b"], 16000), "floating point"),
        (([1, 2], 16000), "full scale"),
        (([[0.1], [0.1, 0.2]], 16000), "must be an array"),
        ((np.zeros((2, 2, 2), dtype="float32"), 16000), "one or two dimensions"),
        ((np.float32(0.5), 16000), "one or two dimensions"),
        ((np.zeros((5, 0), dtype="float32"), 16000), "no channels"),
        ((SAMPLES.astype(complex), 16000), "floating point"),
        ((SAMPLES, 0), "not possible"),
        ((SAMPLES, -1.0), "not possible"),
        ((SAMPLES, float("nan")), "not possible"),
        # As librosa has channels.
        ((np.stack([SAMPLES, SAMPLES]), 16000), r"samples\.T"),
        ((SAMPLES[np.newaxis], 16000), r"samples\.T"),
    ],
)
def test_mistakes(model, source, way_out):
    for predict in (model.predict, qp.predict):
        with pytest.raises(qp.AudioError, match=way_out):
            predict(source)


def test_samples_and_rate_as_two_arguments(model):
    for predict in (model.predict, qp.predict):
        with pytest.raises(qp.AudioError, match="not samples alone"):
            predict(SAMPLES, 16000)


def test_every_kind_of_rate_path_and_samples(model):
    expected = model.predict((SAMPLES, 16000))
    for rate in (16000.0, np.int64(16000), np.float32(16000), np.array(16000)):
        assert np.array_equal(model.predict((SAMPLES, rate)).quadrants, expected.quadrants)
    for samples in (SAMPLES[:, np.newaxis], SAMPLES.astype(float), SAMPLES.tolist()):
        assert np.array_equal(model.predict((samples, 16000)).quadrants, expected.quadrants)
    assert model.predict((np.zeros((0, 2), dtype="float32"), 16000)).status == "empty"
    for path in (str(FILE), FILE):
        assert model.predict(path).source == str(FILE)


def test_several_paths(model):
    with pytest.raises(qp.AudioError, match=r"list of paths, not 'a\.wav'.*put its path"):
        model.predict_many("a.wav")
    for paths in (b"a.wav", Path("a.wav"), None, 3):
        with pytest.raises(qp.AudioError, match="list of paths"):
            model.predict_many(paths)
    for item in ((SAMPLES, 16000), SAMPLES, None, b"a.wav"):
        with pytest.raises(qp.AudioError, match="takes paths"):
            model.predict_many(["a.wav", item])
    for paths in ([FILE], (str(FILE),), iter([FILE]), {FILE}):
        assert [one.status for one in model.predict_many(paths)] == ["ok"]
    assert list(model.predict_many([])) == []


def test_models_by_path(tmp_path):
    graph = qp.load_model().card.graph
    assert qp.load_model(Path(graph)).card.graph == graph
    assert qp.predict((SAMPLES, 16000), model=graph).provenance["model"] == graph.stem
    for wrong in (qp.load_model(), 3, None, b"default"):
        with pytest.raises(qp.ModelError, match="its name or the path"):
            qp.load_model(wrong)


def test_a_card_of_essentias_own_models(tmp_path):
    (tmp_path / "musicnn.json").write_text('{"name": "musicnn", "schema": {}}')
    (tmp_path / "musicnn.pb").write_bytes(b"")
    with pytest.raises(qp.ModelError, match=r"not one of this project.*Essentia's own models"):
        qp.load_model(tmp_path / "musicnn.pb")


def clipping_of(prediction):
    return [warning for warning in prediction.warnings if "full scale" in warning]


def test_heavy_clipping_is_reported(model, tmp_path):
    (warning,) = clipping_of(model.predict((SAMPLES * 32767, 16000)))
    above = np.abs(SAMPLES * 32767) > 1
    assert warning.startswith(f"{above.mean():.0%} of the samples")
    assert f"{np.abs(SAMPLES * 32767).max():.4g}" in warning
    soundfile.write(tmp_path / "loud.wav", SAMPLES * 32767, 16000, subtype="FLOAT")
    assert clipping_of(model.predict(tmp_path / "loud.wav")) == [warning]
    # Single samples beyond full scale, as in decoded MP3, aren't.
    peaks = SAMPLES.copy()
    peaks[::1000] = 1.2
    assert clipping_of(model.predict((peaks, 16000))) == []
    assert clipping_of(model.predict((np.zeros(0, dtype="float32"), 16000))) == []
