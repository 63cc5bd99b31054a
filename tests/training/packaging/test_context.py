"""Patches with context: every front end against windows cut with plain NumPy slices."""

import subprocess
import sys

import essentia
import numpy as np
import pytest
from essentia.streaming import VectorInput

import quadpred_plugin as qp
from quadpred_plugin.chain.causal import CausalAnalyser
from quadpred_plugin.chain.network import Network
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.live import predict_causally, predict_live
from quadpred_plugin.model.card import read_card
from quadpred_plugin.standard import TensorflowInputQuad, TensorflowPredictQuad
from quadpred_plugin.streaming import TensorflowPredictQuad as StreamingPredictQuad
from tests.conftest import clean_environment
from tests.limits import HANG
from tests.small_models import samples_of_frames, write_small_model

# 7 own frames, as many before as after would not show a mistaken side.
BEFORE, OWN, AFTER = 9, 7, 4
SIZE = BEFORE + OWN + AFTER
FRONT_END = Preprocessing(
    bands=24,
    patch_size=SIZE,
    context_before=BEFORE,
    context_after=AFTER,
)
HEADS = ("quadrants", "arousal", "valence")
# Shorter than the own frames, between these and a patch, whole multiples, long.
LENGTHS = [1, 6, 7, 8, 13, 14, 19, 20, 21, 35, 36, 150]


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    return write_small_model(tmp_path_factory.mktemp("models"), FRONT_END, embeddings=5)


@pytest.fixture(scope="module")
def model(graph):
    return qp.load_model(graph)


@pytest.fixture(scope="module")
def network(graph):
    return Network(graph, read_card(graph).entries["patches"])


def starts_of(frames, hop, repeat):
    """Return the first of each row's own frames, one after the other."""
    starts = []
    at = 0
    while at < frames and (repeat or at + OWN <= frames):
        starts.append(at)
        if at + OWN >= frames:
            break
        at += hop
    return starts


def windows_of(bands, starts):
    """Cut the window around each row's own frames, moved inside the signal."""
    if len(bands) < SIZE:
        return [np.resize(bands, (SIZE, bands.shape[1])) for _ in starts]
    found = []
    for start in starts:
        first = min(max(start - BEFORE, 0), len(bands) - SIZE)
        found.append(bands[first : first + SIZE])
    return found


def windows_before(bands, starts):
    """Cut the window that ends with each row's own frames, from those that there are by then."""
    found = []
    for end in (start + OWN for start in starts):
        known = bands[max(0, end - SIZE) : end]
        found.append(np.resize(known, (SIZE, bands.shape[1])))
    return found


def run(network, windows, divisors, batch_size=16):
    """Run the network over windows of bands, each with its divisor."""
    patches = np.array(windows, dtype=np.float32).reshape(-1, SIZE, FRONT_END.bands)
    patches = patches / np.asarray(divisors, dtype=np.float32).reshape(-1, 1, 1)
    size = batch_size if batch_size > 0 else max(len(patches), 1)
    batches = [patches[at : at + size] for at in range(0, len(patches), size)]
    results = [*network.predict(batches)] or [network.without_patches()]
    return {head: np.concatenate([one[head] for one in results]) for head in HEADS}


def stream(graph, signal, **parameters):
    source = VectorInput(signal)
    predict = StreamingPredictQuad(graphFilename=str(graph), **parameters)
    pool = essentia.Pool()
    source.data >> predict.signal
    for head in HEADS:
        getattr(predict, head) >> (pool, head)
    essentia.run(source)
    return {name: pool[name] for name in pool.descriptorNames()}


def assert_same(ours, theirs):
    for head in HEADS:
        assert np.array_equal(ours[head], theirs[head]), head


@pytest.mark.parametrize("frames", LENGTHS)
@pytest.mark.parametrize(
    ("hop", "mode", "batch_size"),
    [
        (0, "discard", 16),
        (0, "repeat", -1),
        (1, "repeat", 16),
        (3, "discard", 1),
        (11, "discard", -1),
        (11, "repeat", 16),
        (30, "discard", 16),
        (30, "repeat", 1),
    ],
)
def test_arrays_and_streams_have_the_windows(graph, network, frames, hop, mode, batch_size):
    signal = samples_of_frames(frames, FRONT_END)
    bands = TensorflowInputQuad(FRONT_END)(signal)
    assert len(bands) == frames
    starts = starts_of(frames, hop or OWN, mode == "repeat")
    expected = run(network, windows_of(bands, starts), np.abs(signal).max(), batch_size)
    assert len(expected["arousal"]) == len(starts)
    parameters = {"patchHopSize": hop, "lastPatchMode": mode, "batchSize": batch_size}
    values = TensorflowPredictQuad(graphFilename=str(graph), **parameters)(signal)
    assert_same(dict(zip(HEADS, values)), expected)
    assert np.array_equal(values[3], bands)
    streamed = stream(graph, signal, **parameters)
    if starts:
        assert_same(streamed, expected)
    else:
        assert streamed == {}


def test_the_network_tells_windows_apart(network):
    bands = TensorflowInputQuad(FRONT_END)(samples_of_frames(40, FRONT_END))
    found = run(network, [bands[at : at + SIZE] for at in range(20)], np.full(20, 0.2))
    for head in HEADS:
        assert np.abs(np.diff(found[head], axis=0)).reshape(19, -1).max(axis=1).min() > 1e-5


