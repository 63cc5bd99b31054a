"""Bytes of tags and files, written by hand or by mutagen's lowest level."""

import struct

import mutagen


def vorbis(vendor, comments):
    sized = [struct.pack("<I", len(part)) + part for part in (vendor, *comments)]
    return sized[0] + struct.pack("<I", len(comments)) + b"".join(sized[1:])


def flac_blocks(content):
    """Return the blocks of a FLAC file as (type, content), and its audio."""
    at, last, blocks = content.index(b"fLaC") + 4, False, []
    while not last:
        last = bool(content[at] & 0x80)
        size = int.from_bytes(content[at + 1 : at + 4], "big")
        blocks.append((content[at] & 0x7F, content[at + 4 : at + 4 + size]))
        at += 4 + size
    return blocks, content[at:]


def flac(blocks, rest):
    headers = [
        bytes([kind | (0x80 if index == len(blocks) - 1 else 0)]) + len(block).to_bytes(3, "big")
        for index, (kind, block) in enumerate(blocks)
    ]
    return b"fLaC" + b"".join(h + block for h, (_, block) in zip(headers, blocks)) + rest


def picture():
    mime, content = b"image/png", bytes(range(256)) * 4
    head = struct.pack(">II", 3, len(mime)) + mime + struct.pack(">IIIIII", 0, 1, 1, 24, 0, 1024)
    return head + content


def ape_item(name, value, flags):
    return struct.pack("<II", len(value), flags) + name + b"\0" + value


def ape(items):
    body = b"".join(items)
    head, foot = (
        b"APETAGEX" + struct.pack("<4I", 2000, len(body) + 32, len(items), flags) + bytes(8)
        for flags in (0xA0000000, 0x80000000)
    )
    return head + body + foot


def atom(name, content):
    return struct.pack(">I4s", len(content) + 8, name) + content


def data_atom(name, kind, value):
    return atom(name, atom(b"data", struct.pack(">II", kind, 0) + value))


def replace_items(path, items):
    """Put items into an MP4 file in place of its own, without a change of its size."""
    file = mutagen.File(path)
    file.tags.clear()
    file.tags["\xa9cmt"] = ["x" * (len(items) - 24)]
    file.save()
    content = path.read_bytes()
    at = content.index(b"ilst") + 4
    assert int.from_bytes(content[at - 8 : at - 4], "big") == len(items) + 8
    path.write_bytes(content[:at] + items + content[at + len(items) :])


def chunk(form, name, content):
    return name + struct.pack(form, len(content)) + content + bytes(len(content) % 2)


def dsf():
    """Return a fifth of a second of silence in one channel."""
    block = b"\x69" * 4096 * 17
    head = b"fmt " + struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, 2822400, 1, len(block) * 8, 4096, 0)
    body = head + b"data" + struct.pack("<Q", len(block) + 12) + block
    return b"DSD " + struct.pack("<QQQ", 28, len(body) + 28, 0) + body
