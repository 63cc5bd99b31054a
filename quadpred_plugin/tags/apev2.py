"""APEv2 tags: https://wiki.hydrogenaudio.org/index.php?title=APEv2_specification."""

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags import fields
from quadpred_plugin.tags.edits import Edit
from quadpred_plugin.tags.items import Item, Tag

_MARK = b"APETAGEX"
_BLOCK_BYTES = 32
_HAS_HEADER, _IS_HEADER = 1 << 31, 1 << 29
_VERSION = 2000
_ID3V1_BYTES = 128
_LYRICS = b"LYRICS200"


@dataclass
class Ape(Tag):
    """The APEv2 tag at the end of a file, or before an ID3v1 tag there.

    Attributes
    ----------
    start, end : int
        Range of the tag with header and footer, in bytes; empty if there is none.
    footer, header : bytes
        Empty if the file has none.
    """

    kind: ClassVar[str] = fields.APE
    start: int = 0
    end: int = 0
    header: bytes = b""
    footer: bytes = b""

    def make(self, name: str, values: Sequence[str], former: Item | None) -> list[Item]:
        """Return an item of text."""
        text = "\0".join(values).encode()
        # Flags: text in UTF-8.
        head = struct.pack("<II", len(text), 0) + name.encode("ascii") + b"\0"
        return [Item(name, head + text, tuple(values))]

    def edits(self, items: Sequence[Item]) -> list[Edit]:
        """Return the edits of header, items and footer."""
        body = b"".join(item.content for item in items)
        size = len(body) + _BLOCK_BYTES
        if self.start == self.end:
            header = _block(_VERSION, size, len(items), _HAS_HEADER | _IS_HEADER)
            footer = _block(_VERSION, size, len(items), _HAS_HEADER)
            content = header + body + footer if items else b""
            return [Edit(self.start, self.end, content)]
        if not items:
            return [Edit(self.start, self.end, b"")]
        numbers = struct.pack("<II", size, len(items))
        body_start = self.start + len(self.header)
        footer_start = self.end - _BLOCK_BYTES
        edits = [
            Edit(body_start, footer_start, body),
            Edit(footer_start + 12, footer_start + 20, numbers),
        ]
        if self.header:
            edits.append(Edit(self.start + 12, self.start + 20, numbers))
        return edits


def read_ape(path: Path) -> Ape:
    """Read the APEv2 tag of a file.

    Raises
    ------
    AudioError
        If it is damaged, or at the start of the file; the message continues after the file's
        name.
    """
    with open(path, "rb") as stream:
        file_size = os.fstat(stream.fileno()).st_size
        end = _end(stream, file_size)
        footer = _at(stream, end - _BLOCK_BYTES)
        if not footer.startswith(_MARK):
            if _at(stream, 0).startswith(_MARK):
                raise AudioError("has its tags at its start, where they can't be written.")
            return Ape([], end, end)
        size, count, flags = struct.unpack("<III", footer[12:24])
        body_start = end - size
        if not 0 <= body_start <= end - _BLOCK_BYTES:
            raise AudioError("has damaged tags: their size is wrong.")
        stream.seek(body_start)
        body = stream.read(size - _BLOCK_BYTES)
        header = _at(stream, body_start - _BLOCK_BYTES) if flags & _HAS_HEADER else b""
    if not header.startswith(_MARK):
        header = b""
    items, at = [], 0
    while at < len(body):
        item = _item(body, at)
        items.append(item)
        at += len(item.content)
    if len(items) != count:
        raise AudioError("has damaged tags: the number of items is wrong.")
    return Ape(items, body_start - len(header), end, header, footer)


def _end(stream: BinaryIO, size: int) -> int:
    """Return where the tag ends, or would end: before Lyrics3 and ID3v1."""
    if _at(stream, size - _BLOCK_BYTES).startswith(_MARK):
        return size
    end = size
    if _at(stream, size - _ID3V1_BYTES).startswith(b"TAG"):
        end -= _ID3V1_BYTES
    mark = _at(stream, end - len(_LYRICS) - 6)[: len(_LYRICS) + 6]
    if mark[6:] == _LYRICS and mark[:6].isdigit():
        end -= int(mark[:6]) + len(mark)
    return end


def _at(stream: BinaryIO, position: int) -> bytes:
    if position < 0:
        return b""
    stream.seek(position)
    return stream.read(_BLOCK_BYTES)


def _block(version: int, size: int, count: int, flags: int) -> bytes:
    return _MARK + struct.pack("<IIII", version, size, count, flags) + bytes(8)


def _item(body: bytes, at: int) -> Item:
    """Read the item at a position."""
    zero = body.find(b"\0", at + 8)
    if zero < 0:
        raise AudioError("has damaged tags: they end early.")
    size, flags = struct.unpack_from("<II", body, at)
    end = zero + 1 + size
    if end > len(body):
        raise AudioError("has damaged tags: they end early.")
    values: tuple[str, ...] = ()
    if not flags & 6:
        try:
            values = tuple(body[zero + 1 : end].decode().split("\0"))
        except UnicodeDecodeError:
            values = ()
    return Item(body[at + 8 : zero].decode("latin-1"), body[at:end], values)
