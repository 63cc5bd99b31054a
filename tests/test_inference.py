"""Model against the chain's parts, and atomic writes."""

import json
import os

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from quadpred_plugin.errors import OutputError
from quadpred_plugin.live import predict_live
from quadpred_plugin.standard import TensorflowPredictQuad
from quadpred_plugin.system.files import write_atomically
from tests import signals


@pytest.fixture(scope="module")
def model():
    return qp.load_model()


def path_of(name):
    return signals.EXAMPLES / f"{name}.ogg"


def test_a_file_equals_its_samples_through_the_standard_algorithm(model):
    prediction = model.predict(path_of("q1_joy"))
    quadrants, arousal, valence, _ = TensorflowPredictQuad()(signals.example("q1_joy"))
    # libsndfile instead of FFmpeg, which round Vorbis differently, and soxr in one call.
    np.testing.assert_allclose(prediction.quadrants, quadrants, atol=1e-3)
    np.testing.assert_allclose(prediction.arousal, arousal, atol=1e-3)
    np.testing.assert_allclose(prediction.valence, valence, atol=1e-3)
    np.testing.assert_allclose(np.diff(prediction.times), 0.992)
    assert prediction.status == "ok"
    assert prediction.duration == pytest.approx(soundfile.info(path_of("q1_joy")).duration)


def test_samples_equal_their_file(model, tmp_path):
    samples, rate = soundfile.read(path_of("q3_sadness"), dtype="float32")
    soundfile.write(tmp_path / "q3.wav", samples, rate, subtype="FLOAT")
    ours, theirs = model.predict((samples, rate)), model.predict(tmp_path / "q3.wav")
    assert np.array_equal(ours.quadrants, theirs.quadrants)
    assert ours.duration == theirs.duration


def test_half_the_volume_says_the_same(model):
    samples, rate = soundfile.read(path_of("q4_calm"), dtype="float32")
    loud, soft = model.predict((samples, rate)), model.predict((samples / 2, rate))
    np.testing.assert_allclose(loud.quadrants, soft.quadrants, atol=1e-5)


def test_summary_is_the_mean_calibrated_as_the_card_says(model):
    prediction = model.predict(path_of("q2_anger"), hop=0.5)
    assert prediction.hop == pytest.approx(0.512)
    summary = prediction.summary()
    quadrants = model.card.pooling["quadrants"]
    raised = prediction.quadrants.mean(axis=0) ** (1 / quadrants.temperature)
    raised[[0, 3]] *= np.exp(quadrants.offset)
    np.testing.assert_allclose(summary.quadrants, raised / raised.sum(), atol=1e-6)
    chance = (1 + prediction.arousal.mean(dtype=float)) / 2
    arousal = model.card.pooling["arousal"]
    log_odds = np.log(chance / (1 - chance)) / arousal.temperature + arousal.offset
    assert summary.arousal == pytest.approx(np.tanh(log_odds / 2), abs=1e-6)
    assert summary.quadrant == f"Q{1 + summary.quadrants.argmax()}"


def test_earlier_files_processes_and_order_do_not_matter(model):
    names = [str(path_of(name)) for name in ("q1_joy", "q2_anger", "q3_sadness", "q4_calm")]
    alone = [next(qp.load_model().predict_many([name, name], jobs=2)) for name in names]
    for name, one in zip(names, alone, strict=True):
        # This process lets TensorFlow use several threads, which orders sums differently.
        np.testing.assert_allclose(model.predict(name).quadrants, one.quadrants, atol=1e-6)
    for jobs in (2, 3):
        many = list(model.predict_many([*names, "missing.wav", *reversed(names)], jobs=jobs))
        assert [one.source for one in many] == [*names, "missing.wav", *reversed(names)]
        assert many[4].status == "error"
        for one, other in zip([*many[:4], *reversed(many[5:])], [*alone, *alone], strict=True):
            assert np.array_equal(one.quadrants, other.quadrants)
            assert one.source == other.source


def test_statuses(model, tmp_path):
    cases = {
        "short": signals.noise(0.5),
        "silent": np.zeros(16000, dtype=np.float32),
        "empty": np.zeros(0, dtype=np.float32),
        "ok": signals.noise(1.0),
    }
    for status, samples in cases.items():
        prediction = model.predict((samples, 16000))
        assert prediction.status == status
        assert len(prediction) == (status in ("ok", "short"))
        assert prediction.duration == pytest.approx(len(samples) / 16000)
        assert (prediction.summary() is None) == (len(prediction) == 0)
    text = tmp_path / "text.mp3"
    text.write_text("no music")
    with pytest.raises(qp.AudioError, match=r"text\.mp3: "):
        model.predict(text)


def test_a_long_file_through_the_disk_is_the_same(model, monkeypatch):
    from quadpred_plugin.chain import patches

    expected = model.predict(path_of("q1_joy"))
    monkeypatch.setattr(patches.PatchBuffer.__init__, "__defaults__", (1000,))
    assert np.array_equal(model.predict(path_of("q1_joy")).quadrants, expected.quadrants)


def test_saving_replaces_a_file_when_the_new_one_is_whole(model, tmp_path):
    prediction = model.predict(path_of("q1_joy"))
    for suffix in ("csv", "json", "npz", "npy"):
        target = tmp_path / f"result.{suffix}"
        target.write_text("old")
        prediction.save(target)
        assert target.read_bytes() != b"old"
    assert np.array_equal(np.load(tmp_path / "result.npy"), prediction.quadrants)
    with pytest.raises(qp.OutputError, match="suffix"):
        prediction.save(tmp_path / "result.xyz")
    with pytest.raises(qp.OutputError, match="can't be written"):
        prediction.save(tmp_path / "no folder" / "result.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"result.{suffix}" for suffix in ("csv", "json", "npy", "npz")
    ]


def test_saving_replaces_no_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(OutputError, match="not a regular file"):
        write_atomically(tmp_path / "pipe.csv", lambda stream: stream.write("rows"), text=True)
    assert (tmp_path / "pipe.csv").is_fifo()


def test_what_fails_leaves_no_part_of_a_file(tmp_path):
    with pytest.raises(ZeroDivisionError):
        write_atomically(tmp_path / "rows.csv", lambda stream: stream.write(b"a" * (1 // 0)))
    assert os.listdir(tmp_path) == []


def test_two_signals_that_arrive_by_turns(model):
    pieces = (signals.example("q1_joy")[: 16000 * 5], signals.example("q4_calm")[: 16000 * 4])
    analysers = [model.start_analysis() for _ in pieces]
    for start in range(0, 16000 * 5, 7000):
        for analyser, signal in zip(analysers, pieces, strict=True):
            analyser.process(signal[start : start + 7000])
    for analyser, signal in zip(analysers, pieces, strict=True):
        with analyser:
            found = model.finish_analysis(analyser, "by turns", len(signal) / 16000)
        expected = model.predict((signal, 16000))
        assert np.array_equal(found.quadrants, expected.quadrants)
        assert found.source == "by turns"


def test_live_patches_as_lines(model):
    blocks = [block[:, np.newaxis] for block in np.split(signals.noise(2), 8)]
    patches = list(predict_live(model, blocks, 16000))
    assert len(patches) == 2
    for patch in patches:
        line = patch.to_line()
        assert line.endswith("\n") and json.loads(line) == patch.to_object()


def test_names_of_probabilities():
    even = np.array([0.4, 0.3, 0.2, 0.1])
    assert qp.Interpretation().name_of(even) == "Q1"
    assert qp.Interpretation(minimum_confidence=0.5).name_of(even) == "neutral"
