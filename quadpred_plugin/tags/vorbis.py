"""Vorbis comments, as FLAC and Ogg have them: https://xiph.org/vorbis/doc/v-comment.html."""

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags import fields
from quadpred_plugin.tags.edits import Edit
from quadpred_plugin.tags.id3_places import number
from quadpred_plugin.tags.items import Item, Tag

_COMMENT_BLOCK, _LAST_BLOCK, _NO_BLOCK = 4, 0x80, 0x7F
_MAXIMUM_BLOCK_BYTES = (1 << 24) - 1
_VENDOR = b"quadpred-plugin"


@dataclass
class Comments(Tag):
    """Comments of a file; the vendor's name and what follows the comments are kept.

    Attributes
    ----------
    vendor, rest : bytes
    """

    kind: ClassVar[str] = fields.VORBIS
    vendor: bytes = _VENDOR
    rest: bytes = b""

    def make(self, name: str, values: Sequence[str], former: Item | None) -> list[Item]:
        """Return a comment for each value."""
        return [
            Item(name, name.encode("ascii") + b"=" + value.encode(), (value,)) for value in values
        ]

    def render(self, items: Sequence[Item]) -> bytes:
        """Return the bytes of comments."""
        contents = [item.content for item in items]
        return (
            b"".join([_sized(self.vendor), struct.pack("<I", len(contents))])
            + b"".join(map(_sized, contents))
            + self.rest
        )


@dataclass
class FlacComments(Comments):
    """Comments of a FLAC file.

    Attributes
    ----------
    start, end : int
        Range of the block of comments with its header, in bytes; empty if there is none.
    before : int
        Position of the block before it.
    is_last : bool
        Whether the block, or the one before if there is none, is the last one.
    """

    start: int = 0
    end: int = 0
    before: int = 0
    is_last: bool = False

    def edits(self, items: Sequence[Item]) -> list[Edit]:
        """Return the edits of the block of comments."""
        if self.start == self.end and not items:
            return []
        content = self.render(items)
        if len(content) > _MAXIMUM_BLOCK_BYTES:
            raise AudioError("has tags that would get too large for FLAC.")
        header = bytes([_COMMENT_BLOCK | (_LAST_BLOCK if self.is_last else 0)])
        header += len(content).to_bytes(3, "big")
        if self.start < self.end:
            return [
                Edit(self.start, self.start + 4, header),
                Edit(self.start + 4, self.end, content),
            ]
        # Only the first block precedes.
        return [
            Edit(self.before, self.before + 1, b"\0"),
            Edit(self.end, self.end, header + content),
        ]


def read_comments(content: bytes) -> tuple[bytes, list[Item], bytes]:
    """Return vendor, comments and what follows them.

    Raises
    ------
    AudioError
        If they are damaged.
    """
    stream = _Sized(content)
    vendor = stream.read()
    count = stream.number()
    items = [_item(stream.read()) for _ in range(count)]
    return vendor, items, content[stream.at :]


def read_flac(path: Path) -> FlacComments:
    """Read the comments of a FLAC file.

    Raises
    ------
    AudioError
        If its blocks don't lead to its audio; the message continues after the file's name.
    """
    with open(path, "rb") as stream:
        at = _flac_start(stream)
        before, found, is_last, kind = at, None, False, 0
        while not is_last:
            stream.seek(at)
            header = stream.read(4)
            if len(header) < 4:
                raise AudioError("has metadata that is cut off.")
            kind, size = header[0] & _NO_BLOCK, int.from_bytes(header[1:], "big")
            is_last = bool(header[0] & _LAST_BLOCK)
            if kind == _COMMENT_BLOCK:
                if found is not None:
                    raise AudioError("has two blocks of tags.")
                found = at, at + 4 + size, is_last, stream.read(size)
            elif found is None and at == before:
                first = at, at + 4 + size, is_last
            at += 4 + size
        stream.seek(at)
        sync = stream.read(2)
        # A file without any audio has nothing there.
        if sync and not (sync[0] == 0xFF and sync[1:] and sync[1] & 0xFC == 0xF8):
            raise AudioError("has metadata that doesn't lead to its audio.")
    if found is None:
        begin, end, is_last = first
        return FlacComments([], start=end, end=end, before=begin, is_last=is_last)
    begin, end, is_last, content = found
    vendor, items, rest = read_comments(content)
    return FlacComments(items, vendor, rest, begin, end, before, is_last)


def _flac_start(stream: BinaryIO) -> int:
    """Return the position of the first block; an ID3 tag may precede it."""
    at = 0
    header = stream.read(10)
    if header[:3] == b"ID3":
        at = 10 + number(header[6:]) + (10 if header[5] & 0x10 else 0)
    stream.seek(at)
    if stream.read(4) != b"fLaC" or os.fstat(stream.fileno()).st_size < at + 42:
        raise AudioError("has no FLAC header where it should be.")
    return at + 4


def _item(comment: bytes) -> Item:
    name, equals, value = comment.partition(b"=")
    try:
        return Item(name.decode("ascii"), comment, (value.decode(),) if equals else ())
    except UnicodeDecodeError:
        return Item(name.decode("latin-1"), comment)


def _sized(content: bytes) -> bytes:
    return struct.pack("<I", len(content)) + content


class _Sized:
    """Reads texts that follow their sizes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.at = 0

    def number(self) -> int:
        """Read a number of four bytes."""
        if self.at + 4 > len(self._content):
            raise AudioError("has damaged tags: they end early.")
        (found,) = struct.unpack_from("<I", self._content, self.at)
        self.at += 4
        return int(found)

    def read(self) -> bytes:
        """Read a size and as many bytes."""
        size = self.number()
        if self.at + size > len(self._content):
            raise AudioError("has damaged tags: they end early.")
        self.at += size
        return self._content[self.at - size : self.at]
