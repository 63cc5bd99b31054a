"""Items of MP4 files, in the atom moov.udta.meta.ilst, and the offsets that move with them."""

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

# Atoms that contain others.
_PARENTS = {b"moov", b"udta", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}
# Atoms with positions in the file that aren't updated.
_OTHER_POSITIONS = {b"mfra", b"saio", b"iloc"}
# Type of data that is text in UTF-8.
_TEXT = 1
_TEXT_TYPE = struct.pack(">I", _TEXT)
_COMMENT = b"\xa9cmt"
_HANDLER = struct.pack(">I4sII4s4s9x", 33, b"hdlr", 0, 0, b"mdir", b"appl")


@dataclass(frozen=True)
class _Atom:
    name: bytes
    start: int
    content: int
    end: int
    # Atoms around this one, the outermost first.
    parents: tuple["_Atom", ...] = ()


@dataclass
class Mp4(Tag):
    """The items of an MP4 file.

    Attributes
    ----------
    path : Path
    """

    kind: ClassVar[str] = fields.MP4
    path: Path = Path()
    _atoms: list[_Atom] = field(default_factory=list)

    def require_text(self, name: str) -> None:
        """Raise AudioError unless a name is that of a free-form item, or the comment."""
        mark, *parts = name.split(":", 2)
        if name != fields.COMMENT_TAGS[fields.MP4] and (mark != "----" or len(parts) < 2):
            raise AudioError(f"can't have text in a tag '{name}'.")

    def make(self, name: str, values: Sequence[str], former: Item | None) -> list[Item]:
        """Return a free-form item, or the comment."""
        parts = [_atom(b"data", struct.pack(">II", _TEXT, 0) + value.encode()) for value in values]
        if name == fields.COMMENT_TAGS[fields.MP4]:
            return [Item(name, _atom(_COMMENT, b"".join(parts)), tuple(values))]
        _, mean, label = name.split(":", 2)
        names = [
            _atom(b"mean", bytes(4) + mean.encode()),
            _atom(b"name", bytes(4) + label.encode()),
        ]
        return [Item(name, _atom(b"----", b"".join([*names, *parts])), tuple(values))]

    def edits(self, items: Sequence[Item]) -> list[Edit]:
        """Return the edits of the items, of the atoms around them, and of offsets."""
        content = b"".join(item.content for item in items)
        with open(self.path, "rb") as stream:
            change, parents = self._change(stream, content)
            growth = len(change.content) - (change.end - change.start)
            edits = [change]
            if growth:
                edits += [_resized(stream, parent, growth) for parent in parents]
                edits += self._moved(stream, change.end, growth)
        return [edit for edit in edits if edit.end > edit.start or edit.content]

    def _change(self, stream: BinaryIO, content: bytes) -> tuple[Edit, tuple[_Atom, ...]]:
        """Return the edit of the items, and the atoms whose sizes it changes."""
        items = _item_list(self._atoms)
        if items is not None:
            return Edit(items.content, items.end, content), (*items.parents, items)
        found = _atom(b"ilst", content)
        meta = next(
            (atom for atom in self._atoms if _path(atom) == (b"moov", b"udta", b"meta")), None
        )
        if meta is not None:
            stream.seek(meta.content)
            if b"mdir" not in stream.read(min(64, meta.end - meta.content)):
                raise AudioError("has metadata of another kind where its tags should be.")
            return Edit(meta.end, meta.end, found), (*meta.parents, meta)
        found = _atom(b"meta", bytes(4) + _HANDLER + found)
        for path in ((b"moov", b"udta"), (b"moov",)):
            parent = next((atom for atom in self._atoms if _path(atom) == path), None)
            if parent is not None:
                if path == (b"moov",):
                    found = _atom(b"udta", found)
                # The end of udta may be marked by a zero, so the new atom is its first.
                place = parent.content if len(path) == 2 else parent.end
                return Edit(place, place, found), (*parent.parents, parent)
        raise AudioError("has no description of its audio.")

    def _moved(self, stream: BinaryIO, place: int, growth: int) -> Iterator[Edit]:
        """Yield the edits of positions in the file that are behind a place."""
        moves = any(atom.start >= place for atom in self._atoms if not atom.parents)
        for atom in self._atoms:
            if atom.name in _OTHER_POSITIONS and moves:
                raise AudioError(
                    f"can't be tagged: its '{atom.name.decode()}' has positions of data that "
                    "would move."
                )
            if atom.name in (b"stco", b"co64"):
                stream.seek(atom.content)
                table = stream.read(atom.end - atom.content)
                (count,) = struct.unpack_from(">I", table, 4)
                form = f">{count}{'I' if atom.name == b'stco' else 'Q'}"
                offsets = struct.unpack_from(form, table, 8)
                moved = [offset + growth if offset >= place else offset for offset in offsets]
                start = atom.content + 8
                yield Edit(start, start + struct.calcsize(form), struct.pack(form, *moved))
            elif atom.name == b"tfhd":
                stream.seek(atom.content)
                head = stream.read(16)
                (offset,) = struct.unpack_from(">Q", head, 8) if head[3] & 1 else (0,)
                if offset >= place:
                    position = atom.content + 8
                    yield Edit(position, position + 8, struct.pack(">Q", offset + growth))


