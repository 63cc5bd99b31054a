"""Where a file has its ID3 tag: at its start, in a chunk, or where a pointer says."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags.edits import Edit

_HEADER_BYTES = 10
_FOOTER_FLAG = 0x10
# As many as ID3v1 has.
_ENDING_BYTES = 128


@dataclass
class Place:
    """A tag at the start of a file.

    Attributes
    ----------
    start, end : int
        Range of the tag with its footer, in bytes; empty if there is none.
    has_footer : bool
    """

    start: int = 0
    end: int = 0
    has_footer: bool = False

    def edits(self, header: bytes, body: bytes, footer: bytes) -> list[Edit]:
        """Return the edits that write a tag here; an empty header removes it."""
        if self.start == self.end or not header:
            return [Edit(self.start, self.end, header + body + footer)]
        behind = self.start + _HEADER_BYTES
        before_footer = self.end - _HEADER_BYTES if self.has_footer else self.end
        return [
            Edit(self.start, behind, header),
            Edit(behind, before_footer, body),
            Edit(before_footer, self.end, footer),
        ]


@dataclass
class ChunkPlace(Place):
    """A tag that is a chunk of RIFF, AIFF or DSDIFF.

    Attributes
    ----------
    form : str
        Format of a size in `struct`'s notation.
    name : bytes
        Of the chunk, if a new one is written.
    root_size : int
        Size that the file's header names, in bytes.
    chunk_end : int
        End of the chunk with its fill byte, or where a new one begins.
    """

    form: str = "<I"
    name: bytes = b"id3 "
    root_size: int = 0
    chunk_end: int = 0

    def edits(self, header: bytes, body: bytes, footer: bytes) -> list[Edit]:
        """Return the edits of the chunk and of the file's size."""
        content = header + body + footer
        fill = b"\0" * (len(content) % 2)
        size_bytes = struct.calcsize(self.form)
        head = self.start - 4 - size_bytes
        if not content:
            changes = [Edit(head, self.chunk_end, b"")] if self.end > self.start else []
        elif self.end == self.start:
            # The last chunk may lack its fill byte.
            missing = b"\0" * (self.chunk_end % 2)
            chunk = self.name + struct.pack(self.form, len(content)) + content + fill
            changes = [Edit(self.chunk_end, self.chunk_end, missing + chunk)]
        else:
            changes = [
                Edit(self.start - size_bytes, self.start, struct.pack(self.form, len(content))),
                *super().edits(header, body, footer),
                Edit(self.end, self.chunk_end, fill),
            ]
        growth = sum(len(edit.content) - (edit.end - edit.start) for edit in changes)
        size = struct.pack(self.form, self.root_size + growth)
        return [Edit(4, 4 + size_bytes, size), *changes]


@dataclass
class DsfPlace(Place):
    """A tag behind the audio of a DSF file, whose header points to it.

    Attributes
    ----------
    total : int
        Size of the file that its header names, in bytes.
    """

    total: int = 0

    def edits(self, header: bytes, body: bytes, footer: bytes) -> list[Edit]:
        """Return the edits of the tag, of the pointer and of the file's size."""
        growth = len(header + body + footer) - (self.end - self.start)
        pointer = self.start if header else 0
        pointers = struct.pack("<QQ", self.total + growth, pointer)
        return [Edit(12, 28, pointers), *super().edits(header, body, footer)]


def synchsafe(count: int) -> bytes:
    """Return a size in four bytes of seven bits."""
    return bytes(count >> shift & 127 for shift in (21, 14, 7, 0))


def number(size: bytes) -> int:
    """Return the number that `synchsafe` wrote."""
    return sum((byte & 127) << shift for byte, shift in zip(size, (21, 14, 7, 0)))


def find_at_start(path: Path) -> tuple[bytes, Place, bytes]:
    """Return the tag at a file's start without its footer, its place, and the file's end."""
    with open(path, "rb") as stream:
        content, end, has_footer = _tag_at(stream, 0)
        stream.seek(max(end, os.fstat(stream.fileno()).st_size - _ENDING_BYTES))
        return content, Place(0, end, has_footer), stream.read()


def find_in_chunk(path: Path) -> tuple[bytes, Place]:
    """Return the tag in a chunk of RIFF, AIFF or DSDIFF, and its place.

    Raises
    ------
    AudioError
        If the chunks don't add up to the file.
    """
    with open(path, "rb") as stream:
        root = stream.read(4)
        form = {b"RIFF": "<I", b"FRM8": ">Q"}.get(root, ">I")
        root_size, *_ = struct.unpack(form, stream.read(struct.calcsize(form)))
        first = 4 + struct.calcsize(form) + 4
        file_size = os.fstat(stream.fileno()).st_size
        root_end = first - 4 + root_size
        # The fill byte of the last chunk may be missing, or not counted.
        if root_end > file_size + 1:
            raise AudioError("can't be tagged: its header names more bytes than it has.")
        stream.seek(root_end)
        if stream.read(5).lstrip(b"\0")[:4].upper() == b"ID3 ":
            raise AudioError("has an ID3 tag behind the end that its header names.")
        name = b"id3 " if root == b"RIFF" else b"ID3 "
        end = first
        for chunk, start, size in _chunks(stream, first, min(root_end, file_size), form):
            end = min(start + size + size % 2, max(root_end, start + size), file_size)
            if chunk.upper() == b"ID3 ":
                content, tag_end, has_footer = _tag_at(stream, start)
                if not content or tag_end != start + size:
                    raise AudioError("has an ID3 tag that doesn't fill its chunk.")
                return content, ChunkPlace(start, tag_end, has_footer, form, name, root_size, end)
    return b"", ChunkPlace(end, end, False, form, name, root_size, end)


def find_by_pointer(path: Path) -> tuple[bytes, Place]:
    """Return the tag that a DSF file's header points to, and its place."""
    with open(path, "rb") as stream:
        stream.seek(12)
        total, pointer = struct.unpack("<QQ", stream.read(16))
        size = os.fstat(stream.fileno()).st_size
        if not pointer:
            return b"", DsfPlace(size, size, False, total)
        content, end, has_footer = _tag_at(stream, pointer)
    if not content:
        raise AudioError("has a damaged ID3 tag.")
    return content, DsfPlace(pointer, end, has_footer, total)


def _tag_at(stream: BinaryIO, start: int) -> tuple[bytes, int, bool]:
    """Return a tag without its footer, where it ends, and whether it has a footer."""
    stream.seek(start)
    header = stream.read(_HEADER_BYTES)
    if header[:3] != b"ID3" or len(header) < _HEADER_BYTES:
        return b"", start, False
    size = number(header[6:])
    body = stream.read(size)
    if len(body) < size:
        raise AudioError("has an ID3 tag that is cut off.")
    end = start + _HEADER_BYTES + size
    footer = stream.read(_HEADER_BYTES) if header[5] & _FOOTER_FLAG else b""
    if footer[:3] == b"3DI":
        return header + body, end + len(footer), True
    return header + body, end, False


def _chunks(stream: BinaryIO, first: int, end: int, form: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk's name, the start of its content and its size."""
    head = 4 + struct.calcsize(form)
    at = first
    while at + head <= end:
        stream.seek(at)
        header = stream.read(head)
        (size,) = struct.unpack(form, header[4:])
        if at + head + size > end:
            raise AudioError("can't be tagged: a chunk of it extends beyond its end.")
        yield header[:4], at + head, size
        at += head + size + size % 2
