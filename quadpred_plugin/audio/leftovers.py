"""Bytes of a file that no decoder took: tags, filling, another file, or unknown."""

from typing import BinaryIO

TAG_HEAD_BYTES = 32
"""Bytes in which a tag names itself and its size."""

# Size of an ID3v1 tag.
_ID3V1_BYTES = 128
# Bytes that are compared with zero, with which some recorders fill up.
_FILLING_BYTES = 1 << 16
# Bytes of a file's beginning by which another file of its kind is found, and bytes per read.
_SIGNATURE_BYTES = 8
_BLOCK_BYTES = 1 << 20


def unknown_bytes(content: BinaryIO, place: int, size: int) -> int:
    """Return the number of bytes from a place to the end of a file that may be samples.

    Parameters
    ----------
    content : binary file
    place : int
        Where the audio ends, bytes.
    size : int
        Of the file, bytes.
    """
    content.seek(place)
    head = content.read(_FILLING_BYTES)
    return max(0, size - place - tag_bytes(head)) if any(head) else 0


def joined_bytes(content: BinaryIO, place: int) -> int:
    """Return the size of files that follow in a file, joined to it.

    Parameters
    ----------
    content : binary file
    place : int
        Where the audio of the first one ends, bytes.

    Returns
    -------
    size : int
        0 if none of the same kind follows.
    """
    content.seek(0)
    head = content.read(2 * _SIGNATURE_BYTES)
    # A size comes before the names of some kinds.
    before = 8 if head[:4] == b"RIFF" else 4 if head[4:8] == b"ftyp" else 0
    signature = head[before : before + _SIGNATURE_BYTES]
    content.seek(place)
    kept = b""
    while block := content.read(_BLOCK_BYTES):
        found = (kept + block).find(signature)
        if found >= 0:
            start = content.tell() - len(kept) - len(block) + found - before
            return content.seek(0, 2) - start
        kept = block[-_SIGNATURE_BYTES:]
    return 0


def tag_bytes(head: bytes) -> int:
    """Return the size of a tag by its first bytes; 0 if they are none of a tag.

    Tags lie before and after the audio of MPEG streams and inside files that were joined.
    """
    if head[:3] == b"ID3" and len(head) >= 10:
        # Seven bits of each byte (ID3v2.4, section 6.2).
        return 10 + sum((byte & 0x7F) << 7 * place for place, byte in enumerate(head[9:5:-1]))
    if head[:8] == b"APETAGEX" and len(head) >= 16:
        return TAG_HEAD_BYTES + int.from_bytes(head[12:16], "little")
    if head[:3] == b"TAG":
        return _ID3V1_BYTES
    if head[:11] == b"LYRICSBEGIN":
        # Its size is at its end.
        return 1 << 20
    return 0
