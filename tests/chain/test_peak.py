"""Silence threshold: one constant for files, arrays, live streams and Vamp signals."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from quadpred_plugin.chain import peak
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.live import predict_causally, predict_live
from quadpred_plugin.standard import TensorflowPredictQuad
from tests import signals
from tests.vamp.python_host import instance

ROOT = Path(__file__).parents[2]
OTHER_DBFS = -70.0


def noise_with_peak(dbfs):
    """Two seconds of noise with this peak, in dB relative to full scale."""
    noise = signals.noise(2).astype(np.float64)
    return (noise / np.abs(noise).max() * 10 ** (dbfs / 20)).astype(np.float32)


QUIET = noise_with_peak(-75)
LOUDER = {dbfs: noise_with_peak(dbfs) for dbfs in (-69, -30, 0)}


@pytest.fixture(scope="module")
def model():
    return qp.load_model()


@pytest.fixture
def other_threshold(monkeypatch):
    monkeypatch.setattr(peak, "SILENCE_DBFS", OTHER_DBFS)


def file_status(model, samples, folder):
    path = folder / "signal.wav"
    soundfile.write(path, samples, signals.RATE, subtype="FLOAT")
    return model.predict(path).status


def live_statuses(model, samples):
    patches = predict_live(model, [samples[:, np.newaxis]], signals.RATE)
    return {patch.to_object()["status"] for patch in patches}


def vamp_features(samples):
    with instance(signals.RATE) as one:
        assert one.initialise()
        return one.run(samples)["arousal"]


def assert_silent(model, samples, folder, silent):
    status = "silent" if silent else "ok"
    assert file_status(model, samples, folder) == status
    assert live_statuses(model, samples) == {status}
    assert predict_causally((samples, signals.RATE), model).status == status
    assert (vamp_features(samples) == []) == silent


@pytest.mark.parametrize(("margin", "silent"), [(-1, True), (1, False)])
def test_the_threshold_decides_every_status(model, tmp_path, margin, silent):
    assert_silent(model, noise_with_peak(peak.SILENCE_DBFS + margin), tmp_path, silent)


def test_another_threshold_is_a_change_of_one_constant(model, tmp_path, other_threshold):
    assert_silent(model, QUIET, tmp_path, True)
    assert_silent(model, LOUDER[-69], tmp_path, False)
    (reason,) = model.predict((QUIET, signals.RATE)).warnings
    assert reason == f"is silent: no sample reaches {OTHER_DBFS:g} dBFS."


@pytest.mark.parametrize("dbfs", LOUDER)
def test_another_threshold_changes_no_prediction(model, monkeypatch, dbfs):
    signal = LOUDER[dbfs], signals.RATE
    before = model.predict(signal), predict_causally(signal, model)
    monkeypatch.setattr(peak, "SILENCE_DBFS", OTHER_DBFS)
    after = model.predict(signal), predict_causally(signal, model)
    for one, other in zip(before, after, strict=True):
        assert len(one) == 2
        for head in ("quadrants", "arousal", "valence"):
            assert np.array_equal(getattr(one, head), getattr(other, head))


def test_the_divisor_does_not_follow_the_threshold(model, monkeypatch):
    """Below the floor of the division, bands are still divided by the floor."""
    monkeypatch.setattr(peak, "SILENCE_DBFS", -100.0)
    samples = noise_with_peak(-90)
    quadrants, *_ = TensorflowPredictQuad()(samples)
    predicted = model.predict((samples, signals.RATE))
    assert np.array_equal(predicted.quadrants, quadrants)
    meter = peak.PeakMeter(Preprocessing())
    meter.process(samples)
    assert not meter.silent and meter.divisor == np.float32(Preprocessing().peak_floor)


def test_documents_quote_the_threshold():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    quoted = [
        number
        for page in pages
        if "_build" not in page.parts
        # Not the level of the noise that a table's row is about.
        for number in re.findall(r"(?<!\S)(?<!noise )(\S+) dBFS", page.read_text())
    ]
    assert quoted
    assert set(quoted) == {f"−{-peak.SILENCE_DBFS:g}"}
