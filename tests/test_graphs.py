"""Graphs are looked at before TensorFlow loads them."""

import hashlib
import json
import random
import subprocess
import sys

import pytest
import soundfile

from quadpred_plugin.card import read_card
from quadpred_plugin.errors import ModelError
from quadpred_plugin.graphs import LARGEST_FILE, OPERATIONS, check_graph
from quadpred_plugin.models import find_model, installed_models
from quadpred_plugin.protobuf import fields, text
from tests.hostile_graphs import CHANGES
from tests.tree import ROOT

REASONS = {
    "function": "has functions",
    "nan": "holds what isn't a number",
    "nan-as-a-number": "holds what isn't a number",
    "infinite-half": "holds what isn't a number",
    "claims-much": "claims more than",
    "negative-size": "claims more than",
    "other-shape": "isn't as large as its shape",
    "text": "of a type that no network",
    "no-operations": "has no operations",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every hostile graph, and what TensorFlow reads in the one that they were made of."""
    folder = tmp_path_factory.mktemp("graphs")
    words = [sys.executable, "-m", "tests.hostile_graphs", folder, find_model().graph]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def graph():
    return find_model().graph.read_bytes()


@pytest.mark.parametrize("card", installed_models().shipped, ids=lambda card: card.name)
def test_shipped_graphs_are_taken(card):
    card.verify()


def test_nodes_are_those_that_tensorflow_reads(folder, graph):
    found = []
    for number, node in fields(graph):
        if number == 1:
            entries = dict(fields(node))
            found.append([text(entries[1]), text(entries[2])])
    assert found == json.loads((folder / "nodes.json").read_text())
    assert {operation for _, operation in found} <= OPERATIONS


@pytest.mark.parametrize("name", CHANGES)
def test_hostile_graphs_are_refused(name, folder):
    operation = name.removeprefix("operation-")
    words = REASONS.get(name, f"its operations '{operation}' are none")
    with pytest.raises(ModelError, match=words):
        check_graph((folder / f"{name}.pb").read_bytes(), "hostile.pb")


def test_damaged_graphs_are_errors_of_the_model(graph):
    generator = random.Random(6)
    for _ in range(300):
        damaged = bytearray(graph)
        for _ in range(generator.randint(1, 20)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        with_end = bytes(damaged[: generator.randrange(len(damaged))])
        for content in (bytes(damaged), with_end, generator.randbytes(500)):
            try:
                check_graph(content, "damaged.pb")
            except ModelError as error:
                assert str(error).startswith("damaged.pb ")


def test_a_graph_that_writes_files_never_runs(folder, tmp_path, noise, quadpred):
    # The hash is right: whoever wrote the graph wrote the card.
    hostile = (folder / "operation-WriteFile.pb").read_bytes()
    (tmp_path / "model.pb").write_bytes(hostile)
    content = json.loads(find_model().graph.with_suffix(".json").read_text())
    content["quadpred"]["sha256"] = hashlib.sha256(hostile).hexdigest()
    (tmp_path / "model.json").write_text(json.dumps(content))
    soundfile.write(tmp_path / "noise.wav", noise(2), 16000)
    run = quadpred("predict", "--model", "model.pb", "noise.wav", folder=tmp_path)
    assert run.code == 1
    assert "model.pb is not taken: its operations 'WriteFile' are none" in run.messages
    assert not (folder / "written").exists()
    verify = quadpred("models", "verify", "model.pb", folder=tmp_path)
    assert verify.code == 1 and "'WriteFile'" in verify.messages


def test_a_graph_of_any_size_isnt_read(tmp_path):
    content = find_model().graph.with_suffix(".json").read_text()
    (tmp_path / "large.json").write_text(content)
    with open(tmp_path / "large.pb", "wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(ModelError, match="more than 256 MiB"):
        read_card(tmp_path / "large.pb").verify()
