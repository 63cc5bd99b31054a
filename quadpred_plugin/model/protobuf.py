"""Read the wire format of protocol buffers, field by field.

No other reader is installed at run time, and TensorFlow's own must not get unchecked files.
"""

from collections.abc import Iterator
from typing import TypeAlias

Field: TypeAlias = "tuple[int, int | memoryview]"

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}
# In bytes: 64 bits, seven per byte.
_LONGEST_VARINT = 10


def fields(message: bytes | memoryview) -> Iterator[Field]:
    """Yield the fields of a message.

    Parameters
    ----------
    message : bytes or memoryview

    Yields
    ------
    number : int
        The field's number in the definition of the message.
    value : int or memoryview
        A number for a variable-length field, otherwise the field's bytes.

    Raises
    ------
    ValueError
        If the bytes aren't a message.
    """
    view = memoryview(message)
    position = 0
    while position < len(view):
        key, position = _varint(view, position)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise ValueError("a field has the number 0")
        if kind == _VARINT:
            value, position = _varint(view, position)
            yield number, value
            continue
        if kind == _LENGTH:
            width, position = _varint(view, position)
        elif kind in _WIDTHS:
            width = _WIDTHS[kind]
        else:
            raise ValueError(f"a field has the unknown wire type {kind}")
        if position + width > len(view):
            raise ValueError("it is cut off")
        yield number, view[position : position + width]
        position += width


def numbers(value: "int | memoryview") -> list[int]:
    """Return the numbers of a repeated field, packed or not.

    Raises
    ------
    ValueError
        If they are cut off.
    """
    if isinstance(value, int):
        return [value]
    found, position = [], 0
    while position < len(value):
        number, position = _varint(value, position)
        found.append(number)
    return found


def text(value: "int | memoryview") -> str:
    """Return the value of a string field.

    Raises
    ------
    ValueError
        If it is a number or not UTF-8.
    """
    return str(part(value), "utf-8")


def part(value: "int | memoryview") -> memoryview:
    """Return the content of a field that is a message or bytes.

    Raises
    ------
    ValueError
        If it is a number.
    """
    if isinstance(value, int):
        raise ValueError("a field is a number instead of bytes")
    return value


def _varint(view: memoryview, position: int) -> tuple[int, int]:
    """Return a variable-length number and the position after it."""
    value = 0
    for count in range(_LONGEST_VARINT):
        if position + count >= len(view):
            raise ValueError("it is cut off")
        byte = view[position + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, position + count + 1
    raise ValueError(f"a number is longer than {_LONGEST_VARINT} bytes")
