"""Attributes of ASF files, such as WMA: objects of the header, by Microsoft's specification."""

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, ClassVar

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags import fields
from quadpred_plugin.tags.edits import Edit
from quadpred_plugin.tags.items import Item, Tag

_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_EXTENDED = bytes.fromhex("40a4d0d207e3d21197f000a0c95ea850")
_EXTENSION = bytes.fromhex("b503bf5f2ea9cf118ee300c00c205365")
_LIBRARY = bytes.fromhex("941c23449894d149a1411d134e457054")
_OBJECT_BYTES = 24
_HEADER_BYTES = 30
_EXTENSION_BYTES = 46
_TEXT = 0


@dataclass(frozen=True)
class _Object:
    guid: bytes
    start: int
    end: int


@dataclass
class Asf(Tag):
    """The attributes of an ASF file; place 0 is the extended content, 1 the metadata library.

    Attributes
    ----------
    path : Path
    """

    kind: ClassVar[str] = fields.ASF
    path: Path = Path()
    _objects: dict[bytes, _Object] = field(default_factory=dict)
    _count: int = 0

    def make(self, name: str, values: Sequence[str], former: Item | None) -> list[Item]:
        """Return an attribute for each value, the first in the extended content."""
        found: list[Item] = []
        label = _utf16(name)
        for value in values:
            text = _utf16(value)
            # A name is there once; other taggers look for further values in the library.
            place = 1 if found and _LIBRARY in self._objects else 0
            if place == 0:
                sizes = struct.pack("<HH", _TEXT, len(text))
                content = struct.pack("<H", len(label)) + label + sizes + text
            else:
                content = struct.pack("<HHHHI", 0, 0, len(label), _TEXT, len(text)) + label + text
            found.append(Item(name, content, (value,), place))
        return found

    def replaced_place(self, items: Sequence[Item], place: int) -> bytes:
        """Return the content of the object that has the items of a place."""
        contents = [item.content for item in items if item.place == place]
        return struct.pack("<H", len(contents)) + b"".join(contents)

    def edits(self, items: Sequence[Item]) -> list[Edit]:
        """Return the edits of both objects, of the header and of the file's size."""
        header = self._objects[_HEADER]
        edits, count = [], self._count
        extended = self.replaced_place(items, 0)
        found = self._objects.get(_EXTENDED)
        if found is not None:
            edits += _rewritten(found, extended)
        elif len(extended) > 2:
            new = _EXTENDED + struct.pack("<Q", len(extended) + _OBJECT_BYTES) + extended
            edits.append(Edit(header.end, header.end, new))
            count += 1
        library = self._objects.get(_LIBRARY)
        if library is not None:
            edits += _rewritten(library, self.replaced_place(items, 1))
            grown = _growth(edits[-1:])
            extension = self._objects[_EXTENSION]
            size = extension.end - extension.start + grown
            edits += [
                Edit(extension.start + 16, extension.start + 24, struct.pack("<Q", size)),
                Edit(
                    extension.start + _EXTENSION_BYTES - 4,
                    extension.start + _EXTENSION_BYTES,
                    struct.pack("<I", size - _EXTENSION_BYTES),
                ),
            ]
        growth = _growth(edits)
        sizes = struct.pack("<QI", header.end + growth, count)
        return [Edit(16, _OBJECT_BYTES + 4, sizes), *edits, *self._file_size(growth)]

    def _file_size(self, growth: int) -> Iterator[Edit]:
        """Yield the edit of the file's size where the header names it rightly."""
        properties = self._objects.get(_FILE)
        if properties is None:
            return
        start = properties.start + _OBJECT_BYTES + 16
        with open(self.path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(start)
            if struct.unpack("<Q", stream.read(8)) == (size,):
                yield Edit(start, start + 8, struct.pack("<Q", size + growth))


def read_asf(path: Path) -> Asf:
    """Read the attributes of an ASF file.

    Raises
    ------
    AudioError
        If its header is damaged; the message continues after the file's name.
    """
    with open(path, "rb") as stream:
        guid, size, count = struct.unpack("<16sQI", stream.read(_OBJECT_BYTES + 4))
        if guid != _HEADER or size > os.fstat(stream.fileno()).st_size:
            raise AudioError("has a damaged header.")
        objects = {_HEADER: _Object(guid, 0, size)}
        for one in _objects(stream, _HEADER_BYTES, size):
            if one.guid == _EXTENDED and one.guid in objects:
                raise AudioError("has two objects of tags.")
            objects.setdefault(one.guid, one)
        if _EXTENSION in objects:
            extension = objects[_EXTENSION]
            for one in _objects(stream, extension.start + _EXTENSION_BYTES, extension.end):
                if one.guid == _LIBRARY:
                    objects.setdefault(one.guid, one)
        items: list[Item] = []
        for place, guid in enumerate((_EXTENDED, _LIBRARY)):
            if guid in objects:
                items += _items(stream, objects[guid], place)
    return Asf(items, path, objects, count)


def _objects(stream: BinaryIO, start: int, end: int) -> Iterator[_Object]:
    while start + _OBJECT_BYTES <= end:
        stream.seek(start)
        guid, size = struct.unpack("<16sQ", stream.read(_OBJECT_BYTES))
        if not _OBJECT_BYTES <= size <= end - start:
            raise AudioError("has a damaged header.")
        yield _Object(guid, start, start + size)
        start += size


def _items(stream: BinaryIO, found: _Object, place: int) -> Iterator[Item]:
    """Yield the attributes of one object, whose layout depends on the place."""
    stream.seek(found.start + _OBJECT_BYTES)
    content = stream.read(found.end - found.start - _OBJECT_BYTES)
    (count,) = struct.unpack_from("<H", content)
    at = 2
    for _ in range(count):
        start = at
        if place == 0:
            (name_size,) = struct.unpack_from("<H", content, at)
            name_start = at + 2
            kind, size = struct.unpack_from("<HH", content, name_start + name_size)
            at = name_start + name_size + 4
        else:
            name_size, kind, size = struct.unpack_from("<HHI", content, at + 4)
            name_start = at + 12
            at = name_start + name_size
        name = content[name_start : name_start + name_size]
        value = content[at : at + size]
        at += size
        if at > len(content):
            raise AudioError("has damaged tags: they end early.")
        values = (_text(value),) if kind == _TEXT else ()
        yield Item(_text(name), content[start:at], values, place)
    if at != len(content):
        raise AudioError("has damaged tags: something follows them.")


def _rewritten(found: _Object, content: bytes) -> list[Edit]:
    start = found.start + _OBJECT_BYTES
    size = struct.pack("<Q", _OBJECT_BYTES + len(content))
    return [Edit(found.start + 16, start, size), Edit(start, found.end, content)]


def _growth(edits: Sequence[Edit]) -> int:
    return sum(len(edit.content) - (edit.end - edit.start) for edit in edits)


def _text(content: bytes) -> str:
    return content.decode("utf-16-le", "replace").rstrip("\0")


def _utf16(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")
