"""Essentia composites in networks like those of users."""

import inspect
import pydoc

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
    assert np.array_equal(pool["bands"], TensorflowInputQuad().compute(array))


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


def test_silence_gives_numbers(essentia, streaming, native):
    source = native.VectorInput(np.zeros(48000, dtype=np.float32))
    pool, _ = connect(essentia, streaming, source.data)
    essentia.run(source)
    assert np.isfinite(pool["quadpred.quadrants"]).all()


@pytest.mark.parametrize(
    "places", [slice(20000, 20001), slice(0, 1), slice(-1, None), slice(9000, 30000), slice(None)]
)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite_are_zero_in_both_modes(
    essentia, streaming, native, tmp_path, places, value
):
    broken, zeros = signals.noise(3), signals.noise(3)
    broken[places], zeros[places] = value, 0
    soundfile.write(tmp_path / "broken.wav", broken, 16000, subtype="FLOAT")
    loader = load(native, tmp_path / "broken.wav")
    pool, _ = connect(essentia, streaming, loader.audio)
    essentia.run(loader)
    assert_same(contents(pool), standard(broken))
    assert_same(contents(pool), standard(zeros))


@pytest.mark.parametrize("connected", [(), ("quadrants",), ("bands",), ("arousal", "valence")])
def test_outputs_may_stay_unconnected(essentia, streaming, native, connected):
    source, pool = native.VectorInput(signals.noise(1.5)), essentia.Pool()
    network = streaming.TensorflowPredictQuad()
    source.data >> network.signal
    for name in connected:
        getattr(network, name) >> (pool, name)
        # As was needed formerly.
        getattr(network, name) >> None
    essentia.run(source)
    assert sorted(pool.descriptorNames()) == sorted(connected)
    bands = streaming.TensorflowInputQuad()
    source = native.VectorInput(signals.noise(1))
    source.data >> bands.signal
    essentia.run(source)


def test_reset_discards_the_signal(essentia, streaming, native, wav):
    loader = load(native, wav)
    pool, network = connect(essentia, streaming, loader.audio)
    essentia.run(loader)
    first = contents(pool)
    network.reset()
    pool.clear()
    essentia.reset(loader)
    essentia.run(loader)
    assert_same(contents(pool), first)


def test_a_source_can_be_disconnected(essentia, streaming, native, wav):
    loader, other = load(native, wav), load(native, wav)
    pool, network = connect(essentia, streaming, loader.audio)
    loader.audio.disconnect(network.signal)
    loader.audio >> None
    essentia.run(loader)
    assert pool.descriptorNames() == []
    other.audio >> network.signal
    essentia.run(other)
    assert len(pool["quadpred.arousal"]) == 8


def test_batches_of_all_patches(essentia, streaming, native):
    signal = signals.noise(3)
    source = native.VectorInput(signal)
    pool, _ = connect(essentia, streaming, source.data, batchSize=0)
    essentia.run(source)
    for batch_size in (0, -1, 16):
        assert_same(contents(pool), standard(signal, batchSize=batch_size))


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
            {"batchSize": -2},
            {"lastPatchMode": "push"},
            {"hopSize": 3},
        ):
            with pytest.raises(ValueError, match=next(iter(wrong))):
                kind(**wrong)


def test_they_tell_of_themselves_as_essentias_do(streaming, native):
    from essentia.standard import Windowing

    from quadpred_plugin import standard as ours

    for kind, theirs in ((streaming, native.Windowing()), (ours, Windowing())):
        bands, network = kind.TensorflowInputQuad(), kind.TensorflowPredictQuad()
        assert bands.name() == "TensorflowInputQuad"
        assert (bands.inputNames(), bands.outputNames()) == (["signal"], ["bands"])
        assert bands.parameterNames() == ["preprocessing"]
        assert bands.paramValue("preprocessing").bands == 128
        bands.configure()
        bands.reset()
        assert network.name() == "TensorflowPredictQuad"
        assert network.inputNames() == ["signal"]
        assert network.outputNames()[:4] == [*HEADS, "bands"]
        assert network.getDoc().startswith("Quadrants, arousal and valence of ")
        for algorithm in (theirs, network, bands):
            with pytest.raises(ValueError, match="nothing"):
                algorithm.paramValue("nothing")
        network.reset()
        defaults = inspect.signature(kind.TensorflowPredictQuad).parameters
        assert defaults["lastPatchMode"].default == "discard"
        assert "lastPatchMode='discard'" in pydoc.render_doc(kind.TensorflowPredictQuad)
    assert {"signal", "quadrants", "bands"} <= set(dir(streaming.TensorflowPredictQuad()))


def test_the_methods_that_essentias_have(streaming, native):
    """Those on types aside: ours have no types of Essentia."""
    from essentia.standard import Windowing

    from quadpred_plugin import standard as ours

    types = {"getStruct", "inputType", "paramType", "getInputType", "getOutputType", "push"}
    for kind, theirs in ((streaming, native.Windowing), (ours, Windowing)):
        methods = {name for name in dir(theirs) if not name.startswith("_")} - types
        for algorithm in (kind.TensorflowInputQuad, kind.TensorflowPredictQuad):
            assert methods <= set(dir(algorithm))


def test_unknown_model_is_a_sentence(streaming):
    from quadpred_plugin import ModelError

    for kind in (streaming.TensorflowPredictQuad, TensorflowPredictQuad):
        with pytest.raises(ModelError, match="There is no model 'nothing'"):
            kind(model="nothing")
        with pytest.raises(ModelError, match="no readable card"):
            kind(graphFilename="missing.pb")
