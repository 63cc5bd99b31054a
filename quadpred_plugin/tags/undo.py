"""Undo files: journals of tag changes, one line of JSON per tagged file.

The first line names the kind of file. Every other line has the path of a tagged file, its kind
of tags and, for each changed field, the tag's name in the file and its values before and
after. Tag names are recorded so that a later version with other field names can still undo.

The line also has the bytes that were replaced. They are put back if the file is still as it was
written; otherwise only the fields are restored.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from quadpred_plugin.audio.unreadable import cannot_open
from quadpred_plugin.errors import AudioError, OutputError, QuadpredError
from quadpred_plugin.tags import fields
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.edits import Edit, file_sha256
from quadpred_plugin.tags.planning import Change, Plan
from quadpred_plugin.tags.writing import Former, restore, write_changes
from quadpred_plugin.version import VERSION

_KIND = "quadpred tags"

# The first undo files recorded field names only. These constants define the tags that the names
# refer to; they are fixed and independent of the names in `fields`.
_FIRST_FIELDS = (
    "MOOD",
    "QUADPRED_QUADRANT",
    "QUADPRED_AROUSAL",
    "QUADPRED_VALENCE",
    "QUADPRED_MODEL",
)
_FIRST_MOOD_TAGS = {fields.ID3: "TMOO", fields.APE: "Mood", fields.ASF: "WM/Mood"}
_FIRST_PREFIXES = {fields.ID3: "TXXX:", fields.MP4: "----:com.apple.iTunes:"}


class UndoFileError(OutputError):
    """The undo file can't be written, so no further file may be changed."""


@dataclass(frozen=True)
class Record:
    """Recorded changes of one file.

    Attributes
    ----------
    path : Path
    kind : str or None
        Kind of tags, one of `fields.KINDS`; None in undo files without tag names, whose
        changes have an empty ``tag``.
    changes : tuple of Change
    former : Former or None
        None in undo files of earlier versions.
    """

    path: Path
    kind: str | None
    changes: tuple[Change, ...]
    former: Former | None = None


def default_undo_file(moment: datetime) -> Path:
    """Return the name of a new undo file in the user's state folder."""
    from platformdirs import user_state_path

    folder = user_state_path("quadpred", appauthor=False) / "undo"
    return folder / f"{moment:%Y-%m-%dT%H-%M-%S}-{os.getpid()}.jsonl"


