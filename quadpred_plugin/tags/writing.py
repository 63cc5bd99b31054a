"""Plan and write changes of tags."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import AudioError, OutputError
from quadpred_plugin.system.files import change_atomically
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.edits import Edit, apply_edits, file_sha256
from quadpred_plugin.tags.fields import MOOD, is_own_mood, tag_name
from quadpred_plugin.tags.items import same_name
from quadpred_plugin.tags.packets import packet_digest


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
    """

    changes: tuple[Change, ...]
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Former:
    """The former bytes of a file whose tags were written.

    Attributes
    ----------
    edits : tuple of Edit
        What turns the file as it was written into the former one.
    written, former : str
        SHA-256 of both.
    """

    edits: tuple[Edit, ...]
    written: str
    former: str


def plan_changes(tagged: TaggedFile, wanted: Mapping[str, str], force: bool) -> Plan:
    """Compare a file's fields with their new values.

    Parameters
    ----------
    tagged : TaggedFile
    wanted : mapping of str to str
        New value of each field, as `fields.values_of` returns them.
    force : bool
        Whether to replace a mood that another program wrote.

    Returns
    -------
    plan : Plan
    """
    current = tagged.values()
    changes, kept = _mood_changes(tagged, wanted[MOOD], force) if MOOD in wanted else ([], [])
    changes += [
        Change(field, tag_name(tagged.kind, field), current.get(field, ()), (value,))
        for field, value in wanted.items()
        if field != MOOD and current.get(field, ()) != (value,)
    ]
    return Plan(tuple(changes), tuple(kept))


def _mood_changes(tagged: TaggedFile, value: str, force: bool) -> tuple[list[Change], list[str]]:
    """Return the changes of the moods that a file has in any spelling, and those to be kept.

    Only a file without any gets a new one.
    """
    own_tag = tag_name(tagged.kind, MOOD)
    current = tagged.values()
    changes: list[Change] = []
    kept: list[str] = []
    moods = tagged.moods()
    for name, before in (moods or {own_tag: ()}).items():
        if before == (value,):
            continue
        if moods and not force and not is_own_mood(before, current):
            kept.extend(before or ["(not text)"])
            continue
        tag = own_tag if same_name(name, own_tag) else name
        changes.append(Change(MOOD if tag == own_tag else tag, tag, before, (value,)))
    return changes, kept


def write_changes(
    path: Path,
    changes: tuple[Change, ...],
    before_rename: Callable[[Former], None] = lambda former: None,
) -> None:
    """Write changed tags into a file and change nothing else.

    The changes are made in a copy. The copy replaces the file if all other items of its tags
    are the same bytes, and its audio packets the same.

    Parameters
    ----------
    path : Path
    changes : tuple of Change
    before_rename : callable
        Called with the file's former bytes when the copy is complete, before it replaces the
        file.

    Raises
    ------
    AudioError
        If the file can't be tagged; the message continues after the file's name.
    OutputError
        If it can't be written.
    """
    after = {change.tag: change.after for change in changes}
    former: list[Former] = []

    def change(copy: Path) -> None:
        tagged = TaggedFile(path)
        audio = packet_digest(path)
        edits = apply_edits(path, copy, tagged.edits(after))
        if packet_digest(copy) != audio:
            raise OutputError(
                f"{path} is left unchanged: writing its tags would have changed its audio."
            )
        written = TaggedFile(copy)
        if written.kind != tagged.kind or any(
            written.read(tag) != values for tag, values in after.items()
        ):
            raise AudioError("is left unchanged: its tags can't store these values.")
        if written.others(after) != tagged.others(after):
            raise AudioError("is left unchanged: writing its tags would have changed others.")
        former.append(Former(tuple(edits), file_sha256(copy), file_sha256(path)))

    change_atomically(path, change, lambda: before_rename(former[0]))


def restore(path: Path, former: Former) -> None:
    """Give a file its former bytes.

    Parameters
    ----------
    path : Path
        The file as it was written.
    former : Former

    Raises
    ------
    OutputError
        If it can't be written.
    """

    def change(copy: Path) -> None:
        try:
            apply_edits(path, copy, former.edits)
        except (ValueError, EOFError):
            pass
        if file_sha256(copy) != former.former:
            raise OutputError(f"{path} is left unchanged: the undo file isn't about this file.")

    change_atomically(path, change, lambda: None)
