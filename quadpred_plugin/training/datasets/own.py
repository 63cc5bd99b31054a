"""A corpus of one's own: what ``corpus.json`` beside its labels tells of it."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.table import Corpus

FILE = "corpus.json"
NEEDED = ("name", "title", "citation", "licence")
_LANGUAGES = ("e", "m")


def read_corpus(name: str, folder: Path) -> Corpus:
    """Read the description of a corpus.

    A JSON object with name, title, citation and licence, and, where they are known,
    language (e or m), limits (sentences) and same_recordings (pairs of clips' names).

    Raises
    ------
    QuadpredError
        If it is missing, of another corpus, or not as above.
    """
    path = folder / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuadpredError(
            f"The recipe asks for the corpus '{name}', which isn't known here: describe it in "
            f"{path}, by {', '.join(NEEDED)} ({error.strerror})."
        ) from error
    except ValueError as error:
        raise QuadpredError(f"{path} is not JSON: {error}.") from error
    if problem := _problem(content):
        raise QuadpredError(f"{path} {problem}.")
    if content["name"] != name:
        raise QuadpredError(
            f"{path} describes the corpus '{content['name']}', but the recipe asks for '{name}'."
        )
    pairs = tuple((one, other) for one, other in content.pop("same_recordings", ()))
    return Corpus(**{**content, "limits": tuple(content.get("limits", ()))}, same_recordings=pairs)


def _problem(content: Any) -> str:
    if not isinstance(content, dict):
        return "is no JSON object"
    known = [field.name for field in fields(Corpus)]
    if odd := sorted(set(content) - set(known)):
        return f"has unknown entries: {', '.join(odd)}"
    if missing := [one for one in NEEDED if not _is_text(content.get(one))]:
        return f"lacks {', '.join(missing)}"
    if content.get("language", "e") not in _LANGUAGES:
        return f"has a language that is none of {', '.join(_LANGUAGES)}"
    if not _are_texts(content.get("limits", [])):
        return "has limits that aren't a list of sentences"
    pairs = content.get("same_recordings", [])
    if not isinstance(pairs, list) or not all(_are_texts(one) and len(one) == 2 for one in pairs):
        return "has same_recordings that aren't a list of pairs"
    return ""


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
