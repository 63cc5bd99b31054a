"""Embeddings: the same bits from every front end, where they are asked for."""

import json
import re
from pathlib import Path

import essentia
import numpy as np
import pytest
import soundfile
from essentia.streaming import VectorInput

import quadpred_plugin as qp
from quadpred_plugin.batch.model_set import ModelSet
from quadpred_plugin.chain.network import Network
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.live import predict_causally
from quadpred_plugin.model.card import read_card
from quadpred_plugin.report.track import merge_patches
from quadpred_plugin.standard import TensorflowPredictQuad
from quadpred_plugin.streaming import TensorflowPredictQuad as StreamingPredictQuad
from tests import signals
from tests.small_models import samples_of_frames, write_small_model

WIDTH = 11
FRONT_END = Preprocessing(bands=24, patch_size=20, context_before=9, context_after=4)
HEADS = ("quadrants", "arousal", "valence")
LENGTHS = [3, 7, 12, 20, 35, 36, 150]


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    return write_small_model(tmp_path_factory.mktemp("models"), FRONT_END, embeddings=WIDTH)


@pytest.fixture(scope="module")
def model(graph):
    return qp.load_model(graph)


def stream(graph, signal, outputs, unused=(), **parameters):
    source = VectorInput(signal)
    predict = StreamingPredictQuad(graphFilename=str(graph), **parameters)
    pool = essentia.Pool()
    source.data >> predict.signal
    for name in outputs:
        getattr(predict, name) >> (pool, name)
    for name in unused:
        getattr(predict, name) >> None
    essentia.run(source)
    return {name: pool[name] for name in pool.descriptorNames()}


def test_the_card_lists_them(graph):
    card = read_card(graph)
    assert card.embedding_width == WIDTH
    assert card.further_heads == ()
    own = card.content["quadpred"]
    assert own["entries"]["patches"]["outputs"]["embeddings"] == "embeddings"
    assert own["entries"]["frames"]["outputs"]["embeddings"] == "frames_embeddings"
    assert list(own["outputs"]) == [*HEADS, "embeddings"]
    *_, output = card.content["schema"]["outputs"]
    assert output["shape"] == [WIDTH] and output["output_purpose"] == "embeddings"
    for entry in card.entries.values():
        assert list(entry.outputs) == list(HEADS)