class UndoFile:
    """Record changes, each synced to disk before its file is changed.

    The undo file is created with the first change.

    Parameters
    ----------
    path : Path
        Must not exist; its folder is created.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: IO[str] | None = None

    def __enter__(self) -> UndoFile:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._stream is not None:
            self._stream.close()

    @property
    def has_records(self) -> bool:
        """Whether any change was recorded."""
        return self._stream is not None

    def append(
        self, path: Path, kind: str, changes: tuple[Change, ...], former: Former | None = None
    ) -> None:
        """Record the planned changes of a file.

        Parameters
        ----------
        path : Path
            The file to be changed.
        kind : str
            Its kind of tags, one of `fields.KINDS`.
        changes : tuple of Change
        former : Former or None
            The bytes that the changes replace; without them only the fields can be restored.

        Raises
        ------
        UndoFileError
            If the undo file can't be written or existed before.
        """
        record: dict[str, Any] = {
            "file": os.path.realpath(path),
            "tags": kind,
            "fields": {
                change.field: {"tag": change.tag, "before": change.before, "after": change.after}
                for change in changes
            },
        }
        if former is not None:
            record["bytes"] = {
                "written": former.written,
                "former": former.former,
                "edits": [
                    [edit.start, edit.end, base64.b64encode(edit.content).decode("ascii")]
                    for edit in former.edits
                ],
            }
        try:
            if self._stream is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._stream = open(self.path, "x", encoding="ascii")
                self._write({"kind": _KIND, "program": f"quadpred-plugin {VERSION}"})
            self._write(record)
        except OSError as error:
            raise UndoFileError(
                f"The undo file {self.path} can't be written: {error.strerror}."
            ) from error

    def _write(self, content: dict[str, Any]) -> None:
        assert self._stream is not None
        # File names that aren't UTF-8 are escaped as surrogates and survive the round trip.
        self._stream.write(json.dumps(content) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())


def read_undo_file(path: Path) -> list[Record]:
    """Read the records of an undo file, the last one first.

    An incomplete last line is ignored: its file was not changed.

    Raises
    ------
    QuadpredError
        If the file can't be read or isn't an undo file.
    """
    try:
        content = path.read_text(encoding="ascii")
    except OSError as error:
        raise QuadpredError(f"The undo file {path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise QuadpredError(f"{path} is not an undo file of 'quadpred tag'.") from None
    try:
        head, *records = [json.loads(line) for line in content.split("\n")[:-1]]
        if head["kind"] != _KIND:
            raise KeyError("kind")
        return list(reversed([_record(record) for record in records]))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise QuadpredError(f"{path} is not an undo file of 'quadpred tag'.") from error


def _record(content: dict[str, Any]) -> Record:
    kind = content.get("tags")
    if kind is not None and kind not in fields.KINDS:
        raise ValueError(kind)
    changes = []
    for field, values in content["fields"].items():
        if kind is None and field not in _FIRST_FIELDS:
            raise ValueError(field)
        tag = "" if kind is None else values["tag"]
        before, after = values["before"], values["after"]
        if not all(isinstance(text, str) for text in (tag, *before, *after)):
            raise TypeError(field)
        if kind is not None and not tag:
            raise ValueError(field)
        changes.append(Change(field, tag, tuple(before), tuple(after)))
    return Record(Path(content["file"]), kind, tuple(changes), _former(content.get("bytes")))


def _former(content: dict[str, Any] | None) -> Former | None:
    if content is None:
        return None
    written, former = content["written"], content["former"]
    if not (isinstance(written, str) and isinstance(former, str)):
        raise TypeError("bytes")
    edits = []
    for start, end, replaced in content["edits"]:
        if not (isinstance(start, int) and isinstance(end, int)):
            raise TypeError("bytes")
        edits.append(Edit(start, end, base64.b64decode(replaced, validate=True)))
    return Former(tuple(edits), written, former)


def _first_tag_name(kind: str, field: str) -> str:
    """Return the tag that a field name of the first undo files refers to."""
    if field == "MOOD" and kind in _FIRST_MOOD_TAGS:
        return _FIRST_MOOD_TAGS[kind]
    return _FIRST_PREFIXES.get(kind, "") + field


def plan_undo(record: Record, force: bool) -> tuple[Plan, Former | None]:
    """Compare a file's present tags with the recorded ones.

    Parameters
    ----------
    record : Record
    force : bool
        Whether to restore fields that were changed afterwards, too.

    Returns
    -------
    plan : Plan
        ``kept`` names the fields that were changed afterwards and are not restored.
    former : Former or None
        What restores the whole file, if it is still as it was written.

    Raises
    ------
    AudioError
        If the file is missing, can't be tagged or has another kind of tags; the message
        continues after its name.
    """
    tagged = TaggedFile(record.path)
    if record.kind not in (None, tagged.kind):
        raise AudioError(f"has {tagged.kind} tags, but the undo file recorded {record.kind} tags.")
    changes, kept = [], []
    for change in record.changes:
        tag = change.tag or _first_tag_name(tagged.kind, change.field)
        value = tagged.read(tag)
        if value == change.before:
            continue
        if value == change.after or force:
            changes.append(Change(change.field, tag, value, change.before))
        else:
            kept.append(change.field)
    former = record.former
    if former is not None and file_sha256(record.path) != former.written:
        former = None
    return Plan(tuple(changes), tuple(kept)), former


def undo(
    records: list[Record], force: bool, dry_run: bool
) -> Iterator[tuple[Record, Plan | QuadpredError]]:
    """Restore former tags file by file; a file that fails doesn't stop the others.

    Parameters
    ----------
    records : list of Record
        In the order of `read_undo_file`.
    force : bool
        As for `plan_undo`.
    dry_run : bool
        Whether only to plan.

    Yields
    ------
    record : Record
    plan : Plan, or QuadpredError
        The changes made, or the reason why there are none.
    """
    for record in records:
        try:
            plan, former = plan_undo(record, force)
            if former is not None and not dry_run:
                restore(record.path, former)
            elif plan.changes and not dry_run:
                write_changes(record.path, plan.changes)
            yield record, plan
        except QuadpredError as error:
            yield record, error
        except OSError as error:
            yield record, AudioError(cannot_open(error))