def read_mp4(path: Path) -> Mp4:
    """Read the items of an MP4 file.

    Raises
    ------
    AudioError
        If its atoms don't add up; the message continues after the file's name.
    """
    with open(path, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        atoms = list(_atoms(stream, 0, size, ()))
        found = _item_list(atoms)
        items = []
        if found is not None:
            for atom in _atoms(stream, found.content, found.end, (*found.parents, found)):
                stream.seek(atom.start)
                items.append(_item(stream.read(atom.end - atom.start), atom))
            if sum(len(item.content) for item in items) != found.end - found.content:
                raise AudioError("has damaged tags: something follows them.")
    return Mp4(items, path, atoms)


def _item_list(atoms: Sequence[_Atom]) -> _Atom | None:
    path = (b"moov", b"udta", b"meta", b"ilst")
    return next((atom for atom in atoms if _path(atom) == path), None)


def _path(atom: _Atom) -> tuple[bytes, ...]:
    return (*(parent.name for parent in atom.parents), atom.name)


def _atoms(stream: BinaryIO, start: int, end: int, parents: tuple[_Atom, ...]) -> Iterator[_Atom]:
    """Yield the atoms of a range of the file, each before those in it."""
    while start + 8 <= end:
        stream.seek(start)
        size, name = struct.unpack(">I4s", stream.read(8))
        content = start + 8
        if size == 1:
            (size,) = struct.unpack(">Q", stream.read(8))
            content = start + 16
        elif size == 0:
            if parents:
                # What ends udta.
                return
            size = end - start
        if start + size > end or start + size < content:
            if not parents and name not in (b"moov", b"moof"):
                # Something behind the last atom, or audio that is cut off.
                return
            raise AudioError(f"has a damaged atom '{_printable(name)}'.")
        atom = _Atom(name, start, content, start + size, parents)
        yield atom
        if name in _PARENTS:
            yield from _atoms(stream, content, atom.end, (*parents, atom))
        elif name == b"meta" and parents and parents[-1].name == b"udta":
            # Its version and flags precede the atoms, except in some QuickTime files.
            stream.seek(content + 4)
            skipped = 0 if stream.read(4) == b"hdlr" else 4
            yield from _atoms(stream, content + skipped, atom.end, (*parents, atom))
        start += size


def _printable(name: bytes) -> str:
    """Return an atom's name as text."""
    return name.decode("latin-1").encode("unicode_escape").decode("ascii")


def _resized(stream: BinaryIO, atom: _Atom, growth: int) -> Edit:
    """Return the edit of an atom's size; of none if it extends to the end of the file."""
    stream.seek(atom.start)
    (size,) = struct.unpack(">I", stream.read(4))
    if size == 0:
        return Edit(atom.start, atom.start, b"")
    size = atom.end - atom.start + growth
    if atom.content - atom.start == 16:
        return Edit(atom.start + 8, atom.start + 16, struct.pack(">Q", size))
    return Edit(atom.start, atom.start + 4, struct.pack(">I", size))


def _atom(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def _item(content: bytes, atom: _Atom) -> Item:
    """Name an item, and read the texts of a free-form one or of the comment."""
    if atom.name not in (b"----", _COMMENT):
        return Item(atom.name.decode("latin-1"), content)
    parts, at = [], atom.content - atom.start
    while at + 8 <= len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        if not 8 <= size <= len(content) - at:
            break
        parts.append((name, content[at + 8 : at + size]))
        at += size
    texts = {name: part[4:].decode("utf-8", "replace") for name, part in parts if name != b"data"}
    try:
        values = tuple(part[8:].decode() for name, part in parts if name == b"data")
    except UnicodeDecodeError:
        values = ()
    if atom.name == _COMMENT:
        is_text = all(part[:4] == _TEXT_TYPE for name, part in parts if name == b"data")
        return Item(fields.COMMENT_TAGS[fields.MP4], content, values if is_text else ())
    return Item(f"----:{texts.get(b'mean', '')}:{texts.get(b'name', '')}", content, values)
