"""The wire format of protocol buffers, read field by field.

At run time no library that reads it is there, and TensorFlow's own reader is the one that
hostile files are to be kept from.
"""

from collections.abc import Iterator
from typing import TypeAlias

Field: TypeAlias = "tuple[int, int | memoryview]"

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}
# A number has 64 bits, seven a byte.
_LONGEST_VARINT = 10


def fields(message: bytes | memoryview) -> Iterator[Field]:
    """Read a message's fields.

    Parameters
    ----------
    message : bytes or memoryview

    Yields
    ------
    number : int
        The field's number in the message's definition.
    value : int or memoryview
        A number where it is stored as one of variable length; else its bytes.

    Raises
    ------
    ValueError
        If the bytes are no message.
    """
    view = memoryview(message)
    place = 0
    while place < len(view):
        key, place = _varint(view, place)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise ValueError("a field has the number 0")
        if kind == _VARINT:
            value, place = _varint(view, place)
            yield number, value
            continue
        if kind == _LENGTH:
            width, place = _varint(view, place)
        elif kind in _WIDTHS:
            width = _WIDTHS[kind]
        else:
            raise ValueError(f"a field is of the kind {kind}")
        if place + width > len(view):
            raise ValueError("it is cut off")
        yield number, view[place : place + width]
        place += width


def numbers(value: "int | memoryview") -> list[int]:
    """Return the numbers of a repeated field's part, which may be packed.

    Raises
    ------
    ValueError
        If they are cut off.
    """
    if isinstance(value, int):
        return [value]
    found, place = [], 0
    while place < len(value):
        number, place = _varint(value, place)
        found.append(number)
    return found


def text(value: "int | memoryview") -> str:
    """Return a field of text.

    Raises
    ------
    ValueError
        If it is a number, or not UTF-8.
    """
    return str(part(value), "utf-8")


def part(value: "int | memoryview") -> memoryview:
    """Return a field that is a message or bytes.

    Raises
    ------
    ValueError
        If it is a number.
    """
    if isinstance(value, int):
        raise ValueError("a field is a number where it must not be")
    return value


def _varint(view: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for count in range(_LONGEST_VARINT):
        if place + count >= len(view):
            raise ValueError("it is cut off")
        byte = view[place + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, place + count + 1
    raise ValueError("a number has no end")
