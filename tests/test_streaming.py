"""Essentia composites in networks like those of users."""

import numpy as np
import pytest
import soundfile

from quadpred_plugin.standard import TensorflowInputQuad, TensorflowPredictQuad
from tests import signals

HEADS = ("quadrants", "arousal", "valence")


@pytest.fixture(scope="module")
def essentia():
    from quadpred_plugin.chain.engine import load_essentia

    return load_essentia()


@pytest.fixture(scope="module")
def streaming():
    import quadpred_plugin.streaming  # first, so that Essentia is loaded quietly

    return quadpred_plugin.streaming


@pytest.fixture(scope="module")
def native():
    from quadpred_plugin.chain.engine import load_streaming

    return load_streaming()


@pytest.fixture
def wav(tmp_path):
    path = tmp_path / "signal.wav"
    soundfile.write(path, signals.example("q1_joy")[: 16000 * 8], 16000, subtype="FLOAT")
    return path


def connect(essentia, streaming, source, **parameters):
    pool, network = essentia.Pool(), streaming.TensorflowPredictQuad(**parameters)
    source >> network.signal
    for head in (*HEADS, "bands"):
        getattr(network, head) >> (pool, f"quadpred.{head}")
    return pool, network


def contents(pool):
    return {name: pool[name].copy() for name in pool.descriptorNames()}


def assert_same(ours, theirs):
    assert set(ours) == set(theirs)
    for name in ours:
        assert np.array_equal(ours[name], theirs[name]), name


def standard(signal, **parameters):
    values = TensorflowPredictQuad(**parameters)(signal)
    names = [f"quadpred.{head}" for head in (*HEADS, "bands")]
    return dict(zip(names, values, strict=True))


def load(native, path):
    return native.MonoLoader(filename=str(path), sampleRate=16000)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"patchHopSize": 5},
        {"batchSize": -1},
        {"batchSize": 3, "patchHopSize": 20},
        {"lastPatchMode": "repeat"},
        {"patchHopSize": 40, "lastPatchMode": "repeat"},
        {"patchHopSize": 245, "lastPatchMode": "repeat"},
        {"patchHopSize": 260, "lastPatchMode": "repeat"},
    ],
)
def test_loader_samples_and_array_give_the_same_bits(essentia, streaming, native, wav, parameters):
    loader = load(native, wav)
    pool, _ = connect(essentia, streaming, loader.audio, **parameters)
    essentia.run(loader)
    from essentia.standard import MonoLoader

    array = MonoLoader(filename=str(wav), sampleRate=16000)()
    assert_same(contents(pool), standard(array, **parameters))
    # VectorInput delivers single samples, a loader blocks.
    samples = native.VectorInput(array)
    pool, _ = connect(essentia, streaming, samples.data, **parameters)
    essentia.run(samples)
    assert_same(contents(pool), standard(array, **parameters))


def test_a_reused_network_equals_a_fresh_one(essentia, streaming, native, wav, tmp_path):
    other = tmp_path / "other.wav"
    soundfile.write(other, signals.noise(5), 16000, subtype="FLOAT")
    loader = load(native, wav)
    pool, _ = connect(essentia, streaming, loader.audio)
    essentia.run(loader)
    first = contents(pool)
    for path in (other, wav):
        pool.clear()
        loader.configure(filename=str(path), sampleRate=16000)
        essentia.reset(loader)
        essentia.run(loader)
    assert_same(contents(pool), first)


def test_two_composites_on_one_loader(essentia, streaming, native, wav):
    loader = load(native, wav)
    one, _ = connect(essentia, streaming, loader.audio)
    two, _ = connect(essentia, streaming, loader.audio)
    essentia.run(loader)
    assert len(contents(one)["quadpred.arousal"]) == 8
    assert_same(contents(one), contents(two))


