"""ID3v2.3 and ID3v2.4: frames with their bytes, https://id3.org/Developer%20Information."""

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, ClassVar

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags import fields
from quadpred_plugin.tags.edits import Edit
from quadpred_plugin.tags.id3_places import Place, number, synchsafe
from quadpred_plugin.tags.items import Item, Tag

_HEADER_BYTES = 10
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
# Flag of a frame in version 2.4.
_FRAME_UNSYNCHRONISED = 0x0002
# Some writers shorten names of version 2.2 with a blank or a zero.
_FRAME_NAME = re.compile(rb"[A-Z0-9]{3}[A-Z0-9 \0]")
_DESCRIBED = ("TXXX", "COMM")
_ID3V1_BYTES = 128


@dataclass
class Id3(Tag):
    """An ID3v2 tag.

    What precedes the frames, and everything from the first bytes that aren't a frame, padding
    included, is kept as it is.

    Attributes
    ----------
    place : Place
        Where the file has the tag.
    copied : list of Item
        The fields of the file's ID3v1 tag. A new tag has them too, as many players don't read
        ID3v1 beside it.
    version : int
        3 or 4.
    """

    kind: ClassVar[str] = fields.ID3
    place: Place = field(default_factory=Place)
    copied: list[Item] = field(default_factory=list)
    version: int = 4
    _revision: int = 0
    _flags: int = 0
    _extended: bytes = b""
    _rest: bytes = b""
    _plain_sizes: bool = False

    def require_text(self, name: str) -> None:
        """Raise AudioError unless a name is that of a text frame."""
        if not _is_text(name.partition(":")[0]):
            raise AudioError(f"can't have text in a tag '{name}'.")

    def make(self, name: str, values: Sequence[str], former: Item | None) -> list[Item]:
        """Return a text frame."""
        frame, _, description = name.partition(":")
        texts = [*([description] if description else []), *values]
        encoding, codec, zero = self._encoding(texts)
        content = bytes([encoding])
        if frame == "COMM":
            content += _language(former) if former else b"eng"
        if frame in _DESCRIBED:
            content += description.encode(codec) + zero
        content += zero.join(value.encode(codec) for value in values)
        size = self._size(len(content))
        # The text has no byte that this would change.
        flags = _FRAME_UNSYNCHRONISED if self.version == 4 and self._flags & 0x80 else 0
        raw = frame.encode("ascii") + size + struct.pack(">H", flags) + content
        return [Item(name, raw, tuple(values))]

    def edits(self, items: Sequence[Item]) -> list[Edit]:
        """Return the edits of header, frames and footer."""
        contents = [item.content for item in items]
        if (
            contents in ([], [item.content for item in self.copied])
            and not self._extended
            and not self._rest.strip(b"\0")
        ):
            return self.place.edits(b"", b"", b"")
        body = b"".join(contents) + self._rest
        body = _with_checksum(self._extended, self.version, body) + body
        if self.version == 3 and self._flags & _UNSYNCHRONISED:
            body = _unsynchronise().encode(body)
        if len(body) >= 1 << 28:
            raise AudioError("has an ID3 tag that would get too large.")
        ending = struct.pack(">BBB", self.version, self._revision, self._flags)
        ending += synchsafe(len(body))
        footer = b"3DI" + ending if self.place.has_footer else b""
        return self.place.edits(b"ID3" + ending, body, footer)

    def _encoding(self, texts: list[str]) -> tuple[int, str, bytes]:
        """Return the number of a text encoding, Python's name of it, and its zero."""
        limit = 0x100 if self.version == 3 else 0x80
        if all(ord(character) < limit for text in texts for character in text):
            return 0, "latin-1", b"\0"
        return (3, "utf-8", b"\0") if self.version == 4 else (1, "utf-16", b"\0\0")

    def _size(self, count: int) -> bytes:
        plain = self.version == 3 or self._plain_sizes
        return struct.pack(">I", count) if plain else synchsafe(count)


