"""Immutable dataclasses with NumPy arrays: read-only arrays, equality and hash by content."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

# Replaces NaN in hashes, since the hash of NaN differs from object to object.
_NAN = "nan"


@dataclass(frozen=True, eq=False)
class ArrayValue:
    """Base of frozen dataclasses whose fields may be arrays, or dictionaries of arrays.

    Arrays become read-only when an object is made, copied or unpickled. An array that could be
    changed elsewhere is copied first. Two objects are equal if they are of the same class and
    all their fields are equal: arrays by dtype, shape and elements, and NaN equals NaN.
    Subclasses are declared with ``@dataclass(frozen=True, eq=False)``.
    """

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _read_only(getattr(self, field.name)))

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Pickles and copies of arrays are writeable.
        self.__dict__.update((name, _read_only(value)) for name, value in state.items())

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(
            _equal(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    def __hash__(self) -> int:
        return hash(tuple(_hashable(getattr(self, field.name)) for field in fields(self)))


def _read_only(value: Any) -> Any:
    """Return a value with its arrays read-only; those that could be changed are copied."""
    if isinstance(value, dict):
        return {key: _read_only(one) for key, one in value.items()}
    if not isinstance(value, np.ndarray) or _is_constant(value):
        return value
    copy = value.copy()
    copy.flags.writeable = False
    return copy


def _is_constant(array: np.ndarray[Any, Any]) -> bool:
    """Whether neither the array nor another one with the same memory is writeable."""
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return False
        owner = owner.base
    return owner is None or isinstance(owner, bytes)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return False
    return bool(one == other or (one != one and other != other))


def _hashable(value: Any) -> Any:
    """Return what equal values have in common, for hashing."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape
    if isinstance(value, dict):
        return frozenset(value)
    return _NAN if value != value else value
