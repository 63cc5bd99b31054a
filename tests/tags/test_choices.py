"""Tags as players read them: scales, several moods, comments, by mutagen, exiftool and FFmpeg."""

import json
import re
import struct
import subprocess

import mutagen
import mutagen.id3
import pytest
from mutagen.id3 import COMM, ID3, TMOO, TXXX
from mutagen.mp4 import MP4FreeForm

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.tags.choices import Choices, ScaledField, comment_with, parse_field
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.planning import plan_changes
from quadpred_plugin.tags.undo import UndoFile, read_undo_file, undo
from quadpred_plugin.tags.writing import write_changes
from tests.tags.conftest import CONTAINERS, metadata, samples
from tests.tags.test_containers import WANTED

ENERGY = ScaledField("ENERGY", "arousal", 1, 10)
PLEASURE = ScaledField("Pleasure 100", "valence", 0, 100)
ALL = Choices((ENERGY, PLEASURE), mood_values=True, comment="Mood: ")
COMMENT = "Mood: Q2 angry, tense ENERGY 10 Pleasure 100 17"


def tag(path, choices=ALL, force=False, record=None, **changed):
    tagged = TaggedFile(path)
    plan = plan_changes(tagged, {**WANTED, **changed}, force, choices)
    if record is None:
        write_changes(path, plan.changes)
    else:
        with UndoFile(record) as undo_file:
            write_changes(
                path,
                plan.changes,
                lambda former: undo_file.append(path, tagged.kind, plan.changes, former),
            )
    return plan


def exiftool(path):
    """Return what exiftool reads, by the number of the copy and the name."""
    run = subprocess.run(
        ["exiftool", "-json", "-a", "-G4", path], capture_output=True, check=True, text=True
    )
    (found,) = json.loads(run.stdout)
    return found


def mutagen_values(path, kind):
    """Return the values of mood, energy and comment as mutagen reads them."""
    tags = mutagen.File(path).tags
    if kind in ("mp3", "wav", "aiff", "tta"):
        comments = [one.text for one in tags.getall("COMM") if not one.desc]
        return tags["TMOO"].text, tags["TXXX:ENERGY"].text, comments[0]
    if kind in ("aac", "alac"):
        prefix = "----:com.apple.iTunes:"
        mood, energy = (
            [bytes(value).decode() for value in tags[prefix + name]] for name in ("MOOD", "ENERGY")
        )
        return mood, energy, tags["©cmt"]
    names = ("WM/Mood", "ENERGY") if kind == "wma" else ("MOOD", "ENERGY", "COMMENT")
    found = [[str(value) for value in tags[name]] for name in names]
    return (*found, []) if kind == "wma" else tuple(found)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_players_read_what_was_chosen_and_undo_restores_every_byte(make, tmp_path, kind):
    path = make(kind)
    before, tags, sound = path.read_bytes(), metadata(path), samples(path)
    record = tmp_path / "undo.jsonl"
    plan = tag(path, record=record)
    mood, energy, comment = mutagen_values(path, kind)
    assert (mood, energy) == (["angry", "tense"], ["10"])
    assert comment == ([] if kind == "wma" else [COMMENT])
    assert ("comment" in plan.kept_fields) == (kind == "wma")
    assert samples(path) == sound
    seen = {key: value for key, value in metadata(path).items() if key in tags}
    assert seen == tags
    assert tag(path).changes == ()
    ((_, outcome),) = undo(read_undo_file(record), False, False)
    assert not outcome.kept
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "mood", "energy"),
    [
        ("mp3", "Mood", "UserDefinedText"),
        ("flac", "Mood", "Energy"),
        ("vorbis", "Mood", "Energy"),
        ("aac", "Mood", "ENERGY"),
    ],
)
def test_exiftool_reads_them(make, kind, mood, energy):
    path = make(kind)
    tag(path)
    found = exiftool(path)
    # Copies of a name are numbered.
    values = {
        name: [str(value) for key, value in found.items() if key.rpartition(":")[2] == name]
        for name in (mood, energy)
    }
    assert sorted(re.findall("angry|tense", " ".join(values[mood]))) == ["angry", "tense"]
    assert any("10" in value for value in values[energy])
    assert COMMENT in found.values()


