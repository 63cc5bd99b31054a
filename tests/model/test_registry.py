"""Reading cards and finding models, with copies of a shipped model."""

import json
import shutil

import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError
from quadpred_plugin.model import registry as models
from quadpred_plugin.model.card import read_card


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


def test_every_shipped_card_is_complete():
    cards = models.list_models()
    assert cards[0].name == models.DEFAULT_MODEL
    for card in cards:
        card.verify()
        assert card.graph.stem == card.name
        assert card.licence
        assert card.limits
        has_embeddings = {"embeddings"} if card.name == "large" else set()
        assert set(card.outputs) == {"quadrants", "arousal", "valence"} | has_embeddings
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


def entry(card):
    return card["quadpred"]["entries"]["patches"]


def pool_by(card, head, **numbers):
    card["quadpred"]["pooling"] = {head: numbers}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda card: card.pop("version"), "lacks version"),
        (lambda card: card["quadpred"].pop("licence"), r"lacks quadpred\.licence"),
        (lambda card: card.pop("quadpred"), "not one of this project"),
        (lambda card: card["quadpred"]["preprocessing"].pop("bands"), "bands"),
        (lambda card: card["quadpred"]["preprocessing"].update(level="running"), "level"),
        (lambda card: card["quadpred"]["entries"].pop("frames"), "entries"),
        (lambda card: entry(card).update(outputs=["quadrants", "arousal", "valence"]), "entries"),
        (lambda card: entry(card).update(input=None), "entries"),
        (lambda card: entry(card)["outputs"].pop("valence"), "lacks the heads valence"),
        (lambda card: entry(card)["outputs"].update(mood="mood"), "unknown heads 'mood'"),
        (lambda card: numbers(card).update(bands=10**9), "bands 1000000000, which must be"),
        (lambda card: numbers(card).update(patch_size=10**7), "patch_size"),
        (lambda card: numbers(card).update(fft_size=2**30), "fft_size"),
        (lambda card: numbers(card).update(sample_rate=float("inf")), "sample_rate"),
        (lambda card: numbers(card).update(peak_floor=float("nan")), "peak_floor"),
        (lambda card: numbers(card).update(hop_size=0.5), "hop_size 0.5, which must be a whole"),
        (
            lambda card: numbers(card).update(hop_size=512.0),
            r"hop_size 512\.0, which must be a whole",
        ),
        (lambda card: numbers(card).update(frame_size=4096), "larger than its fft_size"),
        (lambda card: numbers(card).update(spectrum="energy"), "spectrum 'energy'"),
        (lambda card: numbers(card).update(spectrum=["power"]), "spectrum"),
        (lambda card: numbers(card).update(context_before=-1), "context_before"),
        (lambda card: numbers(card).update(context_after=0.5), "context_after"),
        (lambda card: numbers(card).update(context_after=10**9), "context_after"),
        (lambda card: numbers(card).update(context_after=None), "context_after"),
        (lambda card: numbers(card).update(context_before=20, context_after=11), "leaves none"),
        (lambda card: numbers(card).update(context_between=1), "context_between"),
        (lambda card: pool_by(card, "valence", temperature=0), r"quadpred\.pooling"),
        (lambda card: pool_by(card, "valence", offset=float("nan")), r"quadpred\.pooling"),
        (lambda card: pool_by(card, "quadrants", offset=11), r"quadpred\.pooling"),
        (lambda card: pool_by(card, "mood", temperature=1), r"quadpred\.pooling"),
        (lambda card: card.update(name="\x1b[2J"), "name that isn't printable text"),
        (lambda card: card["quadpred"].update(limits=["\x1b]0;owned\x07"]), "limits"),
        (lambda card: card["quadpred"]["outputs"].update({"\x1b[2J": "loud"}), "outputs"),
        (lambda card: card["quadpred"].update(sha256="0" * 63), "sha256 that isn't 64"),
        (lambda card: card["quadpred"].update(sha256="G" * 64), "sha256 that isn't 64"),
        (lambda card: card["quadpred"].update(speech="f"), "other than e, m, x"),
        (lambda card: card["quadpred"]["corpora"][0].pop("licence"), r"quadpred\.corpora"),
        (lambda card: card["quadpred"].update(networks=["musicnn"]), r"quadpred\.networks"),
        (lambda card: card["quadpred"].update(music=None), "other than e, m, x"),
        (lambda card: card["quadpred"]["metrics"]["clip"]["valence"].update(f1="a"), "figures"),
        (lambda card: card["quadpred"]["metrics"]["clip"].update(mood={"f1": 1}), "figures"),
        (lambda card: card["quadpred"]["metrics"].update(clip=[]), "figures"),
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
    for one in (Preprocessing(), Preprocessing(spectrum="power", context_before=2)):
        assert Preprocessing.from_dict(one.to_dict()) == one


