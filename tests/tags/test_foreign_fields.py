"""Fields of other programs keep their bytes and their order, and undo restores every byte."""

import json
import shutil
import struct
import subprocess

import mutagen
import pytest
import soundfile
from mutagen.apev2 import APEv2

from quadpred_plugin.errors import AudioError
from quadpred_plugin.tags.apev2 import read_ape
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.edits import apply_edits
from quadpred_plugin.tags.planning import plan_changes
from quadpred_plugin.tags.undo import UndoFile, read_undo_file, undo
from quadpred_plugin.tags.writing import write_changes
from tests.limits import HANG
from tests.tags.conftest import CONTAINERS, metadata
from tests.tags.tag_bytes import (
    ape,
    ape_item,
    atom,
    chunk,
    data_atom,
    dsf,
    flac,
    flac_blocks,
    picture,
    replace_items,
    vorbis,
)
from tests.tags.test_containers import WANTED

# As many bytes as fill more pages of Ogg than the comments had before.
LONG = "x" * 130_000


def exiftool(path):
    """Return the fields that ExifTool reads, without ours and without what depends on sizes."""
    command = ["exiftool", "-j", "-a", "-G1", "-b", str(path)]
    (found,) = json.loads(subprocess.run(command, capture_output=True, timeout=HANG).stdout)
    other = ("System:", "File:", "ExifTool:", "Composite:", "SourceFile", "ASF:FileLength")
    return {
        name: value
        for name, value in found.items()
        if not name.startswith(other)
        and not any(word in f"{name}{value}".lower() for word in ("quadpred", "angry", "mood"))
    }


@pytest.mark.parametrize("kind", CONTAINERS)
def test_undo_restores_every_byte(make, tag_and_undo, kind):
    path = make(kind)
    before = metadata(path)
    fields = exiftool(path)

    def check(path):
        assert before.items() <= metadata(path).items()
        assert exiftool(path).items() >= fields.items()

    tag_and_undo(path, check)


def test_comments_of_every_kind_in_flac(make, tag_and_undo):
    """Keys that repeat or have odd case, comments without a key, text that isn't UTF-8."""
    path = make("flac")
    content = path.read_bytes()
    comments = [
        b"ARTIST=one",
        b"Artist=two",
        b"aRTIST=one",
        b"no key",
        b"TITLE=\xff\xfe",
        b"=",
        b"",
    ]
    blocks, rest = flac_blocks(content)
    blocks = [(kind, block) for kind, block in blocks if kind not in (1, 4)]
    blocks.insert(1, (2, b"abcd" + bytes(range(256))))
    blocks.append((4, vorbis(b"somebody", comments)))
    blocks.append((1, bytes(500)))
    blocks.append((6, picture()))
    path.write_bytes(flac(blocks, rest))

    def check(path):
        found, ending = flac_blocks(path.read_bytes())
        assert ending == rest
        assert [block for kind, block in found if kind != 4] == [
            block for kind, block in blocks if kind != 4
        ]
        (written,) = (block for kind, block in found if kind == 4)
        ours = [f"{name}={value}".encode() for name, value in WANTED.items()]
        assert written == vorbis(b"somebody", comments + ours)

    tag_and_undo(path, check)


def test_flac_without_comments_and_behind_id3(make, tag_and_undo):
    path = make("flac")
    blocks, rest = flac_blocks(path.read_bytes())
    front = b"ID3\x04\0\0\0\0\0\x0aTIT2\0\0\0\x00\0\0"
    path.write_bytes(front + flac(blocks[:1], rest))

    def check(path):
        assert path.read_bytes().startswith(front + b"fLaC")
        assert mutagen.File(path)["QUADPRED_QUADRANT"] == ["Q2"]

    tag_and_undo(path, check)


