"""Any card is either read or refused with a sentence."""

import contextlib
import copy
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quadpred_plugin.cli.models import show_card
from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.card import ModelCard, read_card, write_card
from quadpred_plugin.model.pooling import pool
from quadpred_plugin.model.registry import find_model
from tests.properties.settings import MANY

CARD = json.loads(find_model().graph.with_suffix(".json").read_text())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def places(value, path=()):
    """Yield the path of every entry of a card's dictionaries."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))


PLACES = list(places({key: CARD[key] for key in CARD if key != "quadpred"}))
PLACES += [
    place
    for place in places({"quadpred": CARD["quadpred"]})
    if not {"metrics", "training"} & set(place[:-1])
]


def read(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "card.json"
        path.write_text(content, encoding="utf-8", errors="surrogatepass")
        return read_card(path)


def assert_read_or_refused(content):
    try:
        card = read(content)
    except ModelError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        return
    assert isinstance(card, ModelCard)
    # An accepted card can be shown, and its pooling gives finite values.
    assert np.isfinite([pool(np.array([0.3]), one) for one in card.pooling.values()]).all()
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        show_card(card)
    assert shown.getvalue().replace("\n", "").isprintable()


def with_entry(place, value):
    card = copy.deepcopy(CARD)
    inner = card
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return json.dumps(card)


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_any_entry_may_be_of_another_kind(place):
    for value in (None, True, -1, 0.5, 1e400, "", "text", [], [1], {}, {"a": [None]}):
        assert_read_or_refused(with_entry(place, value))


def test_one_entry_is_anything():
    @MANY
    @given(st.sampled_from(PLACES), VALUES)
    def check(place, value):
        assert_read_or_refused(with_entry(place, value))

    check()


def test_anything_at_all():
    @MANY
    @given(VALUES | st.text(max_size=50))
    def check(value):
        assert_read_or_refused(value if isinstance(value, str) else json.dumps(value))

    check()


def test_what_is_written_is_read():
    texts = st.text(st.characters(exclude_categories=["Cs"]))

    @MANY
    @given(st.dictionaries(st.sampled_from(["author", "email", "link"]), texts))
    def check(changes):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "card.json"
            content = {**CARD, **changes}
            write_card(path, content)
            assert read_card(path).content == content

    check()
