"""Cards and finding models, on copies of a shipped model."""

import json
import shutil

import pytest

from quadpred_plugin import models
from quadpred_plugin.card import read_card
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError


@pytest.fixture
def copied(tmp_path):
    card = models.find_model()
    for suffix in (".pb", ".json"):
        shutil.copy(card.graph.with_suffix(suffix), tmp_path / f"copy{suffix}")
    return tmp_path / "copy.pb"


def change(graph, edit):
    path = graph.with_suffix(".json")
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def test_every_shipped_card_is_whole():
    cards = models.list_models()
    assert cards[0].name == models.DEFAULT_MODEL
    for card in cards:
        card.verify()
        assert card.graph.stem == card.name
        assert card.licence
        assert card.limits
        assert set(card.outputs) == {"quadrants", "arousal", "valence"}
        assert card.content["quadpred"]["preprocessing_hash"] == card.preprocessing.hash
        for level in ("patch", "clip"):
            for scores in card.metrics[level].values():
                assert 0 < scores["f1"] < 1
                matrix = scores["confusion"]
                right = sum(matrix[index][index] for index in range(len(matrix)))
                total = sum(map(sum, matrix))
                assert scores["accuracy"] == pytest.approx(right / total, abs=1e-4)


def test_a_path_with_or_without_its_card(copied):
    assert models.find_model(str(copied)).sha256 == models.find_model("default").sha256
    copied.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match="no readable card"):
        models.find_model(str(copied))


def test_a_damaged_graph_is_refused(copied):
    content = bytearray(copied.read_bytes())
    content[1000] ^= 1
    copied.write_bytes(content)
    with pytest.raises(ModelError, match="SHA-256"):
        read_card(copied).verify()


def numbers(card):
    return card["quadpred"]["preprocessing"]


def pool_by(card, head, **numbers):
    card["quadpred"]["pooling"] = {head: numbers}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda card: card.pop("version"), "lacks version"),
        (lambda card: card["quadpred"].pop("licence"), r"lacks quadpred\.licence"),
        (lambda card: card.pop("quadpred"), "not a model card"),
        (lambda card: card["quadpred"]["preprocessing"].pop("bands"), "bands"),
        (lambda card: card["quadpred"]["preprocessing"].update(level="running"), "level"),
        (lambda card: card["quadpred"]["entries"].pop("frames"), "entries"),
        (lambda card: numbers(card).update(bands=10**9), "bands 1000000000, which must be"),
        (lambda card: numbers(card).update(patch_size=10**7), "patch_size"),
        (lambda card: numbers(card).update(fft_size=2**30), "fft_size"),
        (lambda card: numbers(card).update(sample_rate=float("inf")), "sample_rate"),
        (lambda card: numbers(card).update(peak_floor=float("nan")), "peak_floor"),
        (lambda card: numbers(card).update(hop_size=0.5), "hop_size 0.5, which must be a whole"),
        (lambda card: numbers(card).update(frame_size=4096), "larger than its fft_size"),
        (lambda card: pool_by(card, "valence", temperature=0), r"quadpred\.pooling"),
        (lambda card: pool_by(card, "valence", offset=float("nan")), r"quadpred\.pooling"),
        (lambda card: pool_by(card, "quadrants", offset=1), r"quadpred\.pooling"),
        (lambda card: pool_by(card, "mood", temperature=1), r"quadpred\.pooling"),
    ],
)
def test_cards_that_are_refused(copied, edit, message):
    change(copied, edit)
    with pytest.raises(ModelError, match=message):
        read_card(copied)


def test_languages():
    assert models.find_by_language(None, "e").name == models.DEFAULT_MODEL
    with pytest.raises(ModelError, match="isn't public"):
        models.find_by_language("m", "m")
    for speech, name in (("e", "english"), ("m", "mandarin"), ("x", "both")):
        assert models.find_by_language(speech, "e").name == f"speech-{name}"
    with pytest.raises(ModelError, match="English and Mandarin speech"):
        models.find_by_language("x", "m")


def test_the_hash_names_the_numbers():
    assert Preprocessing().hash == Preprocessing().hash
    assert Preprocessing(hop_size=256).hash != Preprocessing().hash
    assert Preprocessing.from_dict(Preprocessing().to_dict()) == Preprocessing()