@pytest.mark.parametrize("damage", ["two", "cut", "lost"])
def test_damaged_flac_is_refused(make, damage):
    path = make("flac")
    blocks, rest = flac_blocks(path.read_bytes())
    if damage == "two":
        content = flac([*blocks, (4, vorbis(b"", []))], rest)
    elif damage == "cut":
        content = path.read_bytes()[:60]
    else:
        content = flac(blocks, b"no audio" + rest)
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"tags|metadata"):
        TaggedFile(path)


@pytest.mark.parametrize("kind", ["vorbis", "opus"])
@pytest.mark.parametrize("comment", ["short", LONG])
def test_comments_of_ogg_that_fill_pages(make, tag_and_undo, kind, comment):
    path = make(kind)
    file = mutagen.File(path)
    file.tags[:] = [("ARTIST", "one"), ("Artist", "two"), ("artist", "one"), ("COMMENT", comment)]
    # The last page is full to the last byte, so our fields begin another.
    file.save(padding=lambda info: 0)
    fields = list(file.tags)
    sound, rate = soundfile.read(path)

    def check(path):
        tags = list(mutagen.File(path).tags)
        assert tags == [*fields, *WANTED.items()]
        # libogg skips pages with wrong checksums or numbers.
        again, again_rate = soundfile.read(path)
        assert (again == sound).all() and again_rate == rate

    tag_and_undo(path, check)


def test_more_pages_than_before(make, tag_and_undo):
    """Comments and setup fill one page to the last segment, so all later pages are renumbered."""
    path = make("vorbis")
    fill_page(path)
    sound, _ = soundfile.read(path)
    pages = count_pages(path)

    def check(path):
        assert count_pages(path) == pages + 1
        again, _ = soundfile.read(path)
        assert (again == sound).all()

    tag_and_undo(path, check)


