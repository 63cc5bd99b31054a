"""A fourth head in the table: cards, predictions and rows carry it, and other models don't change.

The models are copies of a shipped one whose cards read a node of the graph a second time.
"""

import io
import json
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow.parquet
import pytest

import quadpred_plugin as qp
from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS, Head
from quadpred_plugin.errors import ModelError
from quadpred_plugin.exports import FORMATS
from quadpred_plugin.live import predict_causally, predict_live
from quadpred_plugin.model.card import read_card
from quadpred_plugin.model.registry import find_model, list_models
from quadpred_plugin.prediction import without_patches
from quadpred_plugin.standard import TensorflowPredictQuad
from tests import signals
from tests.conftest import importing_at_start

TENSION = Head(
    "tension",
    classes=("negative", "positive"),
    size=1,
    range=(-1, 1),
    meaning="probability of high minus probability of low tension, -1..1",
    required=False,
)
SONG = signals.EXAMPLES / "q1_joy.ogg"
SCHEMA = json.loads((Path(qp.__file__).parent / "exports" / "schema.json").read_text())
# Adds the head to the table of each process, before anything else is imported.
SITE = """
from quadpred_plugin.chain.heads import HEADS, Head

HEADS["tension"] = Head("tension", ("negative", "positive"), 1, (-1, 1), "tension", required=False)
"""


def write_model(folder, name="tense", entries=("patches", "frames"), head="tension"):
    """Write a model whose further head reads the node of arousal, and return its path."""
    card = find_model()
    content = json.loads(card.graph.with_suffix(".json").read_text())
    content["name"] = name
    own = content["quadpred"]
    for entry in entries:
        outputs = own["entries"][entry]["outputs"]
        outputs[head] = outputs["arousal"]
    own["outputs"][head] = TENSION.meaning
    own["pooling"][head] = {"temperature": 0.5, "offset": 0.1}
    shutil.copy(card.graph, folder / f"{name}.pb")
    (folder / f"{name}.json").write_text(json.dumps(content))
    return folder / f"{name}.pb"


@pytest.fixture
def tension(monkeypatch):
    """Add a fourth head to the table for one test."""
    monkeypatch.setitem(HEADS, TENSION.name, TENSION)


@pytest.fixture
def model(tension, tmp_path):
    return qp.load_model(str(write_model(tmp_path)))


def text_of(format_name, predictions, level, **settings):
    stream = io.StringIO()
    FORMATS[format_name].write(stream, predictions, level, **settings)
    return stream.getvalue()


def test_a_card_may_have_heads_of_the_table_only(tmp_path, monkeypatch):
    path = write_model(tmp_path)
    with pytest.raises(ModelError, match=r"quadpred\.pooling"):
        read_card(path)
    monkeypatch.setitem(HEADS, TENSION.name, TENSION)
    card = read_card(path)
    assert card.further_heads == ("tension",)
    assert card.pooling["tension"].temperature == 0.5
    card.verify()
    with pytest.raises(ModelError, match="pooling"):
        read_card(write_model(tmp_path, head="mood"))


def change_outputs(path, entry, change):
    content = json.loads(path.with_suffix(".json").read_text())
    change(content["quadpred"]["entries"][entry]["outputs"])
    path.with_suffix(".json").write_text(json.dumps(content))


@pytest.mark.parametrize("head", REQUIRED_HEADS)
def test_a_card_must_have_the_required_heads(head, tension, tmp_path):
    path = write_model(tmp_path)
    change_outputs(path, "frames", lambda outputs: outputs.pop(head))
    with pytest.raises(ModelError, match=f"entry 'frames' .* lacks the heads {head}"):
        read_card(path)


def test_an_unknown_head_is_named(tension, tmp_path):
    path = write_model(tmp_path)
    change_outputs(path, "patches", lambda outputs: outputs.update(mood="arousal"))
    words = "unknown heads 'mood'; the known ones are quadrants, arousal, valence, tension"
    with pytest.raises(ModelError, match=words):
        read_card(path)


def test_both_entries_have_the_same_heads(tension, tmp_path):
    with pytest.raises(ModelError, match=r"'frames' .* has other heads than the entry 'patches'"):
        read_card(write_model(tmp_path, entries=("patches",)))


def test_shipped_cards_stay_valid(tension):
    cards = list_models()
    assert cards
    for card in cards:
        assert card.further_heads == ()
        assert set(card.entries["patches"].outputs) == set(REQUIRED_HEADS)


@pytest.mark.parametrize("level", ["file", "frame"])
def test_rows_of_a_shipped_model_dont_change(level, monkeypatch):
    before = qp.predict(SONG)
    texts = [text_of("csv", [before], level)]
    monkeypatch.setitem(HEADS, TENSION.name, TENSION)
    after = qp.predict(SONG)
    texts.append(text_of("csv", [after], level))
    assert before == after
    assert after.further_heads == {} == after.summary().further_heads
    assert texts[0] == texts[1]
    assert "tension" not in texts[1]