def v23(path):
    """Give a file a tag of version 2.3."""
    tags = ID3()
    tags.add(TXXX(encoding=0, desc="MINE", text=["kept"]))
    tags.save(path, v2_version=3)


def test_version_2_3_has_the_mood_where_its_readers_look(make, tmp_path):
    path = make("mp3")
    v23(path)
    before = path.read_bytes()
    record = tmp_path / "undo.jsonl"
    tag(path, record=record)
    assert path.read_bytes()[:4] == b"ID3\3"
    tags = ID3(path, translate=False)
    assert tags["TXXX:MOOD"].text == ["angry, tense"] and "TMOO" not in tags
    assert tags["TXXX:ENERGY"].text == ["10"] and tags["TXXX:MINE"].text == ["kept"]
    assert COMMENT in exiftool(path).values()
    assert tag(path).changes == ()
    undo_all(record)
    assert path.read_bytes() == before
    tags = ID3()
    tags.add(TMOO(encoding=0, text=["Weltschmerz"]))
    tags.save(path, v2_version=3)
    assert tag(path).kept == ("Weltschmerz",)
    assert "TXXX:MOOD" not in ID3(path, translate=False)


def undo_all(record):
    for _, outcome in undo(read_undo_file(record), False, False):
        assert not isinstance(outcome, QuadpredError)


def test_moods_of_ours_are_ours_in_both_forms(make):
    path = make("flac")
    tag(path, Choices(mood_values=True))
    assert mutagen.File(path)["MOOD"] == ["angry", "tense"]
    tag(path, Choices())
    assert mutagen.File(path)["MOOD"] == ["angry, tense"]
    tag(path, ALL, **{"MOOD": "calm, tender", "QUADPRED_QUADRANT": "Q4"})
    assert mutagen.File(path)["MOOD"] == ["calm", "tender"]
    # Below the minimum confidence there is no mood.
    tag(path, ALL, **{"MOOD": "", "QUADPRED_QUADRANT": "neutral"})
    found = mutagen.File(path)
    assert "MOOD" not in found and found["QUADPRED_QUADRANT"] == ["neutral"]
    assert "COMMENT" not in found


def test_a_field_of_another_program_stays_unless_forced(make):
    path = make("flac")
    file = mutagen.File(path)
    file["energy"] = ["high, very"]
    file.save()
    plan = tag(path)
    assert plan.kept_fields == {"ENERGY": "keeps its ENERGY 'high, very' (--force replaces it)."}
    assert mutagen.File(path)["energy"] == ["high, very"]
    tag(path, force=True)
    assert mutagen.File(path)["energy"] == ["10"]
    # Ours follows the values; a number of another scale does not pass for ours.
    tag(path, QUADPRED_AROUSAL="0")
    assert mutagen.File(path)["energy"] == ["6"]
    other = Choices((ScaledField("ENERGY", "arousal", 0, 100),))
    assert "ENERGY" in tag(path, other).kept_fields


@pytest.mark.parametrize("kind", ["mp3", "flac", "aac", "wavpack"])
def test_what_others_wrote_into_the_comment_stays(make, kind):
    path = make(kind)
    file = mutagen.File(path)
    text = "Live | in Bergen, 1998"
    if kind == "mp3":
        file.tags.add(COMM(encoding=3, lang="nor", desc="", text=[text]))
        file.tags.add(COMM(encoding=3, lang="eng", desc="iTunNORM", text=["0000"]))
    elif kind == "aac":
        file.tags["©cmt"] = [text]
    else:
        file.tags["Comment"] = text
    file.save()
    tag(path, Choices(comment=""))
    tag(path)
    tag(path, ALL, **{"QUADPRED_QUADRANT": "Q4", "QUADPRED_AROUSAL": "0"})
    (comment,) = comments(path, kind)
    assert comment == f"Mood: Q4 calm, tender ENERGY 6 Pleasure 100 17 | {text}"
    if kind == "mp3":
        assert {one.lang for one in ID3(path).getall("COMM") if not one.desc} == {"nor"}
        assert ID3(path)["COMM:iTunNORM:eng"].text == ["0000"]
    tag(path, ALL, **{"QUADPRED_QUADRANT": "neutral"})
    assert comments(path, kind) == [text]


