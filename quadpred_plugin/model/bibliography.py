"""BibTeX of a model: the software, the studies, and what the model was trained on."""

import re
from pathlib import Path

from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.version import VERSION

REFERENCES = Path(__file__).with_name("references.bib")
# The studies whose systems these models are, as in CITATION.cff.
STUDIES = ("gomezcanon2020transfer", "gomezcanon2021language")

_KEY = re.compile(r"@\w+\{([^,]+),")
_TITLE = re.compile(r"^  title = \{\{(.+)\}\},$", re.MULTILINE)


def bibliography(card: ModelCard) -> str:
    """Return the BibTeX entries for a use of a model.

    Citations of the card whose title is in `REFERENCES` become that entry; others become entries
    of type ``misc`` with the card's words.

    Parameters
    ----------
    card : ModelCard

    Returns
    -------
    entries : str
        The software with the model, the studies, then each corpus and network of the training.
        Every key occurs once.
    """
    known = _references()
    entries = {"quadpred-plugin": _software(card)}
    entries |= {key: known[key] for key in STUDIES}
    sources = [{"name": card.name, "citation": card.content["citation"]}]
    for source in (*sources, *card.corpora, *card.networks):
        for number, citation in enumerate(source["citation"].split("; "), 1):
            key = _known_key(citation, known)
            if key is None:
                key = re.sub(r"[^\w-]+", "-", f"quadpred-{source['name']}-{number}")
                entries[key] = _other(key, source.get("title", source["name"]), citation)
            else:
                entries[key] = known[key]
    return "\n\n".join(entries.values())


def _references() -> dict[str, str]:
    """Return the entries of `REFERENCES` by key."""
    entries = REFERENCES.read_text(encoding="utf-8").strip().split("\n\n")
    keys = [match.group(1) for entry in entries if (match := _KEY.match(entry))]
    return dict(zip(keys, entries, strict=True))


def _known_key(citation: str, known: dict[str, str]) -> str | None:
    for key, entry in known.items():
        title = _TITLE.search(entry)
        if title is not None and title.group(1).casefold() in citation.casefold():
            return key
    return None


def _software(card: ModelCard) -> str:
    year = str(card.content["release_date"])[:4]
    model = f"model {card.name} {card.content['version']}, SHA-256 of its graph {card.sha256}"
    return (
        "@misc{quadpred-plugin,\n"
        "  author = {{The quadpred-plugin developers}},\n"
        "  title = {{quadpred-plugin}},\n"
        f"  year = {{{_escaped(year)}}},\n"
        f"  note = {{Version {_escaped(VERSION)}, {_escaped(model)}}},\n"
        "}"
    )


def _other(key: str, title: str, citation: str) -> str:
    return (
        f"@misc{{{key},\n"
        f"  title = {{{{{_escaped(title)}}}}},\n"
        f"  note = {{{_escaped(citation)}}},\n"
        "}"
    )


def _escaped(text: str) -> str:
    """Return text on one line, with what has a meaning in LaTeX escaped."""
    return re.sub(r"[\\~^#$%&_{}]", _command, " ".join(text.split()))


def _command(match: re.Match[str]) -> str:
    # BibTeX counts braces even after a backslash.
    commands = {
        "\\": "backslash",
        "~": "asciitilde",
        "^": "asciicircum",
        "{": "braceleft",
        "}": "braceright",
    }
    name = commands.get(match.group())
    return f"\\{match.group()}" if name is None else f"\\text{name}{{}}"