def test_golden_vectors_have_them(graph):
    golden = np.load(graph.with_suffix("").with_suffix(".golden.npz"))
    entry = read_card(graph).entries["patches"]
    (found,) = Network(graph, entry).predict([golden["patches"].astype(np.float32)], True)
    assert golden["embeddings"].shape == (20, WIDTH)
    assert golden["embeddings"].min() == 0 < np.ptp(golden["embeddings"], axis=0).max()
    np.testing.assert_allclose(found["embeddings"], golden["embeddings"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("frames", LENGTHS)
@pytest.mark.parametrize(
    ("hop", "mode", "batch_size"),
    [(0, "discard", 16), (3, "repeat", 16), (1, "discard", 1), (11, "repeat", -1)],
)
def test_arrays_and_streams_have_the_same(graph, frames, hop, mode, batch_size):
    signal = samples_of_frames(frames, FRONT_END)
    parameters = {"patchHopSize": hop, "lastPatchMode": mode, "batchSize": batch_size}
    asked = TensorflowPredictQuad(graphFilename=str(graph), embeddings=True, **parameters)(signal)
    names = [*HEADS, "bands", "embeddings"]
    values = dict(zip(names, asked, strict=True))
    assert values["embeddings"].dtype == np.float32
    assert values["embeddings"].shape == (len(values["arousal"]), WIDTH)
    streamed = stream(graph, signal, names, **parameters)
    if len(values["arousal"]):
        for name in names:
            assert np.array_equal(values[name], streamed[name]), name
    else:
        assert list(streamed) == ["bands"]
    plain = TensorflowPredictQuad(graphFilename=str(graph), **parameters)(signal)
    assert len(plain) == 4
    assert all(np.array_equal(one, values[name]) for one, name in zip(plain, names))


@pytest.mark.parametrize("unused", [(), ("embeddings",)])
def test_a_stream_s_embeddings_need_no_sink(graph, unused):
    signal = samples_of_frames(150, FRONT_END)
    found = stream(graph, signal, HEADS, unused)
    whole = stream(graph, signal, [*HEADS, "embeddings"])
    for head in HEADS:
        assert np.array_equal(found[head], whole[head])
    predict = StreamingPredictQuad(graphFilename=str(graph))
    assert predict.outputNames() == [*HEADS, "bands", "embeddings"]
    assert not hasattr(StreamingPredictQuad(), "embeddings")


def test_a_reused_stream_has_the_same(graph):
    predict, pool = StreamingPredictQuad(graphFilename=str(graph)), essentia.Pool()
    source = VectorInput(samples_of_frames(80, FRONT_END))
    source.data >> predict.signal
    for name in (*HEADS, "embeddings"):
        getattr(predict, name) >> (pool, name)
    essentia.run(source)
    first = pool["embeddings"].copy()
    for _ in range(2):
        pool.clear()
        essentia.reset(source)
        essentia.run(source)
        assert np.array_equal(pool["embeddings"], first)


@pytest.mark.parametrize("frames", LENGTHS)
def test_predictions_have_them_if_asked(model, graph, frames):
    signal = samples_of_frames(frames, FRONT_END)
    prediction = model.predict((signal, 16000), embeddings=True)
    mode = "repeat" if prediction.status == "short" else "discard"
    *_, expected = TensorflowPredictQuad(
        graphFilename=str(graph), embeddings=True, lastPatchMode=mode
    )(signal)
    assert np.array_equal(prediction.embeddings, expected)
    assert not prediction.embeddings.flags.writeable
    plain = model.predict((signal, 16000))
    assert plain.embeddings is None
    assert plain != prediction
    for head in HEADS:
        assert np.array_equal(getattr(plain, head), getattr(prediction, head))
    assert np.array_equal(
        qp.predict((signal, 16000), str(graph), embeddings=True).embeddings, expected
    )


def test_signals_without_patches_have_none(model):
    for samples in (0, 16000):
        signal = np.zeros(samples, dtype=np.float32)
        assert model.predict((signal, 16000), embeddings=True).embeddings is None
    assert predict_causally((signals.noise(3), 16000), model).quadrants.shape[1] == 4


def test_what_follows_from_a_prediction_leaves_them_alone(model):
    prediction = model.predict((signals.noise(8), 16000), hop=0.032, embeddings=True)
    assert prediction.segments() == model.predict((signals.noise(8), 16000), hop=0.032).segments()
    assert merge_patches(prediction, 3).embeddings is None
    rules = qp.Interpretation(minimum_confidence=0.9)
    assert prediction.interpret(rules).embeddings is prediction.embeddings
    for level in ("file", "frame"):
        plain = model.predict((signals.noise(8), 16000), hop=0.032)
        assert prediction.to_frame(level).equals(plain.to_frame(level))


def test_npz_has_them(model, tmp_path):
    prediction = model.predict((signals.noise(8), 16000), embeddings=True)
    prediction.save(tmp_path / "song.npz")
    model.predict((signals.noise(8), 16000)).save(tmp_path / "plain.npz")
    with np.load(tmp_path / "song.npz") as song, np.load(tmp_path / "plain.npz") as plain:
        assert np.array_equal(song["embeddings"], prediction.embeddings)
        assert set(song.files) == {*plain.files, "embeddings"}


def test_only_the_first_of_several_models_needs_them(graph, tmp_path):
    soundfile.write(tmp_path / "song.wav", signals.noise(4), 16000)
    name = str(tmp_path / "song.wav")
    models = ModelSet([read_card(graph), qp.load_model().card])
    first, second = models.predict_or_explain(name, None, embeddings=True)
    expected = qp.predict(name, str(graph), embeddings=True)
    assert first == expected
    assert second.embeddings is None


def test_a_model_without_them_says_so():
    words = "The model 'music-4q' has no embeddings"
    with pytest.raises(qp.ModelError, match=words):
        qp.predict("missing.wav", "music-4q", embeddings=True)
    with pytest.raises(qp.ModelError, match=words):
        TensorflowPredictQuad(model="music-4q", embeddings=True)
    predict = TensorflowPredictQuad(model="music-4q")
    with pytest.raises(qp.ModelError, match=words):
        predict.configure(embeddings=True)
    assert predict.paramValue("embeddings") is False
    with pytest.raises(ValueError, match="embeddings must be True or False, not 'yes'"):
        predict.configure(embeddings="yes")


def test_the_command_line_writes_them_into_npz(graph, model, tmp_path, quadpred):
    for name in ("one", "other"):
        soundfile.write(tmp_path / f"{name}.wav", signals.noise(4, len(name)), 16000)
    words = ["predict", "--model", graph, "--embeddings"]
    run = quadpred(*words, "-o", "song.npz", "one.wav", folder=tmp_path)
    assert run.code == 0, run.messages
    expected = model.predict(tmp_path / "one.wav", embeddings=True).embeddings
    with np.load(tmp_path / "song.npz") as found:
        np.testing.assert_allclose(found["embeddings"], expected, rtol=1e-5, atol=1e-6)
    run = quadpred(
        *words, "-j2", "--format", "npz", "-o", "results/", "one.wav", "other.wav", folder=tmp_path
    )
    assert run.code == 0, run.messages
    for name in ("one", "other"):
        with np.load(tmp_path / "results" / f"{name}.npz") as found:
            assert found["embeddings"].shape == (len(found["times"]), WIDTH)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--format", "csv"],
        ["-o", "song.json"],
        ["-o", "song.npz", "--level", "file"],
        ["-o", "song.npy"],
        ["--top", "Q1"],
        ["-o", "song.jams"],
    ],
)
def test_other_formats_are_refused_before_audio_is_read(graph, tmp_path, quadpred, words):
    run = quadpred("predict", "--model", graph, "--embeddings", *words, "none", folder=tmp_path)
    assert run.code == 2
    assert run.output == b""
    assert "--embeddings needs a format that can hold them: give --format npz" in run.messages