def fill_page(path):
    from mutagen.ogg import OggPage

    file = mutagen.File(path)
    file.tags[:] = [("COMMENT", "x" * 1000)]
    file.save(padding=lambda info: 0)
    with open(path, "r+b") as stream:
        OggPage(stream)
        old = [OggPage(stream)]
        while not old[-1].complete or len(OggPage.to_packets(old)) < 2:
            old.append(OggPage(stream))
        comments, setup = OggPage.to_packets(old)
        segments = 255 - (len(setup) // 255 + 1)
        comments = comments.replace(b"x" * 1000, b"x" * (1000 + segments * 255 - 1 - len(comments)))
        size = comments.index(b"COMMENT=") - 4
        length = struct.pack("<I", comments.count(b"x") + len(b"COMMENT="))
        comments = comments[:size] + length + comments[size + 4 :]
        page = OggPage()
        page.packets, page.serial, page.sequence = [comments, setup], old[0].serial, 1
        assert len(comments) // 255 + 1 + len(setup) // 255 + 1 == 255
        OggPage.replace(stream, old, [page])
    soundfile.read(path)


def count_pages(path):
    from mutagen.ogg import OggPage

    count = 0
    with open(path, "rb") as stream:
        while True:
            try:
                page = OggPage(stream)
            except EOFError:
                return count
            assert page.sequence == count
            count += 1


APE_ITEMS = [
    (b"Title", b"first", 0),
    (b"Cover Art (Front)", b"cover.png\0" + bytes(range(256)), 2),
    (b"aLBUM", "a\0ä".encode(), 1),
    (b"Related", b"http://example.org", 4),
    (b"Comment", b"\xff\xfe", 0),
]


def test_items_of_apev2(make, tag_and_undo):
    """Items in an order of their own, binary ones, links, text that isn't UTF-8."""
    path = make("wavpack")
    APEv2(path).delete()
    audio = path.read_bytes()
    items = [ape_item(*item) for item in APE_ITEMS]
    # mutagen refuses text that isn't UTF-8, and so says what this file is.
    path.write_bytes(audio + ape(items[:-1]))

    def check(path):
        assert path.read_bytes() == audio + ape(items[:-1] + ape_fields())

    tag_and_undo(path, check)


def ape_fields():
    names = {"MOOD": "Mood"}
    return [
        ape_item(names.get(name, name).encode(), value.encode(), 0)
        for name, value in WANTED.items()
    ]


@pytest.mark.parametrize("items", [[], APE_ITEMS])
def test_apev2_before_lyrics_and_id3v1(tmp_path, items):
    lyrics = b"LYRICSBEGINLYR00003abc"
    ending = lyrics + f"{len(lyrics):06}".encode() + b"LYRICS200" + b"TAG" + bytes(125)
    raw = [ape_item(*item) for item in items]
    before, after = tmp_path / "before", tmp_path / "after"
    before.write_bytes(b"audio" * 100 + (ape(raw) if raw else b"") + ending)
    tag = read_ape(before)
    assert [item.name.encode() for item in tag.items] == [name for name, _, _ in items]
    changes = {{"MOOD": "Mood"}.get(name, name): (value,) for name, value in WANTED.items()}
    inverse = apply_edits(before, after, tag.edits(tag.replaced(changes)))
    assert after.read_bytes() == b"audio" * 100 + ape(raw + ape_fields()) + ending
    apply_edits(after, tmp_path / "again", inverse)
    assert (tmp_path / "again").read_bytes() == before.read_bytes()


@pytest.mark.parametrize("layout", ["as it is", "audio last", "no tags"])
def test_items_of_mp4(make, tag_and_undo, layout):
    """Unknown items, numbers of unusual width, genres by number, free atoms between items."""
    path = make("aac")
    if layout == "audio last":
        source = path.rename(path.with_name("source.m4a"))
        command = ["ffmpeg", "-v", "error", "-i", source, "-c", "copy", "-movflags", "faststart"]
        subprocess.run([*command, path], check=True, timeout=HANG)
        assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat")
    items = [
        data_atom(b"tmpo", 21, b"\x78"),
        data_atom(b"gnre", 0, b"\0\x12"),
        data_atom(b"xyzw", 7, b"unknown"),
        atom(b"free", bytes(16)),
        data_atom(b"cpil", 21, b"\0\x01"),
        data_atom(b"covr", 13, b"no picture"),
        data_atom(b"\xa9nam", 1, b"\xff\xfe"),
    ]
    if layout == "no tags":
        file = mutagen.File(path)
        file.delete()
        content = path.read_bytes()
        at = content.index(b"udta") - 4
        # An atom without meaning instead of the tags.
        path.write_bytes(content[:at] + content[at:].replace(b"udta", b"skip", 1))
    else:
        replace_items(path, b"".join(items))

    def check(path):
        content = path.read_bytes()
        assert (b"".join(items) in content) == (layout != "no tags")
        assert mutagen.File(path)["----:com.apple.iTunes:QUADPRED_QUADRANT"] == [b"Q2"]

    tag_and_undo(path, check)


def test_mp4_with_an_index_of_fragments_is_refused(make):
    """Its positions would have to move."""
    source = make("aac", "source")
    path = source.with_name("fragments.m4a")
    command = ["ffmpeg", "-v", "error", "-i", source, "-c", "copy", "-movflags"]
    subprocess.run([*command, "frag_keyframe+empty_moov", path], check=True, timeout=HANG)
    before = path.read_bytes()
    assert b"mfra" in before
    with pytest.raises(AudioError, match="its 'mfra' has positions of data that would move"):
        write_changes(path, plan_changes(TaggedFile(path), WANTED, False).changes)
    assert path.read_bytes() == before


def test_attributes_of_asf(make, tag_and_undo):
    """Several values, of several types, some of them in the metadata library."""
    from mutagen.asf import ASFByteArrayAttribute, ASFDWordAttribute, ASFUnicodeAttribute

    path = make("wma")
    file = mutagen.File(path)
    file.tags["WM/Genre"] = ["one", "two", "three"]
    file.tags["WM/Number"] = [ASFDWordAttribute(7), ASFUnicodeAttribute("seven")]
    file.tags["WM/Bytes"] = ASFByteArrayAttribute(bytes(range(256)))
    file.save()
    before = [(name, repr(value)) for name, value in mutagen.File(path).tags]

    def check(path):
        after = [(name, repr(value)) for name, value in mutagen.File(path).tags]
        assert [pair for pair in after if pair in before] == before
        assert len(after) == len(before) + len(WANTED)

    tag_and_undo(path, check)


def test_dsf(tmp_path, tag_and_undo):
    """DSD, whose tag lies behind the audio."""
    path = tmp_path / "song.dsf"
    path.write_bytes(dsf())
    tag_and_undo(path, lambda path: mutagen.File(path)["TXXX:QUADPRED_QUADRANT"])
    file = mutagen.File(path)
    file.add_tags()
    file.tags.add(mutagen.id3.TIT2(text="Stille"))
    file.save()
    tag_and_undo(path, lambda path: mutagen.File(path)["TIT2"])


@pytest.mark.parametrize("kind", ["wav", "aiff"])
def test_chunks_around_the_tag_stay(make, tag_and_undo, kind):
    """A tag between other chunks, one of them of odd size, and bytes behind the last."""
    path = make(kind)
    content = path.read_bytes()
    form = "<I" if kind == "wav" else ">I"
    tags = b"ID3\x03\0\0\0\0\0\x14TIT2\0\0\0\x05\0\0\0song\0\0\0\0\0"
    assert len(tags) == 30
    name = b"id3 " if kind == "wav" else b"ID3 "
    chunks = chunk(form, b"odd ", b"abc") + chunk(form, name, tags) + chunk(form, b"last", b"xy")
    size = struct.pack(form, len(content) + len(chunks) - 8)
    path.write_bytes(content[:4] + size + content[8:] + chunks + b"behind")

    def check(path):
        assert mutagen.File(path)["TIT2"] == "song"
        found = path.read_bytes()
        assert found.endswith(chunk(form, b"last", b"xy") + b"behind")
        assert chunk(form, b"odd ", b"abc") in found
        assert struct.unpack(form, found[4:8]) == (len(found) - 8 - len(b"behind"),)

    tag_and_undo(path, check)


def test_after_another_change_only_the_fields_are_restored(make, tmp_path):
    path = make("vorbis")
    tagged = TaggedFile(path)
    plan = plan_changes(tagged, WANTED, False)
    with UndoFile(tmp_path / "undo.jsonl") as undo_file:
        write_changes(
            path,
            plan.changes,
            lambda former: undo_file.append(path, tagged.kind, plan.changes, former),
        )
    file = mutagen.File(path)
    file["TITLE"] = "new"
    file.save()
    list(undo(read_undo_file(tmp_path / "undo.jsonl"), False, False))
    assert TaggedFile(path).values() == {}
    assert metadata(path)["TITLE"] == "new"


def test_an_undo_file_of_another_file_changes_nothing(make, tmp_path):
    path = make("flac")
    tagged = TaggedFile(path)
    plan = plan_changes(tagged, WANTED, False)
    record = tmp_path / "undo.jsonl"
    with UndoFile(record) as undo_file:
        write_changes(
            path,
            plan.changes,
            lambda former: undo_file.append(path, tagged.kind, plan.changes, former),
        )
    head, line = record.read_text().splitlines()
    content = json.loads(line)
    content["bytes"]["edits"] = [[0, 10**9, ""]]
    record.write_text(f"{head}\n{json.dumps(content)}\n")
    before = path.read_bytes()
    ((_, outcome),) = undo(read_undo_file(record), False, False)
    assert "the undo file isn't about this file" in str(outcome)
    assert path.read_bytes() == before


def test_exiftool_is_installed():
    assert shutil.which("exiftool")
