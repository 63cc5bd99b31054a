"""Comments of Ogg streams, page by page: RFC 3533."""

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags.edits import Edit
from quadpred_plugin.tags.items import Item
from quadpred_plugin.tags.vorbis import Comments, read_comments

# How a stream's first packet begins, and its second, which has the comments.
_CODECS = {
    b"\x01vorbis": b"\x03vorbis",
    b"OpusHead": b"OpusTags",
    b"\x7fFLAC": None,
    b"Speex   ": b"",
    b"\x80theora": b"\x81theora",
}
_HEADER_BYTES = 27
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_MAXIMUM_SEGMENTS = 255
# Granule position of a page on which no packet ends.
_NO_PACKET_ENDS = b"\xff" * 8
_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class _Page:
    start: int
    header: bytes
    lacing: bytes
    body_size: int

    @property
    def flags(self) -> int:
        return self.header[5]

    @property
    def serial(self) -> bytes:
        return self.header[14:18]

    @property
    def sequence(self) -> int:
        return int.from_bytes(self.header[18:22], "little")

    @property
    def body(self) -> int:
        return self.start + _HEADER_BYTES + len(self.lacing)

    @property
    def end(self) -> int:
        return self.body + self.body_size


@dataclass
class OggComments(Comments):
    """Comments of the first stream with audio, or with video, of an Ogg file.

    Attributes
    ----------
    path : Path
    """

    path: Path = Path()
    _pages: list[_Page] = field(default_factory=list)
    _prefix: bytes = b""
    # Segments that follow the comments on their last page.
    _behind: list[bytes] = field(default_factory=list)

    def edits(self, items: Sequence[Item]) -> list[Edit]:
        """Return the edits of the comments' pages, and of others whose number changes."""
        content = self.render(items)
        prefix = self._prefix
        if prefix[:1] in (b"\x04", b"\x84"):
            prefix = prefix[:1] + len(content).to_bytes(3, "big")
        packet = prefix + content
        # A packet of whole segments ends with an empty one.
        segments = [packet[at : at + 255] for at in range(0, len(packet) + 1, 255)]
        pages = self._built([*segments, *self._behind])
        edits = []
        for old, new in zip(self._pages, pages):
            edits.append(Edit(old.start, old.body, new[0]))
            edits.append(Edit(old.body, old.end, new[1]))
        behind = self._pages[-1].end
        for head, body in pages[len(self._pages) :]:
            edits.append(Edit(behind, behind, head + body))
        for old in self._pages[len(pages) :]:
            edits.append(Edit(old.start, old.end, b""))
        if len(pages) != len(self._pages):
            edits.extend(self._renumbered(len(pages) - len(self._pages)))
        return edits

    def _built(self, segments: list[bytes]) -> list[tuple[bytes, bytes]]:
        """Return header and body of each page: as many pages as before if all fits."""
        needed = -(-len(segments) // _MAXIMUM_SEGMENTS)
        count = min(max(len(self._pages), needed), len(segments))
        first, last = self._pages[0], self._pages[-1]
        built, at = [], 0
        for index in range(count):
            end = len(segments) * (index + 1) // count
            parts = segments[at:end]
            flags = 0
            if at > 0 and len(segments[at - 1]) == 255:
                flags |= _CONTINUED
            if index == count - 1:
                flags |= last.flags & _LAST
            granule = bytes(8)
            if all(len(part) == 255 for part in parts):
                granule = _NO_PACKET_ENDS
            elif index == count - 1 and last.header[6:14] != _NO_PACKET_ENDS:
                granule = last.header[6:14]
            sequence = (first.sequence + index) % (1 << 32)
            head = first.header[:5] + bytes([flags]) + granule + first.serial
            head += struct.pack("<I", sequence) + bytes(4) + bytes([len(parts)])
            head += bytes(map(len, parts))
            body = b"".join(parts)
            built.append((_with_checksum(head, body), body))
            at = end
        return built

    def _renumbered(self, shift: int) -> Iterator[Edit]:
        """Yield edits of the numbers and checksums of the stream's later pages."""
        with open(self.path, "rb") as stream:
            for page in _pages(stream, self._pages[-1].end):
                if page.serial != self._pages[0].serial:
                    continue
                if page.flags & _FIRST:
                    return
                number = struct.pack("<I", (page.sequence + shift) % (1 << 32))
                head = page.header[:18] + number + bytes(4) + page.header[26:] + page.lacing
                stream.seek(page.body)
                new = _with_checksum(head, stream.read(page.body_size))
                yield Edit(page.start + 18, page.start + 26, new[18:26])
                if page.flags & _LAST:
                    return


def read_ogg(path: Path, theora: bool) -> OggComments:
    """Read the comments of an Ogg file.

    Parameters
    ----------
    path : Path
    theora : bool
        Whether the comments are those of the video.

    Raises
    ------
    AudioError
        If the pages or comments are damaged; the message continues after the file's name.
    """
    with open(path, "rb") as stream:
        serial, codec = b"", b""
        pages: list[_Page] = []
        data = b""
        for page in _pages(stream, 0):
            stream.seek(page.body)
            body = stream.read(page.body_size)
            if page.flags & _FIRST:
                found = next((start for start in _CODECS if body.startswith(start)), b"")
                if not serial and found and theora == (found == b"\x80theora"):
                    serial, codec = page.serial, found
                    if sum(size < 255 for size in page.lacing) != 1:
                        raise AudioError("has more than one packet on its first page.")
            elif serial and page.serial == serial:
                pages.append(page)
                data += body
                if any(size < 255 for size in page.lacing):
                    break
    if not pages or all(size == 255 for size in pages[-1].lacing):
        raise AudioError("has no tags where Ogg has them.")
    segments = _segments(b"".join(page.lacing for page in pages), data)
    count = next(at for at, part in enumerate(segments) if len(part) < 255) + 1
    packet = b"".join(segments[:count])
    prefix = _CODECS[codec]
    if prefix is None:
        prefix = packet[:4]
        if not prefix or prefix[0] & 0x7F != 4:
            raise AudioError("has no tags where Ogg has them.")
        if int.from_bytes(prefix[1:], "big") != len(packet) - 4:
            raise AudioError("has damaged tags: their size is wrong.")
    elif not packet.startswith(prefix):
        raise AudioError("has no tags where Ogg has them.")
    vendor, items, rest = read_comments(packet[len(prefix) :])
    return OggComments(items, vendor, rest, path, pages, prefix, segments[count:])


def _segments(lacing: bytes, data: bytes) -> list[bytes]:
    found, at = [], 0
    for size in lacing:
        found.append(data[at : at + size])
        at += size
    return found


def _pages(stream: BinaryIO, start: int) -> Iterator[_Page]:
    """Yield the pages of a file from a position on, until something else begins."""
    size = os.fstat(stream.fileno()).st_size
    while True:
        stream.seek(start)
        header = stream.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES or header[:5] != b"OggS\0":
            return
        lacing = stream.read(header[26])
        page = _Page(start, header, lacing, sum(lacing))
        if page.end > size:
            return
        yield page
        start = page.end


def _with_checksum(head: bytes, body: bytes) -> bytes:
    """Return a page's header with its checksum, which is zero in the given one.

    Ogg's checksum takes bits in the other order than zlib's, and begins with zero.
    """
    reversed_page = (head + body).translate(_REVERSED_BITS)
    # Both inversions of zlib's checksum are undone.
    checksum = zlib.crc32(reversed_page, 0xFFFFFFFF) ^ 0xFFFFFFFF
    value = struct.pack("<I", int(f"{checksum:032b}"[::-1], 2))
    return head[:22] + value + head[26:]