def test_the_command_line_refuses_models_without_them(tmp_path, quadpred):
    run = quadpred(
        *("predict", "--model", "music-4q", "--embeddings", "-o", "song.npz", "none"),
        folder=tmp_path,
    )
    assert run.code == 2
    assert "The model 'music-4q' has no embeddings" in run.messages


PAGE = Path(__file__).parents[3] / "docs" / "tutorials" / "embeddings.md"


def test_the_tutorial_s_blocks_run(tmp_path, monkeypatch, capsys):
    for label, colour in (("dark", 200), ("bright", 2000)):
        (tmp_path / "labelled" / label).mkdir(parents=True)
        for number in range(5):
            tone = signals.sine(4, colour + 20 * number) + 0.1 * signals.noise(4, number)
            soundfile.write(tmp_path / "labelled" / label / f"{number}.wav", tone, 16000)
    song = signals.sine(3, 2030) + 0.1 * signals.noise(3, 9)
    soundfile.write(tmp_path / "song.wav", song, 16000)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    code = [block for block in blocks if not block.startswith(("pip", "quadpred"))]
    assert len(code) == 3
    namespace: dict[str, object] = {}
    for block in code:
        exec(block, namespace)
    output = capsys.readouterr().out
    assert float(re.search(r"by patch: (\S+)", output)[1]) > 0.9
    assert output.count("bright") == 5


def change(graph, folder, edit):
    """Copy a model with a changed card, and return the copy."""
    content = json.loads(graph.with_suffix(".json").read_text())
    edit(content)
    (folder / "small.pb").write_bytes(graph.read_bytes())
    (folder / "small.json").write_text(json.dumps(content))
    return folder / "small.pb"


def width(value):
    def edit(content):
        content["schema"]["outputs"][-1]["shape"] = value

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        *map(width, ([8193], [0], [-1], [2.0], [True], ["11"], [], [11, 11], None, {}, [10**30])),
        lambda content: content["schema"]["outputs"].pop(),
        lambda content: content["schema"]["outputs"].append(content["schema"]["outputs"][-1]),
        lambda content: content["schema"].update(outputs=None),
        lambda content: content.update(schema=[]),
        lambda content: content["schema"].update(outputs=["embeddings"]),
    ],
)
def test_cards_whose_embeddings_have_no_usable_width(graph, tmp_path, edit):
    with pytest.raises(qp.ModelError, match="has embeddings, but no output of this purpose"):
        read_card(change(graph, tmp_path, edit))


@pytest.mark.parametrize("entry", ["patches", "frames"])
def test_both_entries_have_them_or_neither(graph, tmp_path, entry):
    def edit(content):
        content["quadpred"]["entries"][entry]["outputs"].pop("embeddings")

    with pytest.raises(qp.ModelError, match="only one of them has embeddings"):
        read_card(change(graph, tmp_path, edit))


def test_a_graph_with_another_width_than_its_card_s(graph, tmp_path):
    model = qp.load_model(change(graph, tmp_path, width([WIDTH + 1])))
    with pytest.raises(qp.ModelError, match="doesn't match its model card"):
        model.predict((signals.noise(2), 16000), embeddings=True)


def test_models_show_lists_them(graph, tmp_path, quadpred):
    run = quadpred("models", "show", graph, folder=tmp_path)
    assert run.code == 0
    assert b"embeddings values of the last layer that the heads share" in run.output
    run = quadpred("models", "list", folder=tmp_path, QUADPRED_MODELS=str(graph.parent))
    assert run.code == 0 and b"small" in run.output, run.messages
