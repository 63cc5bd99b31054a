"""ID3 of old collections: all other tags keep their bytes."""

import struct

import pytest

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags.containers import TaggedFile
from tests.tags.conftest import metadata, samples
from tests.tags.test_containers import tag, undo

ID3V1 = b"TAG" + b"An old title, cut off at thirty".ljust(30)[:30] + b"\xe4\xf6\xfc".ljust(95)
FRAMES_V23 = {
    b"TIT2": b"\x01\xff\xfe" + "Ein Stück".encode("utf-16-le"),
    b"TYER": b"\x001998",
    b"TDAT": b"\x002403",
    b"TMOO": b"\x00M\xe9lancolie",
    b"XYZW": b"a frame that nobody knows",
    b"APIC": b"\x00image/png\x00\x03cover\x00" + bytes(range(256)) * 8,
}


def id3(version, frames):
    """Build a tag from its specification, without padding."""
    body = b""
    for name, content in frames.items():
        if version == 2:
            body += name[:3] + len(content).to_bytes(3, "big") + content
        else:
            body += name + struct.pack(">IH", len(content), 0) + content
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, 0]) + size + body


def frames_v23(content):
    assert content[:4] == b"ID3\x03"
    end = 10 + sum(byte << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0)))
    found, at = {}, 10
    while at < end and content[at]:
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "big")
        # Writers may or may not end a text with a zero.
        found.setdefault(name, []).append(content[at + 10 : at + 10 + size].rstrip(b"\0"))
        at += 10 + size
    return found


@pytest.fixture
def bare(make):
    """An MP3 without any tag."""
    import mutagen

    path = make("mp3")
    mutagen.File(path).delete()
    assert path.read_bytes()[0] == 0xFF
    return path


def test_version_2_3_is_not_translated(bare):
    audio = bare.read_bytes()
    bare.write_bytes(id3(3, FRAMES_V23) + audio + ID3V1)
    before = {name: [content.rstrip(b"\0")] for name, content in FRAMES_V23.items()}
    plan = tag(bare)
    assert plan.kept == ("Mélancolie",)
    tagged = frames_v23(bare.read_bytes())
    assert len(tagged.pop(b"TXXX")) == 4
    assert tagged == before
    assert bare.read_bytes().endswith(audio + ID3V1)
    forced = tag(bare, force=True)
    assert frames_v23(bare.read_bytes())[b"TMOO"] == [b"\x00angry, tense"]
    undo(bare, forced)
    undo(bare, plan)
    assert frames_v23(bare.read_bytes()) == before
    assert bare.read_bytes().endswith(audio + ID3V1)


def test_id3v1_alone_stays_as_it_is(bare):
    content = bare.read_bytes() + ID3V1
    bare.write_bytes(content)
    sound, before = samples(bare), metadata(bare)
    plan = tag(bare)
    assert bare.read_bytes().endswith(content)
    assert bare.read_bytes().startswith(b"ID3\x04")
    # FFmpeg reads ID3v1 only where there is no other tag.
    assert metadata(bare)["TITLE"] == before["TITLE"] == "An old title, cut off at thirty"[:30]
    assert samples(bare) == sound
    undo(bare, plan)
    assert bare.read_bytes() == content


def test_version_2_2_is_refused(bare):
    content = id3(2, {b"TT2": b"\x00An old title"}) + bare.read_bytes()
    bare.write_bytes(content)
    with pytest.raises(AudioError, match=r"ID3v2\.2 tags.*convert"):
        TaggedFile(bare)
    assert bare.read_bytes() == content
