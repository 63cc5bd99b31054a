"""What stands in a card, before anybody relies on it: a card may come from anywhere."""

import re
from collections.abc import Iterator
from typing import Any

from quadpred_plugin.chain.entries import HEAD_SIZES

_TEXTS = ("name", "version", "description", "release_date", "citation")
_LANGUAGES = ("e", "m", "x")
_LEVELS = ("clip", "patch")
_FIGURES = ("precision", "recall", "f1")
_LARGEST = 1e9
_HASH = re.compile(r"[0-9a-f]{64}")


def problem_of(content: dict[str, Any]) -> str:
    """Say what is wrong with a card that has all its keys.

    Parameters
    ----------
    content : dict
        The card as read.

    Returns
    -------
    problem : str
        Words that follow the card's name; empty where nothing is wrong.
    """
    own = content["quadpred"]
    texts = {name: content[name] for name in _TEXTS}
    texts |= {"quadpred.licence": own["licence"], "quadpred.sha256": own["sha256"]}
    for name, value in texts.items():
        if not _is_text(value) or not value:
            return f"has a {name} that is no text"
    if not isinstance(content["dataset"], dict) or not _is_text(content["dataset"].get("name")):
        return "has no name of its dataset"
    if not _HASH.fullmatch(own["sha256"]):
        return "has a quadpred.sha256 that is none"
    if not isinstance(own["limits"], list) or not all(map(_is_text, own["limits"])):
        return "has quadpred.limits that are no list of sentences"
    outputs = own["outputs"]
    if not isinstance(outputs, dict) or not all(map(_is_text, (*outputs, *outputs.values()))):
        return "has quadpred.outputs that aren't sentences by name"
    if own["speech"] not in (None, *_LANGUAGES) or own["music"] not in _LANGUAGES:
        return f"has languages that are none of {', '.join(_LANGUAGES)}"
    for name, needed in (("metrics", "protocol"), ("published", "source")):
        if not _are_figures(own.get(name, {}), needed):
            return f"has quadpred.{name} that aren't figures with their {needed}"
    if not _is_pooling(own.get("pooling", {})):
        return "has a quadpred.pooling that isn't a temperature and an offset for each head"
    return ""


def _is_text(value: Any) -> bool:
    # Without what a terminal would obey.
    return isinstance(value, str) and all(one.isprintable() for one in value)


def _is_number(value: Any) -> bool:
    # JSON knows whole numbers that no float holds, and readers of it NaN.
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and -_LARGEST <= value <= _LARGEST


def _are_figures(value: Any, needed: str) -> bool:
    if not isinstance(value, dict):
        return False
    # Before anything is measured there is nothing.
    if not value:
        return True
    return _is_text(value.get(needed)) and all(_scores_of(value))


def _scores_of(value: dict[str, Any]) -> Iterator[bool]:
    for level in _LEVELS:
        heads = value.get(level, {})
        yield isinstance(heads, dict) and set(heads) <= set(HEAD_SIZES)
        for scores in heads.values() if isinstance(heads, dict) else ():
            yield isinstance(scores, dict)
            yield all(_is_number(scores.get(one)) for one in _FIGURES) if scores else False


def _is_pooling(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= set(HEAD_SIZES)
        and all(map(_is_pooling_of, value.values()))
    )


def _is_pooling_of(value: Any) -> bool:
    ranges = {"temperature": (0.01, 100), "offset": (-10, 10)}
    return (
        isinstance(value, dict)
        and set(value) <= set(ranges)
        and all(
            _is_number(one) and ranges[name][0] <= one <= ranges[name][1]
            for name, one in value.items()
        )
    )