def read_id3(content: bytes, place: Place, ending: bytes = b"") -> Id3:
    """Read a tag.

    Parameters
    ----------
    content : bytes
        The whole tag without footer; empty if the file has none.
    place : Place
    ending : bytes
        The file's last bytes, where ID3v1 would be.

    Raises
    ------
    AudioError
        If the tag is of another version or can't be written again as it is; the message
        continues after the file's name.
    """
    if not content:
        tag = Id3([], place)
        tag.copied = _id3v1_items(tag, ending)
        tag.items = list(tag.copied)
        return tag
    version, revision, flags = content[3:6]
    if version < 3:
        raise AudioError(
            "has ID3v2.2 tags, which can be read but not written: convert them to ID3v2.4 with "
            "a tag editor."
        )
    body = content[_HEADER_BYTES:]
    if version == 3 and flags & _UNSYNCHRONISED:
        body = _unsynchronise().decode(body)
    extended = _extended_header(body, version) if flags & _EXTENDED else b""
    body = body[len(extended) :]
    plain = version == 4 and _has_plain_sizes(body)
    items, at = [], 0
    while _FRAME_NAME.fullmatch(body[at : at + 4]) and len(body) >= at + _HEADER_BYTES:
        sizes = body[at + 4 : at + 8]
        size = number(sizes) if version == 4 and not plain else int.from_bytes(sizes, "big")
        end = at + _HEADER_BYTES + size
        if end > len(body):
            break
        items.append(_item(body[at:end], content[:_HEADER_BYTES]))
        at = end
    tag = Id3(items, place, [], version, revision, flags, extended, body[at:], plain)
    tag.copied = _id3v1_items(tag, ending)
    return tag


def _item(frame: bytes, header: bytes) -> Item:
    """Name a frame, and read its texts if it is text."""
    from mutagen.id3 import Frames
    from mutagen.id3._tags import ID3Header

    name = frame[:4].decode("ascii")
    if not _is_text(name):
        return Item(name, frame)
    flags = int.from_bytes(frame[8:10], "big")
    # A flagged extended header would be looked for behind the header.
    bare = header[:5] + bytes([header[5] & ~_EXTENDED]) + header[6:]
    try:
        text: Any = Frames[name]._fromData(ID3Header(BytesIO(bare)), flags, frame[_HEADER_BYTES:])
        described = f"{name}:{text.desc}" if name in _DESCRIBED else name
        return Item(described, frame, tuple(str(value) for value in text.text))
    except Exception:
        # Damaged or encrypted: it isn't ours, and is kept.
        return Item(name, frame)


def _language(item: Item) -> bytes:
    """Return the language of a comment, unless further data of the frame precede it."""
    return b"eng" if item.content[9] & ~_FRAME_UNSYNCHRONISED else item.content[11:14]


def _is_text(frame: str) -> bool:
    from mutagen.id3 import Frames, TextFrame

    known = Frames.get(frame)
    return known is not None and issubclass(known, TextFrame)


def _extended_header(body: bytes, version: int) -> bytes:
    from mutagen.id3 import Frames

    if body[:4].decode("latin-1") in Frames:
        # Some writers set the flag without writing the header.
        return b""
    size = number(body[:4]) if version == 4 else int.from_bytes(body[:4], "big") + 4
    if not 6 <= size <= len(body):
        raise AudioError("has an ID3 tag with a damaged extended header.")
    return body[:size]


def _with_checksum(extended: bytes, version: int, frames: bytes) -> bytes:
    """Return an extended header with the checksum of frames and padding, if it has one."""
    if version == 3 and extended[4:5] >= b"\x80":
        padding = int.from_bytes(extended[6:10], "big")
        checksum = zlib.crc32(frames[: max(0, len(frames) - padding)])
        return extended[:10] + struct.pack(">I", checksum) + extended[14:]
    if version == 4 and extended and extended[5] & 0x20:
        # The data of an earlier flag are an empty byte; the checksum's, a size and five bytes.
        at = 8 if extended[5] & 0x40 else 7
        checksum = zlib.crc32(frames)
        digits = bytes(checksum >> shift & 127 for shift in (28, 21, 14, 7, 0))
        return extended[:at] + digits + extended[at + 5 :]
    return extended


def _id3v1_items(tag: Id3, ending: bytes) -> list[Item]:
    """Return the fields of an ID3v1 tag as frames."""
    from mutagen.id3 import ParseID3v1

    found = ParseID3v1(ending[-_ID3V1_BYTES:], v2_version=tag.version) or {}
    items = []
    for frame in found.values():
        # Players look for a comment without a description.
        name = "COMM:" if frame.FrameID == "COMM" else frame.FrameID
        items += tag.make(name, [str(value) for value in frame.text], None)
    return items


def _has_plain_sizes(body: bytes) -> bool:
    """Return whether sizes of frames have eight bits a byte, as iTunes wrote them."""
    from mutagen.id3 import Frames
    from mutagen.id3._tags import determine_bpi

    return bool(determine_bpi(body, Frames) is int)


def _unsynchronise() -> Any:
    from mutagen.id3._util import unsynch

    return unsynch
