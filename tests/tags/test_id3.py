"""ID3 of old collections: all other tags keep their bytes."""

import struct
import zlib

import mutagen
import pytest
from mutagen.id3 import ID3

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags.containers import TaggedFile
from tests.tags.conftest import metadata, samples
from tests.tags.test_containers import WANTED, tag, undo
from tests.tags.test_foreign_fields import exiftool

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


def frame(version, name, content, flags=0):
    size = synchsafe(len(content)) if version == 4 else struct.pack(">I", len(content))
    return name + size + struct.pack(">H", flags) + content


def synchsafe(number, count=4):
    return bytes(number >> 7 * place & 127 for place in reversed(range(count)))


def chapter(version, element, title):
    times = struct.pack(">IIII", 0, 1000, 0xFFFFFFFF, 0xFFFFFFFF)
    return frame(version, b"CHAP", element + b"\0" + times + frame(version, b"TIT2", b"\0" + title))


def old_frames(version):
    """Frames that taggers lose: chapters, a date without meaning, unknown and repeated ones."""
    toc = b"toc\0\x03\x02first\0second\0"
    return [
        frame(version, b"CTOC", toc),
        chapter(version, b"first", b"A long title of the first chapter"),
        chapter(version, b"second", b"Short"),
        frame(version, b"TDRC", b"\0sometime in spring"),
        frame(version, b"XYZW", bytes(range(256))),
        frame(version, b"TIT2", b"\0one"),
        frame(version, b"TIT2", b"\x01\xff\xfet\0w\0o\0"),
        frame(version, b"COMM", b"\0engsame\0one"),
        frame(version, b"COMM", b"\0engsame\0two"),
        frame(version, b"TPE1", b"\x07no such encoding"),
        frame(version, b"TALB", b""),
        frame(version, b"PRIV", b"owner\0" + b"\xff\x00\xff\xe0" * 9),
        frame(version, b"APIC", b"\0image/png\0\x03cover\0" + bytes(range(256)) * 8),
        frame(version, b"TCON", b"\0(17)Rock", flags=0x4000),
    ]


def build(version, body, flags, extended=b"", footer=False):
    """Return a tag whose body is unsynchronised if a flag says so, by the specification."""
    if version == 3 and flags & 0x80:
        body = unsynchronised(extended + body)
    else:
        body = extended + body
    end = bytes([version, 0, flags | (0x10 if footer else 0)]) + synchsafe(len(body))
    return b"ID3" + end + body + (b"3DI" + end if footer else b"")


def unsynchronised(body):
    found = bytearray()
    for index, byte in enumerate(body):
        found.append(byte)
        after = body[index + 1] if index + 1 < len(body) else 0
        if byte == 0xFF and (after == 0 or after >= 0xE0):
            found.append(0)
    return bytes(found)


def ours(sizes, flags=0, version=None):
    """Build our frames with sizes as in a version, and by default of that version."""
    values = {
        "MOOD": "angry, tense",
        "QUADPRED_QUADRANT": "Q2",
        "QUADPRED_AROUSAL": "0.9805",
        "QUADPRED_VALENCE": "-0.6542",
        "QUADPRED_MODEL": "music-4q 0123456789ab",
    }
    return b"".join(
        frame(sizes, b"TMOO", b"\0" + value.encode(), flags)
        # Version 3 has no frame for a mood.
        if name == "MOOD" and (version or sizes) == 4
        else frame(sizes, b"TXXX", b"\0" + name.encode() + b"\0" + value.encode(), flags)
        for name, value in values.items()
    )


