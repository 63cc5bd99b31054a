"""Write changes of tags."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import AudioError, OutputError
from quadpred_plugin.system.files import change_atomically
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.edits import Edit, apply_edits, file_sha256
from quadpred_plugin.tags.packets import packet_digest
from quadpred_plugin.tags.planning import Change


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