def test_later_entries_leave_the_first_cards_and_hashes_alone():
    # Computed before there was context or power.
    assert Preprocessing().hash == "8d30f6d1406ff69c"
    for card in models.list_models():
        own = card.content["quadpred"]
        assert card.preprocessing.to_dict() == own["preprocessing"]
        assert card.preprocessing.hash == own["preprocessing_hash"]
    plain = Preprocessing().to_dict()
    for later in ({"spectrum": "power"}, {"context_before": 1}, {"context_after": 1}):
        changed = Preprocessing(**later)
        assert changed.to_dict() == {**plain, **later}
        assert changed.hash != Preprocessing().hash
        assert Preprocessing.from_dict({**plain, **later}) == changed
    defaults = {"spectrum": "magnitude", "context_before": 0, "context_after": 0}
    assert Preprocessing.from_dict({**plain, **defaults}).hash == Preprocessing().hash


def test_a_card_cannot_name_a_graph(tmp_path):
    content = json.loads(models.find_model().graph.with_suffix(".json").read_text())
    for place in (content, content["quadpred"], content["inference"]):
        place |= {name: "/etc/passwd" for name in ("graph", "model", "path", "file", "weights")}
    content["name"] = "../elsewhere"
    (tmp_path / "own.json").write_text(json.dumps(content))
    assert read_card(tmp_path / "own.json").graph == tmp_path / "own.pb"


ESCAPES = "\x1b]0;owned\x07"


@pytest.mark.parametrize(
    "edit",
    [
        lambda own: own["preprocessing"].update(mel_scale=ESCAPES),
        lambda own: own["preprocessing"].update({ESCAPES: 1}),
        lambda own: own["entries"].update({ESCAPES: {"input": "x", "outputs": {}}}),
    ],
    ids=["mel scale", "name of a number", "name of an entry"],
)
def test_refusals_of_cards_have_no_escape_sequences(copied, edit):
    change(copied, lambda content: edit(content["quadpred"]))
    with pytest.raises(ModelError) as caught:
        read_card(copied)
    assert str(caught.value).isprintable()


def test_a_card_that_is_nested_deeply_is_refused(tmp_path):
    (tmp_path / "card.json").write_text("[" * 100_000)
    with pytest.raises(ModelError, match="is not JSON"):
        read_card(tmp_path / "card.json")


def test_figures_that_are_too_large_for_a_float_are_refused(copied):
    def edit(content):
        content["quadpred"]["metrics"]["clip"]["quadrants"]["f1"] = 10**400

    change(copied, edit)
    with pytest.raises(ModelError, match="aren't figures"):
        read_card(copied)


def test_a_card_that_is_too_large_is_not_read(copied):
    path = copied.with_suffix(".json")
    path.write_text(path.read_text() + " " * 2**20)
    with pytest.raises(ModelError, match="larger than 1 MiB"):
        read_card(copied)
    # Endless devices aren't read either.
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(ModelError, match="larger than 1 MiB"):
        read_card(copied)