def test_predictions_have_the_further_head(model):
    prediction = model.predict(SONG, hop=0.5)
    shipped = qp.predict(SONG, hop=0.5)
    assert list(prediction.further_heads) == ["tension"]
    assert np.array_equal(prediction.further_heads["tension"], prediction.arousal)
    for head in REQUIRED_HEADS:
        assert np.array_equal(getattr(prediction, head), getattr(shipped, head))
    summary = prediction.summary()
    log_odds = np.log((1 + prediction.arousal.mean()) / (1 - prediction.arousal.mean()))
    assert summary.further_heads["tension"] == pytest.approx(np.tanh((log_odds / 0.5 + 0.1) / 2))


@pytest.mark.parametrize("level", ["file", "frame"])
def test_rows_have_a_column_more(level, model, tmp_path):
    prediction = model.predict(SONG)
    values = prediction.further_heads["tension"].tolist()
    if level == "file":
        values = [prediction.summary().further_heads["tension"]]
    for suffix in ("csv", "json", "parquet", "npz"):
        prediction.save(tmp_path / f"song.{suffix}", level=level)
    header, *rows = (tmp_path / "song.csv").read_text().splitlines()
    shipped = text_of("csv", [qp.predict(SONG)], level).splitlines()
    assert header == f"{shipped[0]},tension"
    assert rows[0].endswith(f",{values[0]:.6f}")
    assert len(rows) == len(values)
    table = pyarrow.parquet.read_table(tmp_path / "song.parquet")
    assert ",".join(table.column_names) == header
    assert table.column("tension").to_pylist() == values
    frame = prediction.to_frame(level)
    assert ",".join(frame.columns) == header
    assert frame["tension"].tolist() == values
    with np.load(tmp_path / "song.npz") as arrays:
        np.testing.assert_array_equal(arrays["tension"], values)
    objects = json.loads((tmp_path / "song.json").read_text())
    jsonschema.validate(objects, SCHEMA)
    found = objects[0]["frames"]["tension"] if level == "frame" else [objects[0]["tension"]]
    assert found == values


def test_rows_without_a_value_are_complete(model):
    failed = without_patches("b.wav", "error", None, "can't be read.", {})
    predictions = iter([failed, model.predict(SONG), qp.predict(SONG)])
    text = text_of("csv", predictions, "file", further=model.card.further_heads)
    header, *rows = text.splitlines()
    assert header.endswith(",quadrant,tension")
    assert [row.count(",") for row in rows] == [header.count(",")] * 3
    assert [row.endswith(",") for row in rows] == [True, False, True]


def test_standard_and_streaming_algorithms_have_the_further_head(model, tmp_path):
    signal = signals.example("q1_joy")[: 16000 * 4]
    path = str(tmp_path / "tense.pb")
    quadrants, arousal, _, _, tension = TensorflowPredictQuad(graphFilename=path)(signal)
    assert len(quadrants) == len(tension) == 4
    assert np.array_equal(tension, arousal)

    import essentia
    from essentia.streaming import VectorInput

    from quadpred_plugin.streaming import TensorflowPredictQuad as StreamingPredictQuad

    # Kept until the run is over: a sink doesn't keep its source.
    source, network = VectorInput(signal), StreamingPredictQuad(graphFilename=path)
    pool = essentia.Pool()
    source.data >> network.signal
    assert network.outputNames() == ["quadrants", "arousal", "valence", "tension", "bands"]
    for name in network.outputNames():
        getattr(network, name) >> (pool, name)
    essentia.run(source)
    assert np.array_equal(pool["tension"], tension)
    assert np.array_equal(pool["quadrants"], quadrants)


def test_live_patches_have_the_further_head(model):
    signal = signals.example("q1_joy")[: 16000 * 4]
    patches = list(predict_live(model, [signal[:, np.newaxis]], 16000))
    assert len(patches) == 4
    for patch in patches:
        assert patch.further_heads == {"tension": patch.arousal}
        assert patch.to_object()["tension"] == patch.arousal
    prediction = predict_causally((signal, 16000), model)
    assert np.array_equal(prediction.further_heads["tension"], prediction.arousal)


def test_the_command_line_appends_the_column(tmp_path, quadpred):
    environment = importing_at_start(SITE, tmp_path / "site")
    write_model(tmp_path)
    (tmp_path / "music").mkdir()
    shutil.copy(SONG, tmp_path / "music" / "song.ogg")
    (tmp_path / "music" / "broken.wav").write_text("not audio")
    options = {"folder": tmp_path, **environment}
    words = ["--model", "tense.pb", "music/broken.wav", "music/song.ogg"]
    run = quadpred("predict", "--format", "csv", *words, **options)
    assert run.code == 1
    broken, song = run.rows()
    assert list(song)[-1] == "tension"
    assert broken["tension"] == ""
    log_odds = np.log((1 + float(song["tension"])) / (1 - float(song["tension"])))
    assert abs(log_odds) > 0.1
    shipped = quadpred("predict", "--format", "csv", *words[2:], **options)
    assert {**song, "tension": None} == {**shipped.rows()[1], "tension": None}
    run = quadpred("batch", "--dataset", "--model", "tense.pb", "-o", "results", "music", **options)
    assert run.code == 1
    table = pyarrow.parquet.read_table(tmp_path / "results" / "tracks.parquet")
    assert table.column_names == list(song)
    assert sorted(value is None for value in table.column("tension").to_pylist()) == [False, True]
