"""Every container: FFmpeg reads the written tags, the audio is unchanged, undo restores tags."""

import pytest

from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.planning import Change, plan_changes
from quadpred_plugin.tags.writing import write_changes
from tests.tags.conftest import CONTAINERS, metadata, samples

WANTED = {
    "MOOD": "angry, tense",
    "QUADPRED_QUADRANT": "Q2",
    "QUADPRED_AROUSAL": "0.9805",
    "QUADPRED_VALENCE": "-0.6542",
    "QUADPRED_MODEL": "music-4q 0123456789ab",
}
# FFmpeg's names for the mood where it doesn't translate the container's own name.
MOOD_NAMES = {"mp3": "TMOO", "aiff": "TMOO", "wav": "TMOO", "tta": "TMOO", "wma": "WM/MOOD"}


def tag(path, wanted=WANTED, force=False):
    plan = plan_changes(TaggedFile(path), wanted, force)
    write_changes(path, plan.changes)
    return plan


def undo(path, plan):
    write_changes(
        path,
        tuple(Change(one.field, one.tag, one.after, one.before) for one in plan.changes),
    )


@pytest.mark.parametrize("kind", CONTAINERS)
def test_written_read_and_undone(make, kind):
    path = make(kind)
    tags, sound = metadata(path), samples(path)
    assert len(sound) >= 3 * 48000
    plan = tag(path)
    named = {MOOD_NAMES.get(kind, key) if key == "MOOD" else key: WANTED[key] for key in WANTED}
    assert metadata(path) == {**tags, **named}
    assert samples(path) == sound
    assert tag(path).changes == ()
    undo(path, plan)
    assert metadata(path) == tags
    assert samples(path) == sound
    assert TaggedFile(path).values() == {}


@pytest.mark.parametrize("kind", ["mp3", "wav", "aiff", "tta", "wavpack"])
def test_a_tag_with_only_our_fields_is_removed_by_undo(make, kind):
    import mutagen

    path = make(kind)
    mutagen.File(path).delete()
    bare = path.read_bytes()
    undo(path, tag(path))
    assert path.read_bytes() == bare


@pytest.mark.parametrize("kind", CONTAINERS)
def test_changed_values_leave_other_tags_unchanged(make, kind):
    path = make(kind)
    tags = metadata(path)
    tag(path)
    plan = tag(path, {**WANTED, "MOOD": "calm, tender", "QUADPRED_QUADRANT": "Q4"})
    assert {change.field: change.before for change in plan.changes} == {
        "MOOD": ("angry, tense",),
        "QUADPRED_QUADRANT": ("Q2",),
    }
    found = metadata(path)
    assert found["QUADPRED_QUADRANT"] == "Q4"
    assert tags.items() <= found.items()


def set_mood(path, kind, *moods):
    """Write a mood as other taggers do, with their spelling of its name."""
    import mutagen
    from mutagen.id3 import TMOO
    from mutagen.mp4 import MP4FreeForm

    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    if kind in ("mp3", "wav", "aiff", "tta"):
        file.tags.add(TMOO(encoding=1, text=list(moods)))
    elif kind in ("aac", "alac"):
        key = "----:com.apple.iTunes:Mood"
        file.tags[key] = [MP4FreeForm(mood.encode()) for mood in moods]
    else:
        file.tags[{"wma": "WM/Mood", "wavpack": "MOOD"}.get(kind, "Mood")] = list(moods)
    file.save()


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_mood_of_another_program(make, kind):
    path = make(kind)
    set_mood(path, kind, "Größte Melancholie", "午後")
    before = metadata(path)
    plan = tag(path)
    assert plan.kept == ("Größte Melancholie", "午後")
    assert {change.field for change in plan.changes} == set(WANTED) - {"MOOD"}
    kept = metadata(path)
    assert before.items() <= kept.items()
    forced = tag(path, force=True)
    assert [change.field for change in forced.changes] == ["MOOD"]
    assert "angry, tense" in metadata(path).values()
    assert not {"Größte Melancholie", "午後"} & set(metadata(path).values())
    undo(path, forced)
    assert metadata(path) == kept
    undo(path, plan)
    assert metadata(path) == before


def test_a_mood_that_was_changed_by_another_program_is_kept(make):
    path = make("flac")
    tag(path)
    set_mood(path, "flac", "angry, but not tense")
    assert tag(path, {**WANTED, "MOOD": "calm, tender"}).kept == ("angry, but not tense",)