def comments(path, kind):
    tags = mutagen.File(path).tags
    if kind == "mp3":
        return [str(value) for one in tags.getall("COMM") if not one.desc for value in one.text]
    return [str(value) for value in tags["©cmt" if kind == "aac" else "Comment"]]


def test_comments_in_several_languages_stay(make):
    path = make("mp3")
    tags = ID3(path)
    for language in ("eng", "nor"):
        tags.add(COMM(encoding=3, lang=language, desc="", text=["text"]))
    tags.save(path)
    plan = tag(path)
    assert plan.kept_fields["comment"].startswith("keeps its comment, since it has several")
    assert comments(path, "mp3") == ["text", "text"]


def test_a_comment_of_mp4_that_is_no_text_stays(make):
    path = make("aac")
    data = struct.pack(">I4sII", 20, b"data", 13, 0) + b"JPEG"
    file = mutagen.File(path)
    file.tags["©cmt"] = ["text"]
    file.save()
    content = path.read_bytes()
    old = struct.pack(">I4sII", 20, b"data", 1, 0) + b"text"
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, data))
    assert "comment" in tag(path).kept_fields
    assert data in path.read_bytes()


def test_a_frame_of_other_flags_gives_no_language(make):
    path = make("mp3")
    frame = b"COMM" + bytes([0, 0, 0, 13]) + b"\0\x01" + bytes([0, 0, 0, 9]) + b"\0nor\0text"
    size = bytes([0, 0, 0, len(frame)])
    path.write_bytes(b"ID3\4\0\0" + size + frame + path.read_bytes()[3000:])
    (former,) = comments(path, "mp3")
    assert former == "text"
    tag(path)
    assert comments(path, "mp3") == [f"{COMMENT} | text"]
    assert ID3(path).getall("COMM")[0].lang == "eng"


def test_a_model_that_isnt_known_is_taken_out(make):
    path = make("aac")
    tag(path)
    tag(path, QUADPRED_MODEL="")
    assert "QUADPRED_MODEL" not in TaggedFile(path).values()
    assert not [key for key in mutagen.File(path).tags if "QUADPRED_MODEL" in key]
    assert MP4FreeForm(b"10") in mutagen.File(path).tags["----:com.apple.iTunes:ENERGY"]


def test_numbers_of_scales():
    assert parse_field("ENERGY=arousal:1..10") == ENERGY
    nine = parse_field("V=".replace("V", "VA") + "valence:1..9")
    assert [nine.value(x / 4) for x in range(-4, 5)] == [str(number) for number in range(1, 10)]
    assert parse_field("T 1=valence:-5..5").value(-0.96) == "-5"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ENERGY", "isn't a field: write NAME=dimension:LOW..HIGH"),
        ("ENERGY=arousal:1-10", "isn't a field"),
        ("ENERGY=loudness:1..10", "'loudness' isn't a dimension: a field takes arousal or valence"),
        ("ENERGY=arousal:10..1", "must begin with its lower number"),
        ("ENERGY=arousal:1..nan", "isn't a field"),
        ("E=arousal:1..10", "can't be the name of a tag"),
        ("A\nB=arousal:1..10", "can't be the name of a tag"),
        ("Größe=arousal:1..10", "can't be the name of a tag"),
        ("mood=arousal:1..10", "has a meaning already"),
        ("Comment=arousal:1..10", "has a meaning already"),
    ],
)
def test_other_fields_are_refused(text, words):
    with pytest.raises(QuadpredError, match=words):
        parse_field(text)


@pytest.mark.parametrize(
    "former", ["", "text", "a | b", "Q1 is a road", "happy, excited | x", "ENERGY 7", "| x"]
)
def test_comments_are_found_again(former):
    own = "Q1 happy, excited ENERGY 7"
    once = comment_with(former, own)
    assert once == (f"{own} | {former}" if former else own)
    assert comment_with(once, "Mood: Q3 sad, gloomy") == once.replace(own, "Mood: Q3 sad, gloomy")
    assert comment_with(once, "") == former
