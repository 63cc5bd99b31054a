"""Read the chunks of WAV and AIFF files: where the samples are, and whether sizes are true."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from quadpred_plugin.audio.leftovers import unknown_bytes

_Order: TypeAlias = Literal["little", "big"]

# Coding of samples in WAV: integers, floats, or one of these by a longer header.
_INTEGER, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
# Kinds of AIFF-C with plain samples.
_PLAIN_AIFC = (b"NONE", b"sowt", b"twos", b"fl32", b"FL32", b"fl64", b"FL64")
# Exponents of rates from 1 Hz to 4 GHz in AIFF.
_LEAST_EXPONENT, _LARGEST_EXPONENT = 16383, 16383 + 32
# Fewer bytes than that aren't worth a word.
_LEAST_UNREAD_SECONDS = 0.1
# Programs that write into a pipe can't know the size and write such a large one, or zero.
_UNKNOWN_BYTES = 0x7FFF0000


@dataclass(frozen=True)
class Chunks:
    """What the chunks of a WAV or AIFF file with plain samples say.

    Attributes
    ----------
    seconds : float or None
        Length by the size of the samples' chunk; None if the writer didn't know it.
    complete : bool
        Whether the file has all the bytes that this chunk claims.
    unread_bytes : int
        Bytes after this chunk that are in no other.
    bytes_per_second : float
    """

    seconds: float | None
    complete: bool
    unread_bytes: int
    bytes_per_second: float


def read_chunks(path: Path) -> Chunks | None:
    """Read the chunks of a WAV or AIFF file.

    Returns
    -------
    chunks : Chunks or None
        None for other files, for compressed samples, and where no samples are found.
    """
    size = path.stat().st_size
    with open(path, "rb") as content:
        head = content.read(12)
        if head[:4] == b"RIFF" and head[8:] == b"WAVE":
            return _walk(content, size, "little", b"fmt ", b"data")
        if head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
            return _walk(content, size, "big", b"COMM", b"SSND")
    return None


def _walk(
    content: BinaryIO, size: int, order: _Order, form: bytes, samples: bytes
) -> Chunks | None:
    rate = 0.0
    begin = claimed = -1
    place = 12
    # A file that ends inside the header of a chunk has no further one.
    while place + 8 <= size:
        content.seek(place)
        name, length = content.read(4), int.from_bytes(content.read(4), order)
        if begin >= 0 and not _is_chunk(name, length, size - place - 8):
            break
        if name == form:
            rate = _bytes_per_second(content.read(min(length, 64)), order)
        elif name == samples and begin < 0:
            begin, claimed = place + 8, length
            if not length or begin + length > size:
                break
        place += 8 + length + length % 2
    if begin < 0 or not rate:
        return None
    if not claimed or (claimed >= _UNKNOWN_BYTES and begin + claimed > size):
        return Chunks(None, False, 0, rate)
    complete = begin + claimed <= size
    unread = unknown_bytes(content, place, size) if complete else 0
    if unread < _LEAST_UNREAD_SECONDS * rate:
        unread = 0
    # AIFF's samples begin with eight bytes of offsets.
    return Chunks((claimed - 8 * (order == "big")) / rate, complete, unread, rate)


def _is_chunk(name: bytes, length: int, left: int) -> bool:
    """Return whether a header is that of a chunk after the samples.

    Parameters
    ----------
    name : bytes
        The four characters of the header.
    length : int
        Bytes that the header claims.
    left : int
        Bytes of the file after the header.
    """
    joined = name in (b"RIFF", b"FORM")
    return all(32 <= byte < 127 for byte in name) and not joined and length <= left


def _bytes_per_second(form: bytes, order: _Order) -> float:
    """Return the bytes per second of plain samples by their format's chunk; 0 if unknown."""
    if order == "little":
        coding = int.from_bytes(form[:2], "little")
        if coding == _EXTENSIBLE:
            coding = int.from_bytes(form[24:26], "little")
        frames, align = int.from_bytes(form[4:8], "little"), int.from_bytes(form[12:14], "little")
        return float(frames * align) if coding in (_INTEGER, _FLOAT) else 0.0
    if len(form) < 18 or form[18:22] not in (b"", *_PLAIN_AIFC):
        return 0.0
    channels, bits = int.from_bytes(form[:2], "big"), int.from_bytes(form[6:8], "big")
    # The rate is a float of 80 bits.
    exponent, mantissa = int.from_bytes(form[8:10], "big"), int.from_bytes(form[10:18], "big")
    if not _LEAST_EXPONENT <= exponent <= _LARGEST_EXPONENT:
        return 0.0
    return float(mantissa) * 2.0 ** (exponent - 16383 - 63) * channels * ((bits + 7) // 8)
