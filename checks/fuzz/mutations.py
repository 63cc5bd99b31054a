"""Mutations that damage a file; all choices come from a random generator."""

import struct

# Bytes of the header, by which decoders detect the format.
_HEAD = 512
# Largest size of a repeated stretch.
_MOST_BYTES = 1 << 20
_EXTREME = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFFF)
_EXTREME_8 = (*_EXTREME, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)

# Fields with sizes and counts: marker, offset of the field from its start, bytes of the field.
SIZES = (
    (b"RIFF", 4, 4),
    (b"RF64", 4, 4),
    (b"ds64", 4, 4),
    (b"ds64", 8, 8),
    (b"ds64", 16, 8),
    (b"ds64", 24, 8),
    (b"riff\x2e", 16, 8),
    (b"fmt ", 4, 4),
    (b"fact", 4, 4),
    (b"fact", 8, 4),
    (b"data", 4, 4),
    (b"data", 4, 8),
    (b"data\xf3", 16, 8),
    (b"FORM", 4, 4),
    (b"SSND", 4, 4),
    (b"COMM", 4, 4),
    (b"COMM", 10, 4),
    (b".snd", 4, 4),
    (b".snd", 8, 4),
    (b"pakt", 4, 8),
    (b"pakt", 12, 8),
    (b"kuki", 4, 8),
    (b"fLaC", 5, 3),
    (b"fLaC", 8, 2),
    (b"fLaC", 22, 4),
    (b"OggS", 6, 8),
    (b"OggS", 26, 1),
    (b"\x03vorbis", 7, 4),
    (b"OpusTags", 8, 4),
    (b"ID3", 6, 4),
    (b"Xing", 8, 4),
    (b"Info", 8, 4),
    (b"wvpk", 4, 4),
    (b"wvpk", 12, 4),
    (b"wvpk", 20, 4),
    (b"TTA1", 14, 4),
    (b"moov", -4, 4),
    (b"trak", -4, 4),
    (b"mdat", -4, 4),
    (b"stsd", -4, 4),
    (b"stsd", 8, 4),
    (b"stts", 8, 4),
    (b"stts", 12, 4),
    (b"stts", 16, 4),
    (b"stsc", 8, 4),
    (b"stsc", 16, 4),
    (b"stsz", 8, 4),
    (b"stsz", 12, 4),
    (b"stco", 8, 4),
    (b"stco", 12, 4),
    (b"mdhd", 16, 4),
    (b"mvhd", 20, 4),
    (b"esds", -4, 4),
    (b"\x1aE\xdf\xa3", 4, 1),
    (b"\x18S\x80g", 4, 8),
    (b"\x15I\xa9f", 4, 8),
    (b"\x16T\xaek", 4, 8),
    (b"\x1fC\xb6u", 4, 8),
    (b"\xa1\xdc\xab\x8c", 16, 8),
    (b"\xa1\xdc\xab\x8c", 40, 8),
    (b"\xa1\xdc\xab\x8c", 64, 8),
    (b"strh", 32, 4),
    (b"strf", 4, 4),
    (b"movi", -4, 4),
    (b"idx1", 4, 4),
)
# Fields with rates, channels and bits per sample, likewise.
FORMATS = (
    (b"fmt ", 8, 2),
    (b"fmt ", 10, 2),
    (b"fmt ", 12, 4),
    (b"fmt ", 20, 2),
    (b"fmt ", 22, 2),
    (b"fmt \xf3", 26, 2),
    (b"fmt \xf3", 28, 4),
    (b"strf", 10, 2),
    (b"strf", 12, 4),
    (b"strf", 20, 2),
    (b"COMM", 8, 2),
    (b"COMM", 14, 2),
    (b"COMM", 16, 2),
    (b"COMM", 18, 8),
    (b".snd", 12, 4),
    (b".snd", 16, 4),
    (b".snd", 20, 4),
    (b"desc", 12, 8),
    (b"desc", 28, 4),
    (b"desc", 32, 4),
    (b"desc", 36, 4),
    (b"fLaC", 8, 4),
    (b"fLaC", 18, 4),
    (b"\x01vorbis", 11, 1),
    (b"\x01vorbis", 12, 4),
    (b"\x01vorbis", 28, 1),
    (b"OpusHead", 9, 1),
    (b"OpusHead", 10, 2),
    (b"OpusHead", 12, 4),
    (b"OpusHead", 18, 1),
    (b"wvpk", 24, 4),
    (b"TTA1", 6, 2),
    (b"TTA1", 8, 2),
    (b"TTA1", 10, 4),
    (b"mp4a", 20, 2),
    (b"mp4a", 28, 4),
    (b"alac", 20, 2),
    (b"alac", 28, 4),
    (b"twos", 20, 2),
    (b"twos", 28, 4),
    (b"\xb5\x88", 2, 8),
    (b"\x9f\x81", 2, 1),
    (b"\x61\x01", 2, 2),
    (b"\x61\x01", 4, 4),
    (b"\x61\x01", 12, 2),
    (b"\xff\xfb", 2, 1),
    (b"\xff\xf1", 2, 2),
    (b"\x0b\x77", 4, 3),
)