def test_outputs_connect_to_native_algorithms(essentia, streaming, native, wav):
    loader, pool = load(native, wav), essentia.Pool()
    network = streaming.TensorflowPredictQuad(patchHopSize=2)
    largest = native.MinMax(type="max")
    loader.audio >> network.signal
    network.quadrants >> largest.array
    network.quadrants >> (pool, "quadrants")
    largest.real >> (pool, "largest")
    largest.int >> (pool, "which")
    network.arousal >> None
    network.valence >> None
    essentia.run(loader)
    assert len(pool["quadrants"]) > 100
    np.testing.assert_array_equal(pool["largest"], pool["quadrants"].max(axis=1))
    np.testing.assert_array_equal(pool["which"], pool["quadrants"].argmax(axis=1))


def test_input_composite_alone(essentia, streaming, native, wav):
    loader, pool = load(native, wav), essentia.Pool()
    bands = streaming.TensorflowInputQuad()
    loader.audio >> bands.signal
    bands.bands >> (pool, "bands")
    essentia.run(loader)
    from essentia.standard import MonoLoader

    array = MonoLoader(filename=str(wav), sampleRate=16000)()
    assert np.array_equal(pool["bands"], TensorflowInputQuad()(array))


def test_less_than_a_patch(essentia, streaming, native):
    signal = signals.noise(0.5)
    source = native.VectorInput(signal)
    pool, _ = connect(essentia, streaming, source.data)
    essentia.run(source)
    assert pool.descriptorNames() == ["quadpred.bands"]
    source = native.VectorInput(signal)
    pool, _ = connect(essentia, streaming, source.data, lastPatchMode="repeat")
    essentia.run(source)
    assert_same(contents(pool), standard(signal, lastPatchMode="repeat"))


def test_silence_and_samples_that_are_not_numbers_give_numbers(essentia, streaming, native):
    broken = signals.noise(3)
    broken[20000] = np.nan
    broken[30000] = np.inf
    for signal in (np.zeros(48000, dtype=np.float32), broken):
        source = native.VectorInput(signal)
        pool, _ = connect(essentia, streaming, source.data)
        essentia.run(source)
        assert np.isfinite(pool["quadpred.quadrants"]).all()
        assert np.isfinite(TensorflowPredictQuad()(signal)[0]).all()


def test_configure_between_runs(essentia, streaming, native, wav):
    loader = load(native, wav)
    pool, network = connect(essentia, streaming, loader.audio)
    essentia.run(loader)
    network.configure(patchHopSize=10)
    assert network.paramValue("patchHopSize") == 10
    pool.clear()
    essentia.reset(loader)
    essentia.run(loader)
    from essentia.standard import MonoLoader

    array = MonoLoader(filename=str(wav), sampleRate=16000)()
    assert_same(contents(pool), standard(array, patchHopSize=10))


def test_parameters(streaming):
    # In a stream embeddings are a source, which nobody need connect.
    for kind, own in (
        (streaming.TensorflowPredictQuad, ()),
        (TensorflowPredictQuad, ["embeddings"]),
    ):
        network = kind()
        assert set(network.parameterNames()) == {
            "model",
            "graphFilename",
            "patchHopSize",
            "batchSize",
            "lastPatchMode",
            *own,
        }
        assert network.paramValue("patchHopSize") == 0
        assert not hasattr(network, "loudness")
        for wrong in (
            {"patchHopSize": -1},
            {"batchSize": 0},
            {"lastPatchMode": "push"},
            {"hopSize": 3},
        ):
            with pytest.raises(ValueError, match=next(iter(wrong))):
                kind(**wrong)


def test_unknown_model_is_a_sentence(streaming):
    from quadpred_plugin import ModelError

    for kind in (streaming.TensorflowPredictQuad, TensorflowPredictQuad):
        with pytest.raises(ModelError, match="There is no model 'nothing'"):
            kind(model="nothing")
        with pytest.raises(ModelError, match="no readable card"):
            kind(graphFilename="missing.pb")