@pytest.mark.parametrize("frames", LENGTHS)
@pytest.mark.parametrize("hop", [None, 3])
def test_predictions_have_the_windows(model, network, frames, hop):
    signal = samples_of_frames(frames, FRONT_END)
    bands = TensorflowInputQuad(FRONT_END)(signal)
    seconds = hop and hop * FRONT_END.frame_seconds
    prediction = model.predict((signal, 16000), hop=seconds)
    short = frames < OWN
    assert prediction.status == ("short" if short else "ok")
    starts = starts_of(frames, hop or OWN, short)
    np.testing.assert_allclose(prediction.times, np.array(starts) * 0.032, atol=1e-12)
    assert prediction.patch_duration == pytest.approx(OWN * 0.032)
    assert prediction.hop == pytest.approx((hop or OWN) * 0.032)
    expected = run(network, windows_of(bands, starts), np.abs(signal).max())
    assert_same({head: getattr(prediction, head) for head in HEADS}, expected)


def test_rows_are_those_of_patches_without_context(model, tmp_path):
    """Times, segments and excerpts follow from the own frames alone."""
    plain = Preprocessing(bands=24, patch_size=OWN)
    without = qp.load_model(write_small_model(tmp_path, plain))
    for frames in LENGTHS:
        signal = samples_of_frames(frames, FRONT_END), 16000
        one, other = model.predict(signal), without.predict(signal)
        assert np.array_equal(one.times, other.times)
        for name in ("status", "duration", "patch_duration", "hop", "warnings"):
            assert getattr(one, name) == getattr(other, name)
        assert one.provenance["patch"] == other.provenance["patch"]
        assert one.segments()[-1].start + one.segments()[-1].duration == pytest.approx(
            other.segments()[-1].start + other.segments()[-1].duration
        )


@pytest.mark.parametrize("frames", LENGTHS)
@pytest.mark.parametrize("hop", [None, 1, 3, 11, 30])
def test_live_windows_end_with_their_own_frames(model, network, frames, hop):
    signal = samples_of_frames(frames, FRONT_END)
    bands = TensorflowInputQuad(FRONT_END)(signal)
    seconds = hop and hop * FRONT_END.frame_seconds
    starts = starts_of(frames, hop or OWN, repeat=False)
    # A frame ends half a frame, as long as a hop, after its centre.
    ends = [(start + OWN) * FRONT_END.hop_size for start in starts]
    peaks = [np.abs(signal[:end]).max() for end in ends]
    expected = run(network, windows_before(bands, starts), peaks, batch_size=1)
    patches = list(predict_live(model, [signal[:, np.newaxis]], 16000, seconds))
    np.testing.assert_allclose([one.time for one in patches], np.array(starts) * 0.032)
    assert {one.duration for one in patches} <= {FRONT_END.patch_seconds}
    np.testing.assert_array_equal([one.peak for one in patches], peaks)
    found = predict_causally((signal, 16000), model, seconds)
    for head in HEADS:
        values = np.array([getattr(one, head) for one in patches])
        np.testing.assert_allclose(values, expected[head].reshape(values.shape), atol=1e-6)
        if starts:
            np.testing.assert_allclose(getattr(found, head), expected[head], atol=1e-6)


@pytest.mark.parametrize("size", [1, 100, 700, 5000])
def test_live_answers_come_with_the_own_frames_in_blocks_of_any_size(model, size):
    signal = samples_of_frames(60, FRONT_END)
    whole = model.start_causal_analysis(0.096)
    expected = [whole.process(signal), whole.finish()]
    analyser: CausalAnalyser = model.start_causal_analysis(0.096)
    answers = [analyser.process(signal[at : at + size]) for at in range(0, len(signal), size)]
    answers.append(analyser.finish())
    quadrants = np.concatenate([one.quadrants for one in answers])
    np.testing.assert_allclose(
        quadrants, np.concatenate([one.quadrants for one in expected]), atol=1e-6
    )
    first = next(index for index, one in enumerate(answers) if len(one))
    complete = (OWN - 1) * FRONT_END.hop_size + FRONT_END.frame_size // 2
    assert first == -(-complete // size) - 1


def test_live_keeps_one_patch(model):
    analyser = model.start_causal_analysis(0.032)
    sizes = set()
    for seed in range(40):
        analyser.process(samples_of_frames(30, FRONT_END, seed))
        sizes.add(len(analyser._bands))
    assert max(sizes) < SIZE


VAMP = """
import sys
import numpy as np
from quadpred_plugin.inference import Model
from tests.small_models import samples_of_frames
from tests.vamp.python_host import instance
from vamp_wrapper.settings import models

number, card = next((number, card) for number, card in models().items() if card.name == "small")
model = None
for frames in map(int, sys.argv[1:]):
    for hop in (0.0, 0.16, 0.64):
        signal = samples_of_frames(frames, card.preprocessing)
        with instance(16000.0) as one:
            one.set(model=number, hop=hop)
            assert one.initialise(step=len(signal))
            rows = one.run(signal)["taggram"]
        model = model or Model(card)
        expected = model.predict((signal, 16000), hop=hop or None)
        columns = np.maximum(expected.centres - expected.hop / 2, 0)
        assert [time for time, *_ in rows] == np.round(columns * 1e9).tolist()
        values = np.array([values for *_, values in rows], dtype=np.float32)
        assert np.array_equal(values, expected.quadrants), (frames, hop)
        print(frames, hop, len(rows))
"""


def test_a_vamp_host_gets_the_same_bits(graph):
    result = subprocess.run(
        [sys.executable, "-c", VAMP, *map(str, LENGTHS)],
        env=clean_environment(QUADPRED_MODELS=str(graph.parent)),
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert len(result.stdout.splitlines()) == 3 * len(LENGTHS)