def flip_bits(content, random, others):
    """Flip a few bits anywhere in the file."""
    spoiled = bytearray(content)
    for _ in range(random.randint(1, 64)):
        spoiled[random.randrange(len(spoiled))] ^= 1 << random.randrange(8)
    return bytes(spoiled)


def flip_bits_of_the_head(content, random, others):
    """Flip a few bits of the header."""
    spoiled = bytearray(content)
    for _ in range(random.randint(1, 8)):
        spoiled[random.randrange(min(_HEAD, len(spoiled)))] ^= 1 << random.randrange(8)
    return bytes(spoiled)


def cut(content, random, others):
    """Remove the end, the beginning or a part in the middle."""
    begin, end = sorted(random.randrange(len(content) + 1) for _ in range(2))
    return random.choice((content[:end], content[begin:], content[:begin] + content[end:]))


def overwrite(content, random, others):
    """Overwrite a stretch with random bytes or with one value."""
    begin = random.randrange(len(content))
    size = min(random.choice((4, 64, 1024, 16384)), len(content) - begin)
    stretch = random.choice((random.randbytes(size), bytes([random.randrange(256)]) * size))
    return content[:begin] + stretch + content[begin + size :]


def repeat(content, random, others):
    """Repeat a stretch many times."""
    begin = random.randrange(len(content))
    stretch = content[begin : begin + random.choice((1, 16, 256, 4096))]
    times = min(random.randint(2, 4096), _MOST_BYTES // len(stretch))
    return content[:begin] + stretch * times + content[begin:]


def swap_headers(content, random, others):
    """Replace the header by that of another kind of file."""
    size = random.choice((4, 12, 36, 64, 256, 1024))
    return random.choice(others)[:size] + content[size:]


def concatenate(content, random, others):
    """Append a file of any kind."""
    return content + random.choice((content, *others))


def declare_sizes(content, random, others):
    """Declare wrong numbers of bytes, packets or samples."""
    return _declare(content, random, SIZES)


def declare_formats(content, random, others):
    """Declare absurd rates, channels and bits per sample."""
    return _declare(content, random, FORMATS)


def _declare(content, random, marks):
    places = [
        (start + distance, size)
        for mark, distance, size in marks
        if (start := content.find(mark)) >= 0 and 0 <= start + distance <= len(content) - size
    ]
    # Without a known field, any bytes of the header may be a number.
    places = places or [(random.randrange(min(_HEAD, len(content) - 8)), 4)]
    spoiled = bytearray(content)
    for place, size in random.sample(places, random.randint(1, min(2, len(places)))):
        number = random.choice((*_EXTREME_8, random.getrandbits(64))) & ((1 << 8 * size) - 1)
        if size == 8 and random.random() < 0.3:
            number = struct.unpack("<Q", struct.pack("<d", random.choice((1e308, -1.0, 1e-9))))[0]
        spoiled[place : place + size] = number.to_bytes(size, random.choice(("little", "big")))
    return bytes(spoiled)


MUTATIONS = (
    flip_bits,
    flip_bits_of_the_head,
    cut,
    overwrite,
    repeat,
    swap_headers,
    concatenate,
    declare_sizes,
    declare_formats,
)
