"""Undo files: they restore tags after a field was renamed, and the first format is still read."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from quadpred_plugin.errors import AudioError, QuadpredError
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.planning import plan_changes
from quadpred_plugin.tags.undo import UndoFile, plan_undo, read_undo_file, undo
from quadpred_plugin.tags.writing import write_changes
from tests.limits import HANG
from tests.tags.conftest import CONTAINERS, metadata, samples
from tests.tags.test_containers import WANTED, set_mood, tag

ROOT = Path(__file__).parent.parent.parent

# Written by the first version of ``quadpred tag``: without the names of the files' tags.
FIRST_FORMAT = """\
{"kind": "quadpred tags", "program": "quadpred-plugin 0.1.0"}
{"file": "SONG", "fields": {"MOOD": {"before": ["Weltschmerz"], "after": ["angry, tense"]}, \
"QUADPRED_QUADRANT": {"before": [], "after": ["Q2"]}, \
"QUADPRED_AROUSAL": {"before": [], "after": ["0.9805"]}, \
"QUADPRED_VALENCE": {"before": [], "after": ["-0.6542"]}, \
"QUADPRED_MODEL": {"before": [], "after": ["music-4q 0123456789ab"]}}}
"""
# Undo, then tag again: run in a version that has another tag name for arousal.
IN_RENAMED_VERSION = """
import sys
from pathlib import Path
import quadpred_plugin
from quadpred_plugin.tags import fields
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.undo import read_undo_file, undo
from quadpred_plugin.tags.planning import plan_changes
from quadpred_plugin.tags.writing import write_changes
assert fields.AROUSAL == "QUADPRED_ENERGY"
assert Path(quadpred_plugin.__file__).is_relative_to(sys.argv[1])
if sys.argv[2] == "undo":
    for record, outcome in undo(read_undo_file(Path(sys.argv[3])), False, False):
        assert not isinstance(outcome, Exception), outcome
        assert not outcome.kept, outcome
else:
    for path in map(Path, sys.argv[3:]):
        plan = plan_changes(TaggedFile(path), {fields.AROUSAL: "0.5"}, False)
        write_changes(path, plan.changes)
"""


@pytest.fixture
def renamed(tmp_path):
    """Run a copy of the package with another tag name for arousal: one constant is changed."""
    folder = tmp_path / "renamed"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "quadpred_plugin", folder / "quadpred_plugin", ignore=ignore)
    constants = folder / "quadpred_plugin" / "tags" / "fields.py"
    text = constants.read_text()
    assert text.count('"QUADPRED_AROUSAL"') == 1
    constants.write_text(text.replace('"QUADPRED_AROUSAL"', '"QUADPRED_ENERGY"'))

    def run(*arguments):
        subprocess.run(
            [sys.executable, "-c", IN_RENAMED_VERSION, folder, *arguments],
            env={**os.environ, "PYTHONPATH": str(folder)},
            cwd=folder,
            check=True,
            timeout=HANG,
        )

    return run


def tag_with_undo_file(path, undo_file):
    tagged = TaggedFile(path)
    plan = plan_changes(tagged, WANTED, True)
    write_changes(
        path, plan.changes, lambda former: undo_file.append(path, tagged.kind, plan.changes, former)
    )


def test_undo_after_arousal_was_renamed(make, renamed, tmp_path):
    paths = [make(kind) for kind in CONTAINERS]
    for kind, path in zip(CONTAINERS, paths, strict=True):
        set_mood(path, kind, "Weltschmerz")
    before = [metadata(path) for path in paths]
    with UndoFile(tmp_path / "undo.jsonl") as undo_file:
        for path in paths:
            tag_with_undo_file(path, undo_file)
    assert all(WANTED["QUADPRED_AROUSAL"] in metadata(path).values() for path in paths)
    renamed("undo", tmp_path / "undo.jsonl")
    assert [metadata(path) for path in paths] == before


def test_one_constant_renames_the_tag_in_every_container(make, renamed):
    paths = [make(kind) for kind in CONTAINERS]
    renamed("tag", *paths)
    assert {metadata(path)["QUADPRED_ENERGY"] for path in paths} == {"0.5"}


def test_the_first_format_after_arousal_was_renamed(make, renamed, tmp_path):
    path = make("mp3")
    set_mood(path, "mp3", "Weltschmerz")
    before = metadata(path)
    tag(path, force=True)
    (tmp_path / "first.jsonl").write_text(FIRST_FORMAT.replace("SONG", str(path)))
    renamed("undo", tmp_path / "first.jsonl")
    assert metadata(path) == before


@pytest.mark.parametrize("kind", CONTAINERS)
def test_the_first_format_is_still_read(make, tmp_path, kind):
    path = make(kind)
    set_mood(path, kind, "Weltschmerz")
    before, sound = metadata(path), samples(path)
    tag(path, force=True)
    assert metadata(path) != before
    (tmp_path / "first.jsonl").write_text(FIRST_FORMAT.replace("SONG", str(path)))
    ((record, plan),) = undo(read_undo_file(tmp_path / "first.jsonl"), False, False)
    assert record.path == path
    assert [change.field for change in plan.changes] == list(WANTED)
    assert (metadata(path), samples(path)) == (before, sound)


@pytest.fixture
def recorded(make, tmp_path):
    """Tag an MP3 and return the undo file's record, to be changed and written back."""
    path = make("mp3")
    with UndoFile(tmp_path / "undo.jsonl") as undo_file:
        tag_with_undo_file(path, undo_file)
    head, record = map(json.loads, (tmp_path / "undo.jsonl").read_text().splitlines())

    def write(content):
        lines = [json.dumps(head), json.dumps(content)]
        (tmp_path / "undo.jsonl").write_text("\n".join(lines) + "\n")
        return tmp_path / "undo.jsonl"

    return record, write


def test_a_record_has_the_names_of_the_tags(recorded):
    record, _ = recorded
    assert record["tags"] == "ID3"
    assert record["fields"]["MOOD"]["tag"] == "TMOO"
    assert record["fields"]["QUADPRED_AROUSAL"] == {
        "tag": "TXXX:QUADPRED_AROUSAL",
        "before": [],
        "after": ["0.9805"],
    }


def test_a_file_with_another_kind_of_tags_is_left_unchanged(recorded, make):
    record, write = recorded
    flac = make("flac")
    (restored,) = read_undo_file(write({**record, "file": str(flac)}))
    with pytest.raises(AudioError, match="has Vorbis tags, but the undo file recorded ID3 tags"):
        plan_undo(restored, force=True)


@pytest.mark.parametrize("name", ["APIC:", "XYZW", "mood"])
def test_tags_that_are_not_text_are_refused(recorded, name):
    record, write = recorded
    record["fields"]["MOOD"]["tag"] = name
    del record["bytes"]
    content = Path(record["file"]).read_bytes()
    ((_, outcome),) = undo(read_undo_file(write(record)), True, False)
    assert isinstance(outcome, AudioError)
    assert str(outcome) == f"can't have text in a tag '{name}'."
    assert Path(record["file"]).read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [
        {"tags": "ID4"},
        {"tags": 3},
        {"fields": {"MOOD": {"before": [], "after": []}}},
        {"fields": {"MOOD": {"tag": "", "before": [], "after": []}}},
    ],
)
def test_a_record_without_names_is_no_record(recorded, change):
    record, write = recorded
    with pytest.raises(QuadpredError, match="is not an undo file"):
        read_undo_file(write({**record, **change}))
