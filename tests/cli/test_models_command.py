"""``quadpred models``, against the cards as they lie on disk."""

import json
import re
from dataclasses import replace

from quadpred_plugin.model.bibliography import bibliography
from quadpred_plugin.model.registry import find_model, list_models
from quadpred_plugin.version import VERSION
from tests.tree import ROOT


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


def read_bibtex(text):
    """Parse BibTeX with pybtex, which complains about what BibTeX would."""
    from pybtex import errors
    from pybtex.database import parse_string

    with errors.capture() as problems:
        found = parse_string(text, "bibtex").entries
    assert problems == []
    return found


def authors(entry):
    return [
        " ".join([*one.first_names, *one.middle_names, *one.last_names])
        for one in entry.persons["author"]
    ]


def test_bibtex(quadpred, tmp_path):
    card = find_model()
    run = quadpred("models", "show", "--bibtex", folder=tmp_path)
    assert (run.code, run.messages) == (0, "")
    found = read_bibtex(run.output.decode())
    software = found["quadpred-plugin"]
    assert card.sha256 in software.fields["note"] and VERSION in software.fields["note"]
    citation = (ROOT / "CITATION.cff").read_text()
    study = found["gomezcanon2021language"]
    assert study.fields["title"].strip("{}") in citation
    assert [latex_decode(name) for name in authors(study)] == [
        "Juan Sebastián Gómez-Cañón",
        "Estefanía Cano",
        "Ana Gabriela Pandrea",
        "Perfecto Herrera",
        "Emilia Gómez",
    ]
    for key, year in {"gomezcanon2020transfer": "2020", "panda2018novel": "2018"}.items():
        assert found[key].fields["year"] == year
    # Every corpus and network is cited, in the card's words if there is no entry for it.
    text = " ".join(latex_decode(one.fields.get("note", "")) for one in found.values())
    titles = [one.fields["title"].strip("{}") for one in found.values()]
    for source in (*card.corpora, *card.networks):
        for part in source["citation"].split("; "):
            assert part in text or any(title in part for title in titles), part


def latex_decode(text):
    import latexcodec  # noqa: F401

    decoded = text.encode("ascii", "backslashreplace").decode("latex")
    return decoded.replace("{", "").replace("}", "")


def test_every_card_has_bibtex():
    for card in list_models():
        found = read_bibtex(bibliography(card))
        assert len(found) >= 4


def test_a_card_with_odd_words_has_valid_bibtex():
    content = {**find_model().content, "citation": "A & B {2026, 100 % of #1_~^\\ $x$; C"}
    card = replace(find_model(), content=content)
    found = read_bibtex(bibliography(card))
    assert found[f"quadpred-{card.name}-1"].fields["note"] == (
        r"A \& B \textbraceleft{}2026, 100 \% of \#1\_\textasciitilde{}\textasciicircum{}"
        r"\textbackslash{} \$x\$"
    )
    assert found[f"quadpred-{card.name}-2"].fields["note"] == "C"


def test_the_readme_has_the_same_entries():
    (block,) = re.findall(r"```bibtex\n(.*?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)
    printed = bibliography(find_model()).split("\n\n")
    assert len(block.split("\n\n")) == 3
    assert set(block.split("\n\n")) <= set(printed)


def test_bibtex_and_json_exclude_each_other(quadpred, tmp_path):
    run = quadpred("models", "show", "--bibtex", "--json", folder=tmp_path)
    assert run.code == 2 and "exclude each other" in run.messages


def test_verify(quadpred, tmp_path):
    run = quadpred("models", "verify", folder=tmp_path)
    assert run.code == 0
    assert run.output.decode().splitlines()[0] == f"{find_model().name}: ok"
