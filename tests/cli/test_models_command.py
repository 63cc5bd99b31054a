"""``quadpred models``, against the cards as they lie on disk."""

import json

from quadpred_plugin.model.registry import find_model


def test_list(quadpred, tmp_path):
    run = quadpred("models", "list", folder=tmp_path)
    assert run.code == 0
    header, first, *_ = run.output.decode().splitlines()
    assert header.split()[0] == "name"
    assert first.split()[0] == find_model().name


def test_show(quadpred, tmp_path):
    card = json.loads(find_model().graph.with_suffix(".json").read_text())
    shown = quadpred("models", "show", folder=tmp_path).output.decode()
    own = card["quadpred"]
    f1 = f"{own['metrics']['clip']['quadrants']['f1']:.2f}"
    for word in (card["name"], own["licence"], own["sha256"], f1, *own["limits"]):
        assert word in shown
    for source in (*own["corpora"], *own["networks"]):
        for key in ("use", "citation", "licence"):
            assert source[key] in shown
    for recipe in ("compact", "student-harmony", "pretext-embeddings", "pretext-notes"):
        assert f"{recipe} (" in shown
    assert json.loads(quadpred("models", "show", "--json", folder=tmp_path).output) == card


def test_verify(quadpred, tmp_path):
    run = quadpred("models", "verify", folder=tmp_path)
    assert run.code == 0
    assert run.output.decode().splitlines()[0] == f"{find_model().name}: ok"
