"""Validate an untrusted model card."""

import re
from collections.abc import Iterator
from typing import Any

from quadpred_plugin.chain.entries import EMBEDDINGS
from quadpred_plugin.chain.heads import HEADS

_TEXTS = ("name", "version", "description", "release_date", "citation")
_LANGUAGES = ("e", "m", "x")
_LEVELS = ("clip", "patch")
_FIGURES = ("precision", "recall", "f1")
_LARGEST = 1e9
# Values per patch, which decide how much memory a prediction's embeddings take.
_WIDEST_EMBEDDINGS = 8192
SOURCE_KEYS = ("name", "use", "citation", "licence")
"""Keys of a card's entry for each dataset and network that its model was trained with."""
_HASH = re.compile(r"[0-9a-f]{64}")


def find_problem(content: dict[str, Any]) -> str:
    """Return the first problem of a card that has all required keys.

    Parameters
    ----------
    content : dict
        The parsed card.

    Returns
    -------
    problem : str
        End of a sentence that begins with the card's path; empty for a valid card.
    """
    own = content["quadpred"]
    texts = {name: content[name] for name in _TEXTS}
    texts |= {"quadpred.licence": own["licence"], "quadpred.sha256": own["sha256"]}
    for name, value in texts.items():
        if not _is_text(value) or not value:
            return f"has a {name} that isn't printable text"
    if not isinstance(content["dataset"], dict) or not _is_text(content["dataset"].get("name")):
        return "has no dataset.name"
    if not _HASH.fullmatch(own["sha256"]):
        return "has a quadpred.sha256 that isn't 64 hexadecimal digits"
    if not isinstance(own["limits"], list) or not all(map(_is_text, own["limits"])):
        return "has quadpred.limits that aren't a list of sentences"
    if not _are_texts(own["outputs"]):
        return "has quadpred.outputs that aren't sentences by name"
    if not isinstance(own["entries"], dict) or not all(map(_is_entry, own["entries"].values())):
        return "has quadpred.entries that aren't names of nodes"
    if any(EMBEDDINGS in one["outputs"] for one in own["entries"].values()) and not (
        embedding_width(content)
    ):
        return (
            f"has {EMBEDDINGS}, but no output of this purpose in its schema whose shape is one "
            f"whole number from 1 to {_WIDEST_EMBEDDINGS}"
        )
    if not isinstance(own["training"], dict) or not _are_objects(
        own["training"].get("recipes", {})
    ):
        return "has a quadpred.training that isn't an object, or whose recipes aren't objects"
    for name in ("corpora", "networks"):
        sources = own.get(name, [])
        if not isinstance(sources, list) or not all(map(_is_source, sources)):
            return f"has quadpred.{name} that aren't entries with {', '.join(SOURCE_KEYS)}"
    if own["speech"] not in (None, *_LANGUAGES) or own["music"] not in _LANGUAGES:
        return f"has a quadpred.speech or quadpred.music other than {', '.join(_LANGUAGES)}"
    for name, needed in (("metrics", "protocol"), ("published", "source")):
        if not _are_figures(own.get(name, {}), needed):
            return f"has quadpred.{name} that aren't figures with a {needed}"
    if not _is_pooling(own.get("pooling", {})):
        return "has a quadpred.pooling that isn't a temperature and an offset per head"
    return ""


def embedding_width(content: dict[str, Any]) -> int:
    """Return the width of the embeddings in a card's schema.

    Parameters
    ----------
    content : dict
        The parsed card.

    Returns
    -------
    width : int
        Values per patch; 0 if the schema doesn't give one that can be used.
    """
    schema = content["schema"]
    outputs = schema.get("outputs") if isinstance(schema, dict) else None
    shapes = [
        one.get("shape")
        for one in (outputs if isinstance(outputs, list) else ())
        if isinstance(one, dict) and one.get("output_purpose") == EMBEDDINGS
    ]
    if len(shapes) != 1 or not isinstance(shapes[0], list) or len(shapes[0]) != 1:
        return 0
    (width,) = shapes[0]
    whole = isinstance(width, int) and not isinstance(width, bool)
    return width if whole and 1 <= width <= _WIDEST_EMBEDDINGS else 0


def _is_text(value: Any) -> bool:
    # Printable, since a terminal would execute escape sequences.
    return isinstance(value, str) and all(one.isprintable() for one in value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, (*value, *value.values())))


def _is_entry(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"input", "outputs"}
        and _is_text(value["input"])
        and _are_texts(value["outputs"])
    )


def _are_objects(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, dict) for one in value.values())


def _is_source(value: Any) -> bool:
    return _are_texts(value) and set(SOURCE_KEYS) <= set(value)


def _is_number(value: Any) -> bool:
    # JSON has integers too large for a float, and Python's reader accepts NaN.
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and -_LARGEST <= value <= _LARGEST


def _are_figures(value: Any, needed: str) -> bool:
    if not isinstance(value, dict):
        return False
    # A model that wasn't evaluated has no figures.
    if not value:
        return True
    return _is_text(value.get(needed)) and all(_scores_of(value))


def _scores_of(value: dict[str, Any]) -> Iterator[bool]:
    for level in _LEVELS:
        heads = value.get(level, {})
        yield isinstance(heads, dict) and set(heads) <= set(HEADS)
        for scores in heads.values() if isinstance(heads, dict) else ():
            yield isinstance(scores, dict)
            yield all(_is_number(scores.get(one)) for one in _FIGURES) if scores else False


def _is_pooling(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= set(HEADS)
        and all(map(_is_head_pooling, value.values()))
    )


def _is_head_pooling(value: Any) -> bool:
    ranges = {"temperature": (0.01, 100), "offset": (-10, 10)}
    return (
        isinstance(value, dict)
        and set(value) <= set(ranges)
        and all(
            _is_number(one) and ranges[name][0] <= one <= ranges[name][1]
            for name, one in value.items()
        )
    )
