"""Edits of a file's bytes, and the edits that undo them.

Every container is written this way, so bytes outside of the edits can't change.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Edit:
    """Replacement of a range of bytes.

    Attributes
    ----------
    start, end : int
        The range in the file before any edit, in bytes; empty for an insertion.
    content : bytes
        What replaces it.
    """

    start: int
    end: int
    content: bytes


def apply_edits(source: Path, target: Path, edits: Sequence[Edit]) -> list[Edit]:
    """Write a file's edited bytes to another file.

    Parameters
    ----------
    source : Path
    target : Path
        Is overwritten.
    edits : sequence of Edit
        In any order.

    Returns
    -------
    inverse : list of Edit
        Edits that turn the target's bytes into the source's.

    Raises
    ------
    ValueError
        If edits overlap or lie outside the file.
    """
    inverse = []
    with open(source, "rb") as old, open(target, "wb") as new:
        size = os.fstat(old.fileno()).st_size
        done = 0
        for edit in _trimmed(old, edits):
            if not done <= edit.start <= edit.end <= size:
                raise ValueError(f"edit of bytes {edit.start} to {edit.end} of {size}")
            old.seek(done)
            _copy(old, new, edit.start - done)
            at = new.tell()
            new.write(edit.content)
            inverse.append(Edit(at, at + len(edit.content), old.read(edit.end - edit.start)))
            done = edit.end
        old.seek(done)
        _copy(old, new, size - done)
    return inverse


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _trimmed(old: BinaryIO, edits: Iterable[Edit]) -> list[Edit]:
    """Leave out bytes that stay the same at the ends of each edit, and sort the edits."""
    found = []
    for edit in edits:
        old.seek(edit.start)
        before = old.read(edit.end - edit.start)
        left = _shared(before, edit.content)
        right = _shared(before[left:][::-1], edit.content[left:][::-1])
        content = edit.content[left : len(edit.content) - right]
        if content or left + right < len(before):
            found.append(Edit(edit.start + left, edit.end - right, content))
    return sorted(found, key=lambda edit: (edit.start, edit.end))


def _shared(first: bytes, second: bytes) -> int:
    """Return how many bytes at their start are the same."""
    count, step = 0, min(len(first), len(second))
    while step:
        while first[count : count + step] == second[count : count + step] != b"":
            count += step
        step //= 2
    return count


def _copy(old: BinaryIO, new: BinaryIO, count: int) -> None:
    while count > 0:
        block = old.read(min(count, _BLOCK_BYTES))
        if not block:
            raise EOFError("the file became shorter")
        new.write(block)
        count -= len(block)
