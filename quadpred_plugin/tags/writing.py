"""From a prediction to tags in its file, and from a record back to the former ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import AudioError, OutputError
from quadpred_plugin.system.files import change_atomically
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.fields import MOOD, Values, foreign_mood
from quadpred_plugin.tags.packets import packet_digest


@dataclass(frozen=True)
class Change:
    """What becomes of one field.

    Attributes
    ----------
    field : str
    before, after : tuple of str
        Its values; none where the field is absent.
    """

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What is to be done to one file.

    Attributes
    ----------
    changes : tuple of Change
        None if the file has the values already.
    kept : tuple of str
        A mood of another origin, which stays.
    """

    changes: tuple[Change, ...]
    kept: tuple[str, ...] = ()


def plan_changes(current: Values, wanted: Mapping[str, str], force: bool) -> Plan:
    """Compare what a file has with what it shall have.

    Parameters
    ----------
    current : mapping of str to tuple of str
        As `TaggedFile.values` returns them.
    wanted : mapping of str to str
        As `fields.values_of` returns them.
    force : bool
        Whether to replace a mood of another origin.
    """
    kept = () if force else foreign_mood(current)
    changes = tuple(
        Change(field, current.get(field, ()), (value,))
        for field, value in wanted.items()
        if current.get(field, ()) != (value,) and not (field == MOOD and kept)
    )
    return Plan(changes, kept)


def write_changes(
    path: Path, changes: tuple[Change, ...], before_rename: Callable[[], None] = lambda: None
) -> None:
    """Write changed fields into a file, and nothing else.

    The changes are made in a copy, whose audio packets are compared with the file's before
    it takes the file's place.

    Parameters
    ----------
    path : Path
    changes : tuple of Change
    before_rename : callable
        Called when all is ready, before the file is replaced.

    Raises
    ------
    AudioError
        If the file can't be tagged; the message goes on after the file's name.
    OutputError
        If it can't be written.
    """
    after = {change.field: change.after for change in changes}

    def change(copy: Path) -> None:
        tagged = TaggedFile(path)
        audio = packet_digest(path)
        tagged.save(copy, after)
        if packet_digest(copy) != audio:
            raise OutputError(
                f"{path} is left as it was: writing its tags would have changed its audio."
            )
        written = TaggedFile(copy).values()
        if any(written.get(field, ()) != values for field, values in after.items()):
            raise AudioError("is left as it was: its tags can't hold these values.")

    change_atomically(path, change, before_rename)