LAYOUTS = {
    "version 3": (3, 0, b"", False),
    "version 4": (4, 0, b"", False),
    "version 3, unsynchronised": (3, 0x80, b"", False),
    "version 4, footer": (4, 0, b"", True),
    "version 3, extended": (3, 0x40, struct.pack(">IHI", 6, 0, 50), False),
    "version 4, extended": (4, 0x40, synchsafe(6) + b"\x01\x00", False),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_frame_keeps_its_bytes(bare, tag_and_undo, layout):
    version, flags, extended, footer = LAYOUTS[layout]
    padding = b"" if footer else bytes(50)
    audio = bare.read_bytes() + ID3V1
    body = b"".join(old_frames(version))
    bare.write_bytes(build(version, body + padding, flags, extended, footer) + audio)
    fields = exiftool(bare)

    def check(path):
        new = build(version, body + ours(version) + padding, flags, extended, footer)
        assert path.read_bytes() == new + audio
        chapters = [one.sub_frames["TIT2"].text for one in ID3(path).getall("CHAP")]
        assert chapters == [["A long title of the first chapter"], ["Short"]]
        assert exiftool(path).items() >= fields.items()

    tag_and_undo(bare, check)


def test_frames_that_are_unsynchronised_one_by_one(bare, tag_and_undo):
    audio = bare.read_bytes()
    content = b"\x01\xff\x00\xfet\0w\0o\0"
    body = frame(4, b"TIT2", content, flags=2)
    bare.write_bytes(build(4, body, 0x80) + audio)

    def check(path):
        assert path.read_bytes() == build(4, body + ours(4, flags=2), 0x80) + audio
        assert ID3(path)["TIT2"].text == ["two"]

    tag_and_undo(bare, check)


@pytest.mark.parametrize("version", [3, 4])
def test_checksums_are_right_again(bare, tag_and_undo, version):
    """libid3tag, and so SoX and Audacity, write them; over padding only in version 4."""
    audio = bare.read_bytes()
    body = b"".join(old_frames(version))

    def build_checked(body):
        if version == 4:
            checksum = zlib.crc32(body + bytes(40))
            extended = synchsafe(12) + b"\x01\x20\x05" + synchsafe(checksum, 5)
        else:
            extended = struct.pack(">IHII", 10, 0x8000, 40, zlib.crc32(body))
        return build(version, body + bytes(40), 0x40, extended)

    bare.write_bytes(build_checked(body) + audio)

    def check(path):
        assert path.read_bytes() == build_checked(body + ours(version)) + audio

    tag_and_undo(bare, check)


def test_what_is_no_frame_is_kept_behind_ours(bare, tag_and_undo):
    audio = bare.read_bytes()
    title, damaged = frame(3, b"TIT2", b"\0one"), b"TALB\x7f\0\0\0\0\0too long"
    bare.write_bytes(build(3, title + damaged, 0) + audio)

    def check(path):
        assert path.read_bytes() == build(3, title + ours(3) + damaged, 0) + audio

    tag_and_undo(bare, check)


def test_sizes_as_itunes_wrote_them(bare, tag_and_undo):
    audio = bare.read_bytes()
    picture = b"\0image/png\0\x03cover\0" + bytes(range(256))
    body = frame(3, b"APIC", picture) + frame(3, b"TIT2", b"\0one")
    bare.write_bytes(build(4, body, 0) + audio)

    def check(path):
        assert path.read_bytes() == build(4, body + ours(3, version=4), 0) + audio

    tag_and_undo(bare, check)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (b"TXXX", b"\0MOOD\0Weltschmerz"),
        (b"TXXX", b"\x01\xff\xfem\0o\0O\0d\0\0\0\xff\xfeW\0e\0l\0t\0s\0c\0h\0m\0e\0r\0z\0"),
        (b"COMM", b"\0gerMusicMatch_Mood\0Weltschmerz"),
        (b"COMM", b"\0gerSongs-DB_Mood\0Weltschmerz"),
        (b"TMOO", b"\0Weltschmerz"),
    ],
)
def test_a_mood_in_the_spelling_of_another_program(bare, name, content):
    body = frame(3, name, content)
    audio = bare.read_bytes()
    bare.write_bytes(build(3, body, 0) + audio)
    plan = tag(bare)
    assert plan.kept == ("Weltschmerz",)
    assert "MOOD" not in {change.field for change in plan.changes}
    assert (b"TMOO" in bare.read_bytes()) == (name == b"TMOO")
    assert body in bare.read_bytes()
    forced = tag(bare, force=True)
    assert [change.after for change in forced.changes] == [("angry, tense",)]
    # There is one mood still, and it has its language and name.
    found = ID3(bare)
    moods = [one for one in found.values() if "angry" in str(one)]
    assert len(moods) == 1 and moods[0].FrameID == name.decode()
    assert getattr(moods[0], "lang", "ger") == "ger"
    # It is ours now, and follows the quadrant.
    again = tag(bare, {**WANTED, "MOOD": "calm, tender", "QUADPRED_QUADRANT": "Q4"})
    assert again.kept == ()
    assert ("calm, tender",) in [change.after for change in again.changes]
    undo(bare, again)
    undo(bare, forced)
    assert TaggedFile(bare).moods() and next(iter(TaggedFile(bare).moods().values())) == (
        "Weltschmerz",
    )


def test_a_mood_of_ours_beside_one_of_another_program(bare):
    """Ours, which an earlier version wrote, follows the quadrant; the other one is kept."""
    tag(bare)
    file = ID3(bare)
    file.add(mutagen.id3.TXXX(desc="Mood", text="Weltschmerz"))
    file.save(bare)
    plan = tag(bare, {**WANTED, "MOOD": "calm, tender", "QUADPRED_QUADRANT": "Q4"})
    assert plan.kept == ("Weltschmerz",)
    assert ID3(bare)["TMOO"].text == ["calm, tender"]
    assert ID3(bare)["TXXX:Mood"].text == ["Weltschmerz"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("aac", "----:com.apple.iTunes:mood"),
        ("aac", "----:org.example:MOOD"),
        ("wma", "MOOD"),
        ("wma", "wm/MOOD"),
        ("wavpack", "MOOD"),
        ("vorbis", "mOOd"),
        ("opus", "mood"),
    ],
)
def test_other_spellings_in_other_containers(make, kind, name):
    path = make(kind)
    file = mutagen.File(path)
    file[name] = [b"Weltschmerz"] if kind == "aac" else ["Weltschmerz"]
    file.save()
    before = sorted(mutagen.File(path).keys())
    plan = tag(path)
    assert plan.kept == ("Weltschmerz",)
    after = mutagen.File(path)
    assert [key for key in sorted(after.keys()) if "QUADPRED" not in key.upper()] == before
    (change,) = tag(path, force=True).changes
    assert change.after == ("angry, tense",)
    keys = [key for key in mutagen.File(path).keys() if "mood" in key.lower()]
    assert [key.casefold() for key in keys] == [name.casefold()]
