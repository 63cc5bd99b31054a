"""Read recipes from .json files, and write them back whole."""

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints, overload

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError, QuadpredError
from quadpred_plugin.training.recipes.kinds import KINDS
from quadpred_plugin.training.recipes.recipe import Recipe

SHIPPED = Path(__file__).parent
PUBLISHED_FRONT_END = "published"

_A = TypeVar("_A", bound=Recipe)
_B = TypeVar("_B", bound=Recipe)
_C = TypeVar("_C", bound=Recipe)
_D = TypeVar("_D", bound=Recipe)
_E = TypeVar("_E", bound=Recipe)
_F = TypeVar("_F", bound=Recipe)


def shipped_recipes() -> list[str]:
    """Return the names of the recipes that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.json"))


@overload
def read_recipe(name_or_path: str) -> Recipe: ...


@overload
def read_recipe(name_or_path: str, kind: type[_A], /) -> _A: ...


@overload
def read_recipe(name_or_path: str, kind: type[_A], other: type[_B], /) -> _A | _B: ...


@overload
def read_recipe(
    name_or_path: str, kind: type[_A], other: type[_B], third: type[_C], fourth: type[_D], /
) -> _A | _B | _C | _D: ...


@overload
def read_recipe(
    name_or_path: str,
    kind: type[_A],
    other: type[_B],
    third: type[_C],
    fourth: type[_D],
    fifth: type[_E],
    sixth: type[_F],
    /,
) -> _A | _B | _C | _D | _E | _F: ...


def read_recipe(name_or_path: str, *kinds: type[Recipe]) -> Recipe:
    """Read a shipped recipe by its name, or a file.

    Parameters
    ----------
    name_or_path : str
    *kinds : type
        Kinds that the caller can use; all if none are given.

    Raises
    ------
    QuadpredError
        If there is none, it is of another kind, or its entries aren't those of its kind.
    """
    recipe = _read(name_or_path)
    if kinds and not isinstance(recipe, kinds):
        expected = " or ".join(f"'{kind.kind}'" for kind in kinds)
        raise QuadpredError(
            f"The recipe {name_or_path} is of the kind '{recipe.kind}', but this needs {expected}."
        )
    return recipe


def to_dict(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe whole, with every recipe that it builds on, as `read_recipe` reads it."""
    return {"kind": recipe.kind, **_entries(recipe)}


def _entries(value: Any) -> Any:
    if isinstance(value, Preprocessing):
        return _front_end_entry(value)
    if is_dataclass(value):
        own = {field.name: _entries(getattr(value, field.name)) for field in fields(value)}
        return {"kind": value.kind, **own} if isinstance(value, Recipe) else own
    if isinstance(value, dict):
        return {key: _entries(one) for key, one in value.items()}
    return list(value) if isinstance(value, list | tuple) else value


def _front_end_entry(front_end: Preprocessing) -> Any:
    published = Preprocessing().to_dict()
    changed = {
        name: value for name, value in front_end.to_dict().items() if value != published.get(name)
    }
    return changed or PUBLISHED_FRONT_END


def _read(name_or_path: str) -> Recipe:
    shipped = SHIPPED / f"{name_or_path}.json"
    path = shipped if shipped.exists() else Path(name_or_path)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuadpredError(
            f"There is no recipe '{name_or_path}': name one of {', '.join(shipped_recipes())}, or "
            "a .json file."
        ) from error
    except ValueError as error:
        raise QuadpredError(f"The recipe {path} is not JSON: {error}.") from error
    return _build_recipe(values, path)


def _build_recipe(values: Any, path: Path) -> Recipe:
    kind = values.get("kind") if isinstance(values, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise QuadpredError(
            f"The recipe {path} has the kind {kind!r}, which must be one of {', '.join(KINDS)}."
        )
    recipe: Recipe = _build(
        KINDS[kind], {key: one for key, one in values.items() if key != "kind"}, path
    )
    for name, nested in _nested(recipe):
        if nested.front_end != recipe.front_end:
            raise QuadpredError(
                f"The recipe {path} has another front end than its {name}, '{nested.name}': "
                "recipes that build on one another need the same 'front_end'."
            )
    return recipe


def _nested(recipe: Recipe) -> list[tuple[str, Recipe]]:
    found = []
    for field in fields(recipe):
        value = getattr(recipe, field.name)
        every = value.values() if isinstance(value, dict) else [value]
        found += [(field.name, one) for one in every if isinstance(one, Recipe)]
    return found


def _build(kind: type[Any], values: Any, path: Path) -> Any:
    hints = {field.name: get_type_hints(kind)[field.name] for field in fields(kind)}
    if not isinstance(values, dict) or set(values) != set(hints):
        unexpected = ", ".join(sorted(set(values) ^ set(hints)))
        raise QuadpredError(f"The recipe {path} has unknown or missing entries: {unexpected}.")
    return kind(**{name: _value(hints[name], values[name], path) for name in hints})


def _value(hint: Any, value: Any, path: Path) -> Any:
    if hint is Preprocessing:
        return _front_end(value, path)
    if get_origin(hint) is UnionType:
        if value is None:
            return None
        (hint,) = (one for one in get_args(hint) if one is not type(None))
    if isinstance(hint, type) and issubclass(hint, Recipe):
        recipe = _read(value) if isinstance(value, str) else _build_recipe(value, path)
        if not isinstance(recipe, hint):
            raise QuadpredError(
                f"The recipe {path} builds on '{recipe.name}', which is of the kind "
                f"'{recipe.kind}' instead of '{hint.kind}'."
            )
        return recipe
    if isinstance(hint, type) and is_dataclass(hint):
        return _build(hint, value, path)
    if get_origin(hint) is dict and isinstance(value, dict):
        return {name: _value(get_args(hint)[1], one, path) for name, one in value.items()}
    expected = get_origin(hint) or hint
    accepted = (int, float) if expected is float else expected
    if not isinstance(value, accepted) or (isinstance(value, bool) and expected is not bool):
        raise QuadpredError(
            f"The recipe {path} has {value!r} where a value of type {expected.__name__} belongs."
        )
    return value


def _front_end(value: Any, path: Path) -> Preprocessing:
    if value == PUBLISHED_FRONT_END:
        return Preprocessing()
    try:
        if isinstance(value, dict):
            return Preprocessing.from_dict({**Preprocessing().to_dict(), **value})
    except (ModelError, TypeError) as error:
        raise QuadpredError(f"The recipe {path} has an unusable 'front_end': {error}") from error
    raise QuadpredError(
        f"The recipe {path} has a 'front_end' that is neither '{PUBLISHED_FRONT_END}' nor an "
        "object of its entries that differ."
    )
