"""A dataset of one's own, described by ``dataset.json`` beside its labels."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets.labels import TABLE, read_labels
from quadpred_plugin.training.datasets.track import Dataset, Track, merge_groups

FILE = "dataset.json"
REQUIRED = ("name", "title", "citation", "licence")
OPTIONAL = ("language", "limits", "same_recordings")
_LANGUAGES = ("e", "m")


def read_description(name: str, folder: Path) -> Dataset:
    """Read the description of a dataset.

    A JSON object with name, title, citation and licence, and optionally language (e or m),
    limits (sentences) and same_recordings (pairs of clips' names).

    Raises
    ------
    QuadpredError
        If it is missing, describes another dataset, or isn't as above.
    """
    path = folder / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuadpredError(
            f"The recipe asks for the dataset '{name}', which isn't registered: describe it in "
            f"{path}, with {', '.join(REQUIRED)} ({error.strerror})."
        ) from error
    except ValueError as error:
        raise QuadpredError(f"{path} is not JSON: {error}.") from error
    if problem := _problem(content):
        raise QuadpredError(f"{path} {problem}.")
    if content["name"] != name:
        raise QuadpredError(
            f"{path} describes the dataset '{content['name']}', but the recipe asks for '{name}'."
        )
    pairs = tuple((one, other) for one, other in content.pop("same_recordings", ()))
    return Dataset(
        **{**content, "limits": tuple(content.get("limits", ()))},
        read=partial(_read_tracks, name, pairs),
        same_recordings=pairs,
    )


def _read_tracks(name: str, pairs: tuple[tuple[str, str], ...], folder: Path) -> list[Track]:
    return merge_groups(read_labels(folder / TABLE, name), pairs)


def _problem(content: Any) -> str:
    if not isinstance(content, dict):
        return "is no JSON object"
    if unknown := sorted(set(content) - set(REQUIRED) - set(OPTIONAL)):
        return f"has unknown entries: {', '.join(unknown)}"
    if missing := [one for one in REQUIRED if not _is_text(content.get(one))]:
        return f"lacks {', '.join(missing)}"
    if content.get("language", "e") not in _LANGUAGES:
        return f"has a language other than {', '.join(_LANGUAGES)}"
    if not _are_texts(content.get("limits", [])):
        return "has limits that are not a list of sentences"
    pairs = content.get("same_recordings", [])
    if not isinstance(pairs, list) or not all(_are_texts(one) and len(one) == 2 for one in pairs):
        return "has same_recordings that are not a list of pairs"
    return ""


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
