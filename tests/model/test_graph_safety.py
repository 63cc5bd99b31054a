"""Untrusted graphs are checked before TensorFlow loads them."""

import hashlib
import importlib
import json
import random
import subprocess
import sys

import pytest
import soundfile

from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.card import read_card
from quadpred_plugin.model.graph_safety import LARGEST_FILE, OPERATIONS, check_graph
from quadpred_plugin.model.protobuf import fields, text
from quadpred_plugin.model.registry import find_model, installed_models
from tests.limits import HANG
from tests.model.hostile_graphs import CHANGES
from tests.tree import ROOT

REASONS = {
    "function": "has functions",
    "nan": "has values that aren't finite",
    "nan-among-singles": "has values that aren't finite",
    "nan-as-a-number": "has values that aren't finite",
    "infinite-half": "has values that aren't finite",
    "claims-much": "has a shape of more than",
    "negative-size": "has a shape of more than",
    "other-shape": "differs in size from its shape",
    "text": "has a type that no network",
    "no-operations": "has no operations",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder of hostile graphs, and of the nodes that TensorFlow reads in the original."""
    folder = tmp_path_factory.mktemp("graphs")
    words = [sys.executable, "-m", "tests.model.hostile_graphs", folder, find_model().graph]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, timeout=HANG)
    return folder


@pytest.fixture(scope="module")
def graph():
    return find_model().graph.read_bytes()


@pytest.mark.parametrize("card", installed_models().shipped, ids=lambda card: card.name)
def test_shipped_graphs_are_accepted(card):
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
    words = REASONS.get(name, f"has the operations '{operation}'")
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


def write_model(graph, folder):
    """Write a graph with a card of the right hash, as the author of a hostile graph would."""
    (folder / "model.pb").write_bytes(graph)
    content = json.loads(find_model().graph.with_suffix(".json").read_text())
    content["quadpred"]["sha256"] = hashlib.sha256(graph).hexdigest()
    (folder / "model.json").write_text(json.dumps(content))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_outputs_that_are_not_finite_are_errors(form, folder, tmp_path, noise, quadpred):
    graph = (folder / "logarithms.pb").read_bytes()
    check_graph(graph, "model.pb")
    write_model(graph, tmp_path)
    soundfile.write(tmp_path / "noise.wav", noise(2), 16000)
    words = ["predict", "--format", form, "--model", "model.pb", "noise.wav"]
    run = quadpred(*words, folder=tmp_path)
    assert run.code == 1
    assert run.messages.endswith("model.pb returns values that are not finite.\n")


def test_a_graph_that_writes_files_never_runs(folder, tmp_path, noise, quadpred):
    write_model((folder / "operation-WriteFile.pb").read_bytes(), tmp_path)
    soundfile.write(tmp_path / "noise.wav", noise(2), 16000)
    run = quadpred("predict", "--model", "model.pb", "noise.wav", folder=tmp_path)
    assert run.code == 1
    assert "model.pb isn't loaded: no network" in run.messages
    assert "has the operations 'WriteFile'" in run.messages
    assert not (folder / "written").exists()
    verify = quadpred("models", "verify", "model.pb", folder=tmp_path)
    assert verify.code == 1 and "'WriteFile'" in verify.messages


def test_a_graph_that_is_too_large_is_not_read(tmp_path):
    content = find_model().graph.with_suffix(".json").read_text()
    (tmp_path / "large.json").write_text(content)
    with open(tmp_path / "large.pb", "wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(ModelError, match="larger than 256 MiB"):
        read_card(tmp_path / "large.pb").verify()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (b"\x0a\x05ab", "cut off"),
        (b"\x08", "cut off"),
        (b"\x09abc", "cut off"),
        (b"\x08" + b"\xff" * 10 + b"\x01", "longer than 10 bytes"),
        (b"\x0b", "unknown wire type 3"),
        (b"\x00\x01", "number 0"),
    ],
)
def test_bytes_that_are_not_a_message(message, words):
    with pytest.raises(ValueError, match=words):
        list(fields(message))


@pytest.mark.parametrize("interface", ["inference", "standard", "streaming"])
def test_no_interface_loads_a_graph_of_another_card(interface, tmp_path):
    module = importlib.import_module(f"quadpred_plugin.{interface}")
    card = find_model()
    # A valid graph, so that only the check of the hash can refuse it.
    (tmp_path / "own.pb").write_bytes(card.graph.read_bytes())
    content = json.loads(card.graph.with_suffix(".json").read_text())
    content["quadpred"]["sha256"] = "0" * 64
    (tmp_path / "own.json").write_text(json.dumps(content))
    with pytest.raises(ModelError, match="SHA-256"):
        if interface == "inference":
            module.Model(read_card(tmp_path / "own.pb"))
        else:
            module.TensorflowPredictQuad(graphFilename=str(tmp_path / "own.pb"))


def _varint(number):
    found = b""
    while True:
        number, low = number >> 7, number & 0x7F
        found += bytes([low | (0x80 if number else 0)])
        if not number:
            return found


def _part(number, content):
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _tensor(kind, sizes, rest):
    shape = b"".join(_part(2, _varint(1 << 3) + _varint(size)) for size in sizes)
    return _varint(1 << 3) + _varint(kind) + _part(2, shape) + rest


def _constant(kind, *values):
    attribute = _part(1, b"value") + b"".join(_part(2, value) for value in values)
    dtype = _part(1, b"dtype") + _part(2, _varint(6 << 3) + _varint(kind))
    return _part(1, _part(1, b"c") + _part(2, b"Const") + _part(5, dtype) + _part(5, attribute))


ZERO = _part(5, bytes(4))
SPLIT = {
    # Protocol buffers merge repeated messages, so the shape has the sizes of both.
    "tensors of one value": _constant(
        1, _part(8, _tensor(1, [2**10], ZERO)) + _part(8, _tensor(1, [2**21], ZERO))
    ),
    "values of one attribute": _constant(
        1, _part(8, _tensor(1, [2**10, 2**21], ZERO)), _part(8, _tensor(1, [], ZERO))
    ),
    # TensorFlow ends the process if integers differ in size from their shape,
    "whole numbers": _constant(3, _part(8, _tensor(3, [1], _part(4, bytes(6))))),
    # or if a constant's type differs from its operation's.
    "another type": _constant(1, _part(8, _tensor(3, [4], _part(7, _varint(0))))),
}


@pytest.mark.parametrize("name", SPLIT)
def test_constants_that_end_the_process_are_refused(name):
    with pytest.raises(ModelError):
        check_graph(SPLIT[name], "hostile.pb")


def test_names_of_constants_are_printable_in_refusals():
    graph = _constant(7, _part(8, _tensor(7, [1], b""))).replace(b"\x01c", b"\x01\x07", 1)
    with pytest.raises(ModelError) as caught:
        check_graph(graph, "hostile.pb")
    assert str(caught.value).isprintable()
