"""Plan and write changes of tags."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import AudioError, OutputError
from quadpred_plugin.system.files import change_atomically
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.fields import MOOD, foreign_mood, tag_name
from quadpred_plugin.tags.packets import packet_digest


@dataclass(frozen=True)
class Change:
    """Change of one field in one file.

    Attributes
    ----------
    field : str
        Name for display.
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
    kept = () if force else foreign_mood(current)
    changes = tuple(
        Change(field, tag_name(tagged.kind, field), current.get(field, ()), (value,))
        for field, value in wanted.items()
        if current.get(field, ()) != (value,) and not (field == MOOD and kept)
    )
    return Plan(changes, kept)


def write_changes(
    path: Path, changes: tuple[Change, ...], before_rename: Callable[[], None] = lambda: None
) -> None:
    """Write changed tags into a file and change nothing else.

    The changes are made in a copy. The copy replaces the file if its audio packets are the
    same.

    Parameters
    ----------
    path : Path
    changes : tuple of Change
    before_rename : callable
        Called when the copy is complete, before it replaces the file.

    Raises
    ------
    AudioError
        If the file can't be tagged; the message continues after the file's name.
    OutputError
        If it can't be written.
    """
    after = {change.tag: change.after for change in changes}

    def change(copy: Path) -> None:
        tagged = TaggedFile(path)
        audio = packet_digest(path)
        tagged.save(copy, after)
        if packet_digest(copy) != audio:
            raise OutputError(
                f"{path} is left unchanged: writing its tags would have changed its audio."
            )
        written = TaggedFile(copy)
        if any(written.read(tag) != values for tag, values in after.items()):
            raise AudioError("is left unchanged: its tags can't store these values.")

    change_atomically(path, change, before_rename)
