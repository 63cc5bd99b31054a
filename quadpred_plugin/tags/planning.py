"""Plan the changes of a file's tags."""

from collections.abc import Mapping
from dataclasses import dataclass

from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.tags import fields
from quadpred_plugin.tags.choices import COMMENT, Choices, comment_with
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.fields import MOOD, is_own_mood, mood_values, tag_name
from quadpred_plugin.tags.items import same_name

_NO_CHOICES = Choices()
_DIMENSION_FIELDS = {"arousal": fields.AROUSAL, "valence": fields.VALENCE}


@dataclass(frozen=True)
class Change:
    """Change of one field in one file.

    Attributes
    ----------
    field : str
        Name for display; of a mood in another spelling, its tag.
    tag : str
        Name of the tag in the file, such as ``TXXX:QUADPRED_MODEL``.
    before, after : tuple of str
        Values; none if the tag is absent.
    """

    field: str
    tag: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Planned changes of one file.

    Attributes
    ----------
    changes : tuple of Change
        Empty if the file has the values already.
    kept : tuple of str
        Mood written by another program, which is not replaced.
    kept_fields : dict of str
        Other fields that aren't written, by name: the rest of a sentence that begins with the
        file's name.
    """

    changes: tuple[Change, ...]
    kept: tuple[str, ...] = ()
    kept_fields: Mapping[str, str] | None = None


def plan_changes(
    tagged: TaggedFile, wanted: Mapping[str, str], force: bool, choices: Choices = _NO_CHOICES
) -> Plan:
    """Compare a file's fields with their new values.

    Parameters
    ----------
    tagged : TaggedFile
    wanted : mapping of str to str
        New value of each field, as `fields.values_of` returns them; an empty one removes the
        field.
    force : bool
        Whether to replace a mood, or a value of a field of the user's, that another program
        wrote.
    choices : Choices
        What the user wants besides; needs all fields of `fields.FIELDS`.

    Returns
    -------
    plan : Plan
    """
    current = tagged.values()
    changes: list[Change] = []
    kept: list[str] = []
    if MOOD in wanted:
        several = choices.mood_values and tagged.has_several_values
        changes, kept = _mood_changes(tagged, mood_values(wanted[MOOD], several), force)
    for field, value in wanted.items():
        after = (value,) if value else ()
        if field != MOOD and current.get(field, ()) != after:
            changes.append(
                Change(field, tag_name(tagged.kind, field), current.get(field, ()), after)
            )
    kept_fields: dict[str, str] = {}
    changes += _scaled_changes(tagged, wanted, force, choices, kept_fields)
    changes += _comment_changes(tagged, wanted, choices, kept_fields)
    return Plan(tuple(changes), tuple(kept), kept_fields)


def _mood_changes(
    tagged: TaggedFile, after: tuple[str, ...], force: bool
) -> tuple[list[Change], list[str]]:
    """Return the changes of the moods that a file has in any spelling, and those to be kept.

    Only a file without any gets a new one.
    """
    own_tag = tagged.mood_tag
    current = tagged.values()
    changes: list[Change] = []
    kept: list[str] = []
    moods = tagged.moods()
    for name, before in (moods or {own_tag: ()}).items():
        if before == after:
            continue
        if moods and not force and not is_own_mood(before, current):
            kept.extend(before or ["(not text)"])
            continue
        tag = own_tag if same_name(name, own_tag) else name
        changes.append(Change(MOOD if tag == own_tag else tag, tag, before, after))
    return changes, kept


def _scaled_changes(
    tagged: TaggedFile,
    wanted: Mapping[str, str],
    force: bool,
    choices: Choices,
    kept: dict[str, str],
) -> list[Change]:
    """Return the changes of the user's fields.

    A value is ours if it follows from the dimension that the file's tags have.
    """
    changes = []
    current = tagged.values()
    for one in choices.fields:
        field = _DIMENSION_FIELDS[one.dimension]
        tag = tag_name(tagged.kind, one.name)
        before, after = tagged.read(tag), (one.value(float(wanted[field])),)
        if before == after:
            continue
        if tagged.has(tag) and not force:
            former = _number(current.get(field, ()))
            if former is None or before != (one.value(former),):
                shown = ", ".join(before) or "(not text)"
                kept[one.name] = f"keeps its {one.name} '{shown}' (--force replaces it)."
                continue
        changes.append(Change(one.name, tag, before, after))
    return changes


def _comment_changes(
    tagged: TaggedFile, wanted: Mapping[str, str], choices: Choices, kept: dict[str, str]
) -> list[Change]:
    """Return the change of the comment, which keeps what others wrote into it."""
    if choices.comment is None:
        return []
    tag = tagged.comment_tag
    if tag is None:
        kept[COMMENT] = f"gets no comment, since {tagged.kind} has it where it can't be written."
        return []
    before = tagged.read(tag)
    if tagged.has(tag) and not (before and tagged.has_one_comment):
        kept[COMMENT] = "keeps its comment, since it has several or one that isn't text."
        return []
    own = _comment_text(wanted, choices)
    first = comment_with(before[0] if before else "", own)
    after = (*filter(None, (first,)), *before[1:])
    return [] if after == before else [Change(COMMENT, tag, before, after)]


def _comment_text(wanted: Mapping[str, str], choices: Choices) -> str:
    title = next((one.title for one in QUADRANTS if one.name == wanted[fields.QUADRANT]), "")
    if not title:
        return ""
    numbers = [
        f"{one.name} {one.value(float(wanted[_DIMENSION_FIELDS[one.dimension]]))}"
        for one in choices.fields
    ]
    return " ".join([f"{choices.comment}{title}", *numbers])


def _number(values: tuple[str, ...]) -> float | None:
    try:
        (text,) = values
        number = float(text)
    except ValueError:
        return None
    return number if -1 <= number <= 1 else None
